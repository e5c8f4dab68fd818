// Which targets a sample holds: spread evenly over each wave, or, where racks, units or feeds have limits of their own, whole ones of them.
import type { Quantity } from '../../core/change/policy.ts';
import type { Cluster, NodeGroup } from '../../core/fleet/model.ts';
import { expand } from '../../core/plan/expand.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { evenly, type WaveTargets } from '../rehearse/sub-plan.ts';

/** The waves in `sampled` at about this fraction; all others whole. */
export function groupSample(plan: Plan, targets: WaveTargets, sampled: ReadonlySet<string>, fraction: number): WaveTargets {
  const groupOf = groupsOf(plan);
  return new Map(
    [...targets].map(([wave, names]) => {
      if (!sampled.has(wave)) return [wave, names];
      const groups = runsOf(names, groupOf);
      return [wave, evenly(groups, Math.max(1, Math.round(groups.length * fraction))).flat()];
    }),
  );
}

type Scope = 'rack' | 'unit' | 'feed';
const GROUPS: { readonly [scope in Scope]: (cluster: Cluster) => readonly NodeGroup[] } = {
  rack: ({ racks }) => racks,
  unit: ({ units }) => units,
  feed: ({ feeds }) => feeds,
};

/** Target -> the group that must stay whole; the largest groups that have a limit of their own. null: there are no such limits. */
function groupsOf(plan: Plan): ReadonlyMap<string, string> | null {
  const { policy, fleet } = plan;
  const used = new Set(Object.values(plan.procedures).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses)));
  const scopes = new Set<Scope>();
  for (const [name, { per }] of Object.entries(policy.limits)) if (used.has(name) && per in GROUPS) scopes.add(per as Scope);
  if (!isAll(policy.atOnce.perRack)) scopes.add('rack');
  if (!isAll(policy.atOnce.perUnit)) scopes.add('unit');
  const [coarsest] = [...scopes].toSorted((a, b) => countOf(plan, a) - countOf(plan, b));
  if (coarsest === undefined) return null;
  const groups = fleet.document.clusters.flatMap(GROUPS[coarsest]);
  return new Map(groups.flatMap(({ name, nodes }) => [...expand(nodes)].map((node) => [node, name] as const)));
}

function countOf(plan: Plan, scope: Scope): number {
  return plan.fleet.document.clusters.reduce((sum, cluster) => sum + GROUPS[scope](cluster).length, 0);
}

/** Names of one group together, in the order of their first one; a name without a group is one by itself. */
function runsOf(names: readonly string[], groupOf: ReadonlyMap<string, string> | null): string[][] {
  if (!groupOf) return names.map((name) => [name]);
  const runs = new Map<string, string[]>();
  for (const name of names) {
    const group = groupOf.get(name);
    const key = group === undefined ? `target ${name}` : `group ${group}`;
    const run = runs.get(key);
    if (run) run.push(name);
    else runs.set(key, [name]);
  }
  return [...runs.values()];
}

const isAll = (quantity: Quantity): boolean => quantity.kind === 'share' && quantity.share >= 1;
