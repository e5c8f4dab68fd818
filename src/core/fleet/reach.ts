// How far a switch reaches: the nodes behind it through the links of all clusters, and those that a subnet manager serves.
import type { Cluster, Fleet, Switch } from './model.ts';
import { EMPTY, has, parseNodeSet, size, unionOf } from './nodeset.ts';
import type { NodeSet } from './nodeset.ts';

/** The fleet's links, each read once. */
export interface Cables {
  /** Switch and folded nodes, one for each link or fold of links. */
  readonly nodeLinks: readonly (readonly [string, string])[];
  /** Switch -> switches. */
  readonly neighbours: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The nodes behind a switch: with a link to it, and behind every lower switch with a link to it. A spine or core of which no such link is
 * known has the whole clusters that name it behind it. What was asked once is remembered, for parallel switches once for all of them.
 */
export function reachesOf(fleet: Fleet, { neighbours }: Cables, linked: ReadonlyMap<string, NodeSet>): (name: string) => NodeSet {
  const declared = declarersOf(fleet);
  const rankOf = ranksOf(declared, neighbours, linked);
  const uncabled = new Set(fleet.clusters.filter((cluster) => !hasCables(cluster, neighbours)));
  const [known, alike] = [new Map<string, NodeSet>(), new Map<string, NodeSet>()];
  const reach = (name: string): NodeSet => {
    const before = known.get(name);
    if (before) return before;
    const rank = rankOf(name);
    const below = [...(neighbours.get(name) ?? [])].filter((other) => rankOf(other) < rank).sort();
    const parts = once(alike, below.join(' '), () => unionOf([...new Set(below.map(reach))]));
    const direct = linked.get(name) ?? EMPTY;
    const owners = (declared.get(name) ?? []).filter(({ role }) => role === 'spine' || role === 'core').map(({ cluster }) => cluster);
    const whole = owners.filter((cluster) => size(parts) === 0 || uncabled.has(cluster));
    const found = size(direct) === 0 && whole.length === 0 ? parts : unionOf([parts, direct, ...whole.map(nodesOf)]);
    known.set(name, found);
    return found;
  };
  return reach;
}

/** The nodes of every cluster that the fabric joins to where a name is a subnet manager; empty: none runs there. */
export function managedOf(fleet: Fleet, { neighbours }: Cables): (name: string) => NodeSet {
  const managers = fleet.clusters.flatMap((cluster) => {
    const set = cluster.subnetManagers === undefined ? EMPTY : setOf(cluster.subnetManagers);
    return size(set) === 0 ? [] : [{ cluster, set }];
  });
  if (managers.length === 0) return () => EMPTY;
  const islands = islandsOf(fleet, neighbours);
  const known = new Map<string, NodeSet>();
  return (name) => {
    const naming = managers.filter(({ set }) => has(set, name)).map(({ cluster }) => cluster);
    if (naming.length === 0) return EMPTY;
    return once(known, name, () => {
      const own = fleet.clusters.filter((each) => has(setOf(each.nodes), name) || each.switches.some((one) => one.name === name));
      const served = new Set([...naming, ...own].flatMap((cluster) => islands.get(cluster) ?? [cluster]));
      return unionOf([...served].map(nodesOf));
    });
  };
}

/** All names at which subnet managers run. */
export function managersOf(fleet: Fleet): NodeSet {
  return unionOf(fleet.clusters.flatMap(({ subnetManagers }) => (subnetManagers === undefined ? [] : [setOf(subnetManagers)])));
}

interface Declared {
  readonly cluster: Cluster;
  readonly role: Switch['role'];
}

function declarersOf(fleet: Fleet): Map<string, Declared[]> {
  const declared = new Map<string, Declared[]>();
  for (const cluster of fleet.clusters) {
    for (const { name, role } of cluster.switches) once(declared, name, (): Declared[] => []).push({ cluster, role });
  }
  return declared;
}

const RANKS = { unknown: -1, leaf: 0, spine: 1, core: 2 } as const satisfies Record<Switch['role'], number>;

/** 0 next to the nodes. Of a switch whose role nobody wrote its links tell. */
function ranksOf(
  declared: ReadonlyMap<string, readonly Declared[]>,
  neighbours: Cables['neighbours'],
  linked: ReadonlyMap<string, NodeSet>,
): (name: string) => number {
  const isNextToNodes = (name: string): boolean => size(linked.get(name) ?? EMPTY) > 0;
  const known = new Map<string, number>();
  return (name) =>
    once(known, name, () => {
      const said = Math.max(-1, ...(declared.get(name) ?? []).map(({ role }) => RANKS[role]));
      if (said >= 0) return said;
      if (isNextToNodes(name)) return 0;
      return [...(neighbours.get(name) ?? [])].some(isNextToNodes) ? 1 : 2;
    });
}

/** Whether the file tells how any of its switches hang together; where it does not, nothing can be concluded from a missing link. */
function hasCables({ switches }: Cluster, neighbours: Cables['neighbours']): boolean {
  return switches.some(({ name, role }) => role !== 'spine' && role !== 'core' && neighbours.has(name));
}

/** The clusters of each fabric, by each of its clusters: they name the same switch, or links join switches of theirs. */
function islandsOf(fleet: Fleet, neighbours: Cables['neighbours']): Map<Cluster, readonly Cluster[]> {
  const declared = declarersOf(fleet);
  const islands = new Map<Cluster, readonly Cluster[]>();
  for (const first of fleet.clusters) {
    if (islands.has(first)) continue;
    const members = new Set<Cluster>([first]);
    const seen = new Set<string>();
    for (const cluster of members) {
      const open = cluster.switches.map(({ name }) => name);
      for (let name = open.pop(); name !== undefined; name = open.pop()) {
        if (seen.has(name)) continue;
        seen.add(name);
        for (const owner of declared.get(name) ?? []) members.add(owner.cluster);
        open.push(...(neighbours.get(name) ?? []));
      }
    }
    const island = [...members];
    for (const cluster of island) islands.set(cluster, island);
  }
  return islands;
}

function nodesOf(cluster: Cluster): NodeSet {
  return setOf(cluster.nodes);
}

function setOf(folded: string): NodeSet {
  const parsed = parseNodeSet(folded);
  return parsed.ok ? parsed.set : EMPTY;
}

function once<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
