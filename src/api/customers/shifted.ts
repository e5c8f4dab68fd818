// Estimates moved in time: from a customer's own first drain to the run's time zero, and from what was foretold to what is seen now.
import { bandsOf, type Bands } from '../../core/forecast/frozen.ts';
import type { Chronicle } from '../../core/run/chronicle.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Estimate } from './estimates.ts';
import { ownTargets } from './own-targets.ts';
import type { Standing } from './standing.ts';

const MINUTE_MS = 60_000;

interface OwnZero {
  /** Minutes from the run's time zero to the customer's own first drain. */
  readonly min: number;
  /** It has not come, and no window says when it will: it is taken to be now. */
  readonly isGuess: boolean;
}

export function ownZero({ plan, customer, chronicle, now }: Standing): OwnZero {
  if (chronicle === null || chronicle.timeZero === null) return { min: 0, isGuess: false };
  const { all } = ownTargets(plan, customer);
  const opens = firstWindow(plan, customer);
  const known = firstDrain(chronicle, all) ?? (opens !== null && opens > now ? opens : null);
  return { min: Math.max(0, ((known ?? now) - chronicle.timeZero) / MINUTE_MS), isGuess: known === null };
}

export function shifted(estimate: Estimate | null, byMin: number): Estimate | null {
  if (estimate === null || byMin === 0) return estimate;
  const later = (min: number | null): number | null => (min === null ? null : min + byMin);
  return {
    marks: bandsOf((mark) => ({
      p50Min: later(estimate.marks[mark]?.p50Min ?? null),
      p90Min: later(estimate.marks[mark]?.p90Min ?? null),
    })),
    curve: estimate.curve.map((point) => ({
      share: point.share,
      p10Min: later(point.p10Min),
      p50Min: later(point.p50Min),
      p90Min: later(point.p90Min),
    })),
  };
}

/**
 * `sooner` beside a forecast from where the run stands now: as much sooner than it as both were apart beforehand. Held against the old
 * forecast alone, a run that is late would look as if leaving out validation made up for that.
 */
export function soonerThan(now: Bands, forecast: Bands, sooner: Bands): Bands {
  const less = (late: number | null | undefined, before: number | null | undefined, after: number | null | undefined): number | null => {
    if (late === null || late === undefined || before === null || before === undefined || after === null || after === undefined)
      return null;
    return late - Math.max(0, before - after);
  };
  return bandsOf((mark) => ({
    p50Min: less(now[mark]?.p50Min, forecast[mark]?.p50Min, sooner[mark]?.p50Min),
    p90Min: less(now[mark]?.p90Min, forecast[mark]?.p90Min, sooner[mark]?.p90Min),
  }));
}

function firstDrain({ program, drainedAt }: Chronicle, targets: readonly string[]): number | null {
  let first: number | null = null;
  for (const name of targets) {
    const at = drainedAt[program.idOf.get(name) ?? -1] ?? Number.NaN;
    if (!Number.isNaN(at) && (first === null || at < first)) first = at;
  }
  return first;
}

function firstWindow({ policy, fleet }: Plan, customer: string): number | null {
  const own = new Set(fleet.document.clusters.filter((cluster) => cluster.customer === customer).map(({ name }) => name));
  const opens = policy.windows.filter(({ cluster }) => own.has(cluster)).map(({ fromMin }) => fromMin * MINUTE_MS);
  return opens.length === 0 ? null : Math.min(...opens);
}
