// Whom a proposal is for: everybody, or one customer, who sees his own clusters and nobody else's.
import type { Plan } from '../../core/plan/plan.ts';

/** Nothing of the plan is done for that customer. */
export class NotConcernedError extends Error {
  override name = 'NotConcernedError';
}

export interface Scope {
  /** null: everybody. */
  readonly customer: string | null;
  readonly zone: string;
  /** Clusters that something is done in. */
  readonly clusters: ReadonlySet<string>;
  /** Indices of the plan's waves. */
  readonly waves: readonly number[];
}

/** Throws NotConcernedError for a customer whom the plan does not concern. */
export function scopeOf({ fleet, waves }: Plan, customer: string | null): Scope {
  const { document } = fleet;
  const busy = new Set(waves.map(({ cluster }) => cluster));
  const worked = document.clusters.filter(({ name, mode }) => busy.has(name) && mode !== 'observe');
  const own = worked.filter((cluster) => customer === null || cluster.customer === customer);
  if (own.length === 0) {
    const known = [...new Set(worked.flatMap((cluster) => cluster.customer ?? []))];
    const whom = known.length === 0 ? 'the plan has no customers' : `the plan concerns ${known.join(', ')}`;
    throw new NotConcernedError(`${customer}: nothing of this plan is done for that customer; ${whom}`);
  }
  const clusters = new Set(own.map(({ name }) => name));
  return {
    customer,
    zone: document.customers.find(({ name }) => name === customer)?.timezone ?? document.timezone,
    clusters,
    waves: [...waves.keys()].filter((wave) => clusters.has(waves[wave]?.cluster ?? '')),
  };
}
