// Who else feels it: the nodes from which acting on a target takes power, link, NVLink or subnet manager (docs/concepts.md).
import type { Step } from '../change/procedure.ts';
import type { TargetKind } from '../fleet/model.ts';
import { EMPTY, has, intersection, names, nodeSetOf, parseNodeSet, size, union } from '../fleet/nodeset.ts';
import type { NodeSet } from '../fleet/nodeset.ts';
import type { Topology } from '../fleet/topology.ts';

/** Nodes of all clusters and customers. A node takes NVLink from the rest of its domain only when the steps cut its power. */
export function affectedBy(topology: Topology, kind: TargetKind, targets: NodeSet, steps: readonly Step[]): NodeSet {
  if (kind === 'node') return cutsPower(steps) ? withDomains(topology, targets) : targets;
  const spines = kind === 'switch' ? clustersOfSpines(topology, targets) : [];
  return unionOf([...[...names(targets)].map((target) => topology.nodesBehind(target)), ...spines]);
}

/** Every set in one; balanced, so that many small sets stay cheap. */
export function unionOf(sets: readonly NodeSet[]): NodeSet {
  let rest = sets;
  while (rest.length > 1) {
    const pairs: NodeSet[] = [];
    for (let i = 0; i < rest.length; i += 2) pairs.push(union(rest[i] ?? EMPTY, rest[i + 1] ?? EMPTY));
    rest = pairs;
  }
  return rest[0] ?? EMPTY;
}

function cutsPower(steps: readonly Step[]): boolean {
  return steps.some(({ action }) => action.kind === 'do' && (action.act === 'power-cycle' || action.act === 'power-off'));
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

/** No link of a node ends at a spine, yet what crosses it is felt by its whole cluster. */
function clustersOfSpines(topology: Topology, targets: NodeSet): NodeSet[] {
  return topology.fleet.clusters.flatMap((cluster) => {
    const spines = nodeSetOf(cluster.switches.filter(({ role }) => role === 'spine' || role === 'core').map(({ name }) => name));
    if (size(intersection(spines, targets)) === 0) return [];
    const parsed = parseNodeSet(cluster.nodes);
    return parsed.ok ? [parsed.set] : [];
  });
}
