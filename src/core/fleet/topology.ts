// Look-ups in a fleet: which cluster, rack, unit, domain, feeds and leaves a node has, which nodes stand behind a name, what kind a name is.
// Built once, each table on first use; a fleet of 100,000 nodes costs a few maps.
import { must } from '../../std/assert.ts';
import type { Cluster, Fleet, NodeGroup, TargetKind } from './model.ts';
import { names, nodeSetOf, parseNodeSet, union } from './nodeset.ts';
import type { GroupResolver, NodeSet } from './nodeset.ts';

export interface NodeGroups {
  readonly rack: string | null;
  readonly unit: string | null;
  readonly domain: string | null;
  /** A node may have two feeds. */
  readonly feeds: readonly string[];
}

export interface Topology {
  readonly fleet: Fleet;
  /** Every node of every cluster. */
  readonly nodes: NodeSet;
  /** null: not a node of the fleet. */
  clusterOf(node: string): Cluster | null;
  groupsOf(node: string): NodeGroups;
  /** The leaf switches that the node has a link to. */
  leavesOf(node: string): readonly string[];
  /** null: nothing of the fleet. */
  kindOf(name: string): TargetKind | null;
  /** The nodes in or behind a target: itself, those in a domain, on a feed, with a link to a switch, at the end of a link. */
  nodesBehind(name: string): NodeSet;
  /** Resolves `rack:r003`, `unit:`, `domain:`, `feed:`, `leaf:` and `cluster:` to nodes, `switches-of:SET` and `spines-of:SET` to switches. */
  readonly groups: GroupResolver;
}

/** The end points of `node/hca--switch/port`. In a fleet's `links` the node may be a folded set, and hca and port `*` where not known. */
export interface LinkEnds {
  readonly from: string;
  readonly fromPort: string;
  readonly to: string;
  readonly toPort: string;
}

export const PORT_NOT_KNOWN = '*';

/** The parts of a link's name, or null when it is none. */
export function parseLink(link: string): LinkEnds | null {
  const match = /^([^/]+)\/([^/]+)--([^/]+)\/([^/]+)$/.exec(link);
  if (!match) return null;
  const [, from = '', fromPort = '', to = '', toPort = ''] = match;
  return { from, fromPort, to, toPort };
}

/** Resolves the groups of a fleet; see `Topology.groups`. */
export function groupResolver(fleet: Fleet): GroupResolver {
  return topologyOf(fleet).groups;
}

export function topologyOf(fleet: Fleet): Topology {
  const clusters = once(() => tableOf(fleet.clusters, (cluster) => [[cluster, cluster.nodes]]));
  const racks = once(() => tableOf(fleet.clusters, (cluster) => groupNames(cluster.racks)));
  const units = once(() => tableOf(fleet.clusters, (cluster) => groupNames(cluster.units)));
  const domains = once(() => tableOf(fleet.clusters, (cluster) => groupNames(cluster.domains)));
  const feeds = once(() => listsOf(fleet.clusters.flatMap((cluster) => cluster.feeds)));
  const cables = once(() => cablesOf(fleet));
  const groups = once(() => groupsByName(fleet, cables()));
  const kinds = once(() => kindsOf(fleet));
  const nodes = once(() => unionOf(fleet.clusters.map((cluster) => setOf(cluster.nodes))));
  const resolve: GroupResolver = (group) => {
    const at = group.indexOf(':');
    const [kind, rest] = [group.slice(0, at), group.slice(at + 1)];
    if (kind === 'switches-of') return switchesOf(setOf(rest), cables());
    if (kind === 'spines-of') return spinesOf(setOf(rest), cables(), fleet);
    return groups().get(group) ?? null;
  };
  return {
    fleet,
    get nodes() {
      return nodes();
    },
    clusterOf: (node) => clusters().get(node) ?? null,
    groupsOf: (node) => ({
      rack: racks().get(node) ?? null,
      unit: units().get(node) ?? null,
      domain: domains().get(node) ?? null,
      feeds: feeds().get(node) ?? [],
    }),
    leavesOf: (node) => cables().leaves.get(node) ?? [],
    kindOf: (name) => (clusters().has(name) ? 'node' : (kinds().get(name) ?? null)),
    nodesBehind: (name) => nodesBehind(name, clusters().has(name), kinds().get(name), groups()),
    groups: resolve,
  };
}

interface Cables {
  /** Leaf -> the nodes with a link to it. */
  readonly nodes: ReadonlyMap<string, NodeSet>;
  /** Node -> leaves. */
  readonly leaves: ReadonlyMap<string, readonly string[]>;
  /** Switch -> switches. */
  readonly neighbours: ReadonlyMap<string, ReadonlySet<string>>;
}

function cablesOf(fleet: Fleet): Cables {
  const switches = new Set(fleet.clusters.flatMap((cluster) => cluster.switches.map(({ name }) => name)));
  const behind = new Map<string, NodeSet[]>();
  const leaves = new Map<string, string[]>();
  const neighbours = new Map<string, Set<string>>();
  for (const link of fleet.clusters.flatMap((cluster) => cluster.links)) {
    const { from, to } = must(parseLink(link), `a link in the fleet: ${link}`);
    if (switches.has(from)) {
      entry(neighbours, from, () => new Set<string>()).add(to);
      entry(neighbours, to, () => new Set<string>()).add(from);
      continue;
    }
    const set = setOf(from);
    entry(behind, to, () => []).push(set);
    for (const node of names(set)) {
      const list = entry(leaves, node, () => []);
      if (!list.includes(to)) list.push(to);
    }
  }
  return { nodes: new Map([...behind].map(([leaf, sets]) => [leaf, unionOf(sets)])), leaves, neighbours };
}

function switchesOf(nodes: NodeSet, { leaves }: Cables): NodeSet {
  const found = new Set<string>();
  for (const node of names(nodes)) for (const leaf of leaves.get(node) ?? []) found.add(leaf);
  return nodeSetOf(found);
}

function spinesOf(nodes: NodeSet, cables: Cables, fleet: Fleet): NodeSet {
  const spines = new Set(fleet.clusters.flatMap(({ switches }) => switches.filter(({ role }) => role === 'spine').map(({ name }) => name)));
  const found = new Set<string>();
  for (const leaf of names(switchesOf(nodes, cables))) {
    for (const neighbour of cables.neighbours.get(leaf) ?? []) if (spines.has(neighbour)) found.add(neighbour);
  }
  return nodeSetOf(found);
}

/** A group that several clusters name is one thing (a rack, a feed) with nodes of each. */
function groupsByName(fleet: Fleet, { nodes }: Cables): Map<string, NodeSet> {
  const sets = new Map<string, NodeSet[]>();
  const add = (group: string, set: NodeSet): void => void entry(sets, group, () => []).push(set);
  for (const cluster of fleet.clusters) {
    add(`cluster:${cluster.name}`, setOf(cluster.nodes));
    for (const { name, nodes } of cluster.racks) add(`rack:${name}`, setOf(nodes));
    for (const { name, nodes } of cluster.units) add(`unit:${name}`, setOf(nodes));
    for (const { name, nodes } of cluster.domains) add(`domain:${name}`, setOf(nodes));
    for (const { name, nodes } of cluster.feeds) add(`feed:${name}`, setOf(nodes));
    for (const { name, role } of cluster.switches) if (role === 'leaf') add(`leaf:${name}`, nodeSetOf([]));
  }
  for (const [leaf, set] of nodes) add(`leaf:${leaf}`, set);
  return new Map([...sets].map(([group, parts]) => [group, unionOf(parts)]));
}

function kindsOf(fleet: Fleet): Map<string, TargetKind> {
  const kinds = new Map<string, TargetKind>();
  for (const cluster of fleet.clusters) {
    for (const { name } of cluster.switches) kinds.set(name, 'switch');
    for (const { name } of cluster.domains) kinds.set(name, 'domain');
    for (const { name } of cluster.feeds) kinds.set(name, 'feed');
    for (const link of cluster.links) if (!link.includes(PORT_NOT_KNOWN)) kinds.set(link, 'link');
  }
  return kinds;
}

function nodesBehind(name: string, isNode: boolean, kind: TargetKind | undefined, groups: ReadonlyMap<string, NodeSet>): NodeSet {
  if (isNode) return nodeSetOf([name]);
  if (kind === 'link') {
    const ends = must(parseLink(name), `a link: ${name}`);
    return groups.has(`leaf:${ends.from}`) ? nodeSetOf([]) : nodeSetOf([ends.from]);
  }
  const group = kind === 'switch' ? `leaf:${name}` : `${kind}:${name}`;
  return groups.get(group) ?? nodeSetOf([]);
}

function groupNames(groups: readonly NodeGroup[]): [string, string][] {
  return groups.map(({ name, nodes }) => [name, nodes]);
}

function tableOf<T>(clusters: readonly Cluster[], partsOf: (cluster: Cluster) => readonly (readonly [T, string])[]): Map<string, T> {
  const table = new Map<string, T>();
  for (const cluster of clusters) {
    for (const [value, folded] of partsOf(cluster)) for (const node of names(setOf(folded))) table.set(node, value);
  }
  return table;
}

function listsOf(groups: readonly NodeGroup[]): Map<string, string[]> {
  const table = new Map<string, string[]>();
  for (const { name, nodes } of groups) for (const node of names(setOf(nodes))) entry(table, node, () => []).push(name);
  return table;
}

function setOf(folded: string): NodeSet {
  const parsed = parseNodeSet(folded);
  return must(parsed.ok ? parsed.set : null, `a node set of a checked fleet: ${folded}`);
}

function unionOf(sets: readonly NodeSet[]): NodeSet {
  return sets.reduce(union, nodeSetOf([]));
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
