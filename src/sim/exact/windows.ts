// When each cluster's window opens and closes: the moments at which the runner would say so (src/runner/windows.ts), found beforehand.
import type { Plan } from '../../core/plan/plan.ts';
import type { Program } from '../../core/run/program.ts';

export interface WindowEdge {
  /** Unix ms. */
  readonly atMs: number;
  readonly cluster: number;
  readonly open: boolean;
}

const MINUTE_MS = 60_000;

/** Rising, those before `beginMs` folded into what is open then. A cluster without windows has its own open at once and for good. */
export function windowEdges(plan: Plan, program: Program, beginMs: number): WindowEdge[] {
  return program.clusters.flatMap(({ name }, cluster) => edgesOf(plan, name, cluster, beginMs)).toSorted((a, b) => a.atMs - b.atMs);
}

/** Unix ms at which the last window of each cluster with windows is over. */
export function windowEnds(plan: Plan): Map<string, number> {
  const ends = new Map<string, number>();
  for (const { cluster, toMin } of plan.policy.windows) ends.set(cluster, Math.max(ends.get(cluster) ?? 0, toMin * MINUTE_MS));
  return ends;
}

function edgesOf({ policy }: Plan, name: string, cluster: number, beginMs: number): WindowEdge[] {
  const windows = policy.windows.filter((window) => window.cluster === name);
  if (windows.length === 0) return [{ atMs: beginMs, cluster, open: true }];
  const beginMin = beginMs / MINUTE_MS;
  const inside = (intervals: readonly { fromMin: number; toMin: number }[], min: number): boolean =>
    intervals.some((interval) => interval.fromMin <= min && min < interval.toMin);
  const times = [...windows, ...policy.blackouts].flatMap(({ fromMin, toMin }) => [fromMin, toMin]).filter((min) => min > beginMin);
  const edges: WindowEdge[] = [];
  let was = false;
  for (const min of [beginMin, ...times.toSorted((a, b) => a - b)]) {
    const open = inside(windows, min) && !inside(policy.blackouts, min);
    if (open !== was) edges.push({ atMs: min * MINUTE_MS, cluster, open });
    was = open;
  }
  return edges;
}
