// Who else feels it: the nodes from which acting on a target takes power, link, NVLink or subnet manager (docs/concepts.md).
import type { DoAct, Step } from '../change/procedure.ts';
import type { TargetKind } from '../fleet/model.ts';
import { has, intersection, names, parseNodeSet, unionOf } from '../fleet/nodeset.ts';
import type { NodeSet } from '../fleet/nodeset.ts';
import type { Topology } from '../fleet/topology.ts';

export { unionOf };

/**
 * Nodes of all clusters and customers. A node takes NVLink from the rest of its domain only when the steps cut its power, and the subnet
 * manager from its whole fabric when one runs there and the steps take the node down.
 */
export function affectedBy(topology: Topology, kind: TargetKind, targets: NodeSet, steps: readonly Step[]): NodeSet {
  if (kind !== 'node') {
    const behind = unionOf([...new Set([...names(targets)].map((target) => topology.nodesBehind(target)))]);
    return kind === 'feed' ? withManaged(topology, behind) : behind;
  }
  const felt = cutsPower(steps) ? withDomains(topology, targets) : targets;
  return takesDown(steps) ? unionOf([felt, withManaged(topology, targets)]) : felt;
}

const CUTS_POWER: readonly DoAct[] = ['power-cycle', 'ac-cycle', 'power-off'];

function cutsPower(steps: readonly Step[]): boolean {
  return steps.some(({ action }) => action.kind === 'do' && CUTS_POWER.includes(action.act));
}

function takesDown(steps: readonly Step[]): boolean {
  return cutsPower(steps) || steps.some(({ action, destructive }) => destructive || (action.kind === 'do' && action.act === 'reboot'));
}

function withDomains(topology: Topology, nodes: NodeSet): NodeSet {
  const touched = topology.fleet.clusters.flatMap(({ domains }) =>
    domains.flatMap((domain) => {
      const parsed = parseNodeSet(domain.nodes);
      if (!parsed.ok) return [];
      for (const node of names(parsed.set)) if (has(nodes, node)) return [parsed.set];
      return [];
    }),
  );
  return unionOf([nodes, ...touched]);
}

/** The nodes, and those whose subnet manager runs on one of them. */
function withManaged(topology: Topology, nodes: NodeSet): NodeSet {
  const managers = [...names(intersection(nodes, topology.managers))];
  return unionOf([nodes, ...managers.map((name) => topology.managedFrom(name))]);
}
