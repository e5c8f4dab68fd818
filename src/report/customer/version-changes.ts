// What the change brings to the customer's clusters: each component with the versions it ran before and the one it runs afterwards.
import type { Inventory, TargetKind } from '../../core/fleet/model.ts';
import { fold, intersection, nodeSetOf, parseNodeSet, size } from '../../core/fleet/nodeset.ts';
import { groupResolver } from '../../core/fleet/topology.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { OwnNode } from './own-nodes.ts';
import { setOf } from './own-nodes.ts';
import type { CustomerPage, VersionChange } from './page-data.ts';

/** `clusters`: the customer's own. */
export function versionChanges(
  plan: Plan,
  clusters: ReadonlySet<string>,
  nodes: readonly OwnNode[],
  inventory: Inventory | null,
): VersionChange[] {
  const gets = new Map<string, { on: TargetKind; after: string; targets: number }>();
  for (const wave of plan.waves.filter(({ cluster }) => clusters.has(cluster))) {
    for (const [component, after] of Object.entries(plan.procedures[wave.procedure]?.components ?? {})) {
      const known = gets.get(component);
      gets.set(component, { on: wave.kind, after, targets: (known?.targets ?? 0) + size(setOf(wave.targets)) });
    }
  }
  const order = Object.keys(plan.change.want);
  return [...gets]
    .toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([component, change]) => ({ component, ...change, before: change.on === 'node' ? before(component, nodes, inventory) : [] }));
}

/** Parts that nodes of the customer get. */
export function replacedParts(plan: Plan, nodes: readonly OwnNode[]): CustomerPage['replaced'] {
  const own = nodeSetOf(nodes.map(({ name }) => name));
  return Object.entries(plan.change.replace).flatMap(([part, targets]) => {
    const parsed = parseNodeSet(targets, groupResolver(plan.fleet.document));
    const theirs = parsed.ok ? intersection(parsed.set, own) : own;
    return parsed.ok && size(theirs) > 0 ? [{ part, nodes: { nodes: fold(theirs), count: size(theirs) } }] : [];
  });
}

/** What ran at hand-over; for a node that nobody has looked at since, what an inventory says. */
function before(component: string, nodes: readonly OwnNode[], inventory: Inventory | null): VersionChange['before'] {
  const seen = new Map(inventory?.nodes.map(({ name, versions }) => [name, versions[component]]));
  const counts = new Map<string, number>();
  for (const { name, versions, procedure } of nodes) {
    const version = versions[component] ?? seen.get(name);
    if (procedure !== null && version !== undefined) counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  return [...counts].map(([version, targets]) => ({ version, targets })).toSorted((a, b) => b.targets - a.targets);
}
