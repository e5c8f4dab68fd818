// Which settings are worth a rehearsal: one change of the rules' plan at a time, then the best ones changed once more.
import type { Cluster, NodeGroup } from '../../core/fleet/model.ts';
import { fold, intersection, nodeSetOf, parseNodeSet, size, union } from '../../core/fleet/nodeset.ts';
import { expand } from '../../core/plan/expand.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { clustersOf } from './blocks.ts';
import type { Settings } from './settings.ts';

/** Parts of the pieces of a cluster that may be in work at once, and of what a policy allows. */
const ROWS = [0.75, 0.5, 0.25, 0.125, 0.0625] as const;
const PARTS = [0.5, 0.25] as const;
/** With more clusters the schedule proposes orders, nobody tries them all. */
const ORDERS_OF_MAX = 4;

/** `scheduled` first: they know of limits, windows and crews. `anyOrder`: also such as serve a customer before one of higher priority. */
export function firstCandidates(plan: Plan, scheduled: readonly Settings[], anyOrder: boolean): Settings[] {
  return distinct(
    [
      ...scheduled,
      ...clustersAtOnce(plan),
      ...laterWindows(plan, anyOrder),
      ...PARTS.map((nodes) => ({ nodes })),
      ...cuts(plan),
      ...ordersOf(plan).map((order) => ({ order, clusters: 1 })),
      ...perGroup(plan),
      ...PARTS.map((unavailable) => ({ unavailable })),
      ...widerCanary(plan),
    ].filter(({ order }: Settings) => anyOrder || order === undefined || keepsPriority(order, plan)),
  );
}

/** The settings with one of `others` put in, and with more or fewer rows. */
export function neighbours(best: Settings, others: readonly Settings[]): Settings[] {
  const { chains } = best;
  const rows = chains === undefined ? [] : [1.4, 0.7].map((part) => ({ ...best, chains: Math.max(1, Math.round(chains * part)) }));
  const mixed = others
    .filter((other) => Object.keys(other).every((key) => !Object.hasOwn(best, key)))
    .map((other) => ({ ...best, ...other }));
  return distinct([...rows, ...mixed]);
}

/** Customers' clusters come by rising priority; the operator's own, and equals, anywhere. */
export function keepsPriority(order: readonly string[], plan: Plan): boolean {
  const priorities = order.flatMap((cluster) => priorityOf(plan, cluster) ?? []);
  return priorities.every((priority, i) => i === 0 || priority >= (priorities[i - 1] ?? 0));
}

/** Clusters of customers that come before somebody else of the plan. */
export function protectedClusters(plan: Plan): ReadonlySet<string> {
  const clusters = clustersOf(plan);
  const rank = (cluster: string): number => priorityOf(plan, cluster) ?? Infinity;
  return new Set(clusters.filter((cluster) => clusters.some((other) => rank(cluster) < rank(other))));
}

function priorityOf({ fleet }: Plan, cluster: string): number | null {
  const { customers, clusters } = fleet.document;
  const customer = clusters.find(({ name }) => name === cluster)?.customer;
  return customers.find(({ name }) => name === customer)?.priority ?? null;
}

function cuts(plan: Plan): Settings[] {
  const clusters = busyClusters(plan);
  return (['unit', 'rack'] as const).flatMap((cut) => {
    const pieces = Math.max(0, ...clusters.map((cluster) => groupsOf(cluster, cut).length));
    const rows = ROWS.map((part) => Math.round(pieces * part)).filter((chains) => chains >= 1 && chains < pieces);
    return pieces < 2 ? [] : [...new Set(rows)].map((chains) => ({ cut, chains }));
  });
}

function clustersAtOnce(plan: Plan): Settings[] {
  const all = clustersOf(plan).length;
  const most = Math.min(all, plan.policy.atOnce.clusters ?? all);
  return Array.from({ length: Math.min(3, most - 1) }, (_, i) => ({ clusters: most - 1 - i }));
}

/** Never the window of somebody who is served before others, and never so that the whole maintenance begins later. */
function laterWindows(plan: Plan, anyOrder: boolean): Settings[] {
  const { windows } = plan.policy;
  const held = anyOrder ? new Set<string>() : protectedClusters(plan);
  return clustersOf(plan).flatMap((cluster) => {
    const own = windows.filter((window) => window.cluster === cluster);
    const others = windows.filter((window) => window.cluster !== cluster);
    const first = Math.min(...own.map(({ fromMin }) => fromMin));
    if (own.length < 2 || held.has(cluster) || !others.some(({ fromMin }) => fromMin <= first)) return [];
    return [{ laterWindow: [cluster] }];
  });
}

function perGroup(plan: Plan): Settings[] {
  const clusters = busyClusters(plan);
  return [
    ...(clusters.some(({ racks }) => racks.length > 0) ? [{ perRack: 0.5 }] : []),
    ...(clusters.some(({ units }) => units.length > 0) ? [{ perUnit: 0.5 }] : []),
  ];
}

/** The rack, or the unit, of the first canary node. */
function widerCanary(plan: Plan): Settings[] {
  const canary = plan.waves.find(({ kind, gate }) => kind === 'node' && gate.failedMax !== null);
  const cluster = busyClusters(plan).find(({ name }) => name === canary?.cluster);
  const own = canary && parseNodeSet(canary.targets);
  if (!cluster || !own?.ok) return [];
  const group = [...cluster.racks, ...cluster.units].find(({ nodes }) => {
    const parsed = parseNodeSet(nodes);
    return parsed.ok && size(intersection(parsed.set, own.set)) > 0 && size(union(parsed.set, own.set)) > size(own.set);
  });
  return group ? [{ canary: fold(union(nodeSetOf([...expand(group.nodes)]), own.set)) }] : [];
}

/** All orders of few clusters but the rules' own. */
function ordersOf(plan: Plan): string[][] {
  const clusters = clustersOf(plan);
  if (clusters.length < 2 || clusters.length > ORDERS_OF_MAX) return [];
  return permutations(clusters).slice(1);
}

function permutations(names: readonly string[]): string[][] {
  if (names.length === 0) return [[]];
  return names.flatMap((name) => permutations(names.filter((other) => other !== name)).map((rest) => [name, ...rest]));
}

function busyClusters(plan: Plan): Cluster[] {
  const busy = new Set(clustersOf(plan));
  return plan.fleet.document.clusters.filter(({ name }) => busy.has(name));
}

function groupsOf({ units, racks }: Cluster, cut: 'unit' | 'rack'): readonly NodeGroup[] {
  return cut === 'unit' ? units : racks;
}

function distinct(all: readonly Settings[]): Settings[] {
  return [...new Map(all.map((settings) => [JSON.stringify(settings, Object.keys(settings).sort()), settings])).values()];
}
