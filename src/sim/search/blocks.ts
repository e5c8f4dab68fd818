// A cluster as one piece of work: how long it takes alone, with all or a part of the places that clusters share. From the simulator, since
// nobody knows how long so many nodes take at so many places.
import type { Plan } from '../../core/plan/plan.ts';
import type { Asking } from '../rehearse/asking.ts';
import { engineFor } from '../rehearse/choose-engine.ts';
import { quantile, rising } from '../rehearse/order-statistics.ts';
import { fieldOf } from '../rehearse/rows.ts';
import { grow, Series } from '../rehearse/series.ts';
import { subPlan, targetsByWave, waveSize } from '../rehearse/sub-plan.ts';

/** All waves of a cluster: switches and the nodes that are drained for them cannot be put apart. */
export interface Block {
  readonly cluster: string;
  readonly nodes: number;
  /** By rising number of places: median minutes from the first drain until the return gate has passed. Never empty. */
  readonly modes: readonly BlockMode[];
}

interface BlockMode {
  /** Of each shared limit, this part (0..1). */
  readonly share: number;
  readonly durationMin: number;
}

/** Enough for a median that only ranks. */
const SCENARIOS = 3;
const SHARES = [0.5, 1] as const;
/** With more clusters, tables cost more than they tell. */
const CLUSTERS_MAX = 8;

/** Limits that all clusters share. */
export function sharedLimits(plan: Plan): string[] {
  const used = new Set(Object.values(plan.procedures).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses)));
  return Object.entries(plan.policy.limits).flatMap(([name, { per }]) => (per === 'fleet' && used.has(name) ? [name] : []));
}

/** Clusters of the plan, as it serves them. */
export function clustersOf(plan: Plan): string[] {
  const main = plan.waves.filter(({ gate }) => gate.failedMax === null);
  return [...new Set([...main, ...plan.waves].map(({ cluster }) => cluster))];
}

/** None where one cluster is all, where there are too many, or where somebody stopped it. Without shares, only with all places. */
export function* blocksOf(plan: Plan, seed: number, withShares: boolean): Asking<Block[]> {
  const clusters = clustersOf(plan);
  if (clusters.length < 2 || clusters.length > CLUSTERS_MAX) return [];
  const shares = withShares && sharedLimits(plan).length > 0 ? SHARES : ([1] as const);
  const targets = targetsByWave(plan);
  const tables = clusters.map((cluster) => {
    const own = new Map(plan.waves.map((wave) => [wave.id, wave.cluster === cluster ? (targets.get(wave.id) ?? []) : []]));
    const alone = openAlways(subPlan(plan, own));
    const series = shares.map((share) => {
      const part = withShare(alone, share);
      return { share, series: new Series({ plan: part, engine: engineFor(part), seed }) };
    });
    return { cluster, nodes: nodesIn(alone), series };
  });
  const all = tables.flatMap((table) => table.series.map(({ series }) => series));
  yield* grow(all, SCENARIOS);
  if (all.some(({ count }) => count === 0)) return [];
  return tables.map(({ cluster, nodes, series }) => ({
    cluster,
    nodes,
    modes: series.map(({ share, series: one }) => ({ share, durationMin: medianMin(one) })),
  }));
}

function medianMin(series: Series): number {
  const { rows, about } = series.collected();
  return Math.ceil(quantile(rising(fieldOf(rows, about, 'gateMin')), 0.5));
}

/** Windows and blackouts are the schedule's business. */
function openAlways(plan: Plan): Plan {
  return { ...plan, policy: { ...plan.policy, windows: [], blackouts: [] } };
}

function withShare(plan: Plan, share: number): Plan {
  const shared = new Set(sharedLimits(plan));
  const limits = Object.entries(plan.policy.limits).map(([name, limit]) => {
    return [name, shared.has(name) ? { ...limit, count: Math.max(1, Math.ceil(limit.count * share)) } : limit] as const;
  });
  return { ...plan, policy: { ...plan.policy, limits: Object.fromEntries(limits) } };
}

function nodesIn(plan: Plan): number {
  return plan.waves.reduce((sum, wave) => sum + (wave.kind === 'node' ? waveSize(wave) : 0), 0);
}
