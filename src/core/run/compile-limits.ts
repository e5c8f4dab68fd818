// Compiles the policy's limits to counters: one for the fleet, or one for each cluster, rack, unit, feed or customer.
import { must } from '../../std/assert.ts';
import { resolveQuantity } from '../change/quantity.ts';
import type { LimitScope, Quantity } from '../change/policy.ts';
import type { Cluster } from '../fleet/model.ts';
import type { Plan } from '../plan/plan.ts';
import { expand } from '../plan/expand.ts';
import type { ProgramLimit } from './program.ts';

interface Targets {
  readonly targets: readonly string[];
  readonly idOf: ReadonlyMap<string, number>;
  readonly waveOf: readonly number[];
  /** By wave: its first target; one more entry closes the last wave. */
  readonly firsts: readonly number[];
  readonly clusterOf: Int32Array;
  /** Limits that steps name in `uses`; they get the first limit ids, in this order. */
  readonly limitNames: readonly string[];
}

interface LimitTables {
  readonly limits: readonly ProgramLimit[];
  readonly capacity: Int32Array;
  readonly actingLimits: readonly number[];
  readonly unavailableLimits: readonly number[];
}

export function compileLimits(plan: Plan, all: Targets): LimitTables {
  const limits: ProgramLimit[] = [];
  const capacity: number[] = [];
  const add = (name: string, owner: string | null, keyOf: (target: number) => number, capacityOf: (size: number) => number): number => {
    limits.push({ name, owner, counterOf: countersBy(all.targets.length, keyOf, capacityOf, capacity) });
    return limits.length - 1;
  };
  for (const name of all.limitNames) {
    const limit = must(plan.policy.limits[name], `limit ${name}`);

    add(name, limit.owner, scopeKeys(plan, all, limit.per), () => limit.count);
  }
  const wave = add(
    'at once',
    null,
    (target) => all.waveOf[target] as number,
    () => 0,
  );
  for (const [index, { atOnce }] of plan.waves.entries()) {
    const [member, end] = [all.firsts[index] as number, all.firsts[index + 1] as number];
    if (member < end) capacity[limits[wave]?.counterOf[member] as number] = atOnce;
  }
  const acting = [wave];
  const share = (quantity: Quantity) => (size: number) => resolveQuantity(quantity, size);
  for (const [scope, quantity] of [
    ['rack', plan.policy.atOnce.perRack],
    ['unit', plan.policy.atOnce.perUnit],
  ] as const) {
    if (!isAll(quantity)) acting.push(add(`at once per ${scope}`, null, scopeKeys(plan, all, scope), share(quantity)));
  }
  const most = plan.policy.unavailableAtMost;
  // Who is away is counted in nodes: a switch is worked on while its nodes are away anyhow.
  const hasNodes = plan.waves.some(({ kind }) => kind === 'node');
  const counted = plan.waves.map(({ kind }) => kind === 'node' || !hasNodes);
  const keyOf = (target: number): number => (counted[all.waveOf[target] as number] ? 0 : -1);
  const unavailable = isAll(most) ? [] : [add('unavailable at most', null, keyOf, share(most))];
  return { limits, capacity: Int32Array.from(capacity), actingLimits: acting, unavailableLimits: unavailable };
}

const isAll = (quantity: Quantity): boolean => quantity.kind === 'share' && quantity.share >= 1;

/** Numbers the groups in the order of their first member and appends a capacity for each; key -1 = not bound. */
function countersBy(n: number, keyOf: (target: number) => number, capacityOf: (size: number) => number, capacity: number[]): Int32Array {
  const sizes = new Map<number, number>();
  for (let target = 0; target < n; target++) {
    const key = keyOf(target);
    if (key >= 0) sizes.set(key, (sizes.get(key) ?? 0) + 1);
  }
  const counters = new Map<number, number>();
  for (const [key, size] of sizes) {
    counters.set(key, capacity.length);
    capacity.push(capacityOf(size));
  }
  return Int32Array.from({ length: n }, (_, target) => counters.get(keyOf(target)) ?? -1);
}

/** Target -> number of its group in that scope; -1 = in none. */
function scopeKeys(plan: Plan, all: Targets, scope: LimitScope): (target: number) => number {
  const clusters = plan.fleet.document.clusters;
  if (scope === 'fleet') return () => 0;
  if (scope === 'cluster') return (target) => all.clusterOf[target] as number;
  if (scope === 'customer') {
    const customers = new Map(plan.fleet.document.customers.map((customer, index) => [customer.name, index]));
    return (target) => customers.get(clusters[all.clusterOf[target] as number]?.customer ?? '') ?? -1;
  }
  const groupsOf = { rack: (c: Cluster) => c.racks, unit: (c: Cluster) => c.units, feed: (c: Cluster) => c.feeds }[scope];
  const keys = new Int32Array(all.targets.length).fill(-1);
  for (const [key, group] of clusters.flatMap(groupsOf).entries()) {
    for (const name of expand(group.nodes)) {
      const target = all.idOf.get(name);
      if (target !== undefined) keys[target] = key;
    }
  }
  return (target) => keys[target] as number;
}
