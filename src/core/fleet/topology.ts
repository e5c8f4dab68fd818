// Look-ups in a fleet: which cluster, rack, unit, domain, feeds and leaves a node has, which nodes stand behind a name, what kind a name is.
// Built once, each table on first use; a fleet of 100,000 nodes costs a few maps.
import { must } from '../../std/assert.ts';
import type { Cluster, Fleet, NodeGroup, TargetKind } from './model.ts';
import { EMPTY, names, nodeSetOf, parseNodeSet, size, union, unionOf } from './nodeset.ts';
import type { GroupResolver, NodeSet } from './nodeset.ts';
import { managedOf, managersOf, reachesOf } from './reach.ts';
import type { Cables } from './reach.ts';

interface NodeGroups {
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
  /**
   * The nodes in or behind a target: itself, those in a domain, on a feed, at the end of a link, behind a switch however many switches lie
   * between, in all clusters (`reachesOf` and, for a switch that is a subnet manager, `managedOf`, both of reach.ts).
   */
  nodesBehind(name: string): NodeSet;
  /** Nodes and switches at which subnet managers run. */
  readonly managers: NodeSet;
  /** The nodes whose subnet manager may be the one that runs there; empty: none runs there. */
  managedFrom(name: string): NodeSet;
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

/** The fleet's topology; asked again for the same fleet object, the same one with its tables. */
export function topologyOf(fleet: Fleet): Topology {
  const built = BUILT.get(fleet) ?? build(fleet);
  BUILT.set(fleet, built);
  return built;
}

const BUILT = new WeakMap<Fleet, Topology>();

function build(fleet: Fleet): Topology {
  const clusters = once(() => tableOf(fleet.clusters, (cluster) => [[cluster, cluster.nodes]]));
  const racks = once(() => tableOf(fleet.clusters, (cluster) => groupNames(cluster.racks)));
  const units = once(() => tableOf(fleet.clusters, (cluster) => groupNames(cluster.units)));
  const domains = once(() => tableOf(fleet.clusters, (cluster) => groupNames(cluster.domains)));
  const feeds = once(() => listsOf(fleet.clusters.flatMap((cluster) => groupNames(cluster.feeds))));
  const cables = once(() => cablesOf(fleet));
  const leaves = once(() => listsOf(cables().nodeLinks));
  const linked = once(() => leafSets(fleet, cables()));
  const reaches = once(() => reachesOf(fleet, cables(), linked()));
  const managed = once(() => managedOf(fleet, cables()));
  const managers = once(() => managersOf(fleet));
  const kinds = once(() => kindsOf(fleet));
  const nodes = once(() => unionOf(fleet.clusters.map((cluster) => setOf(cluster.nodes))));
  const groups: Readonly<Record<string, () => ReadonlyMap<string, NodeSet>>> = {
    cluster: once(() => setsOf(fleet.clusters)),
    rack: once(() => setsOf(fleet.clusters.flatMap((cluster) => cluster.racks))),
    unit: once(() => setsOf(fleet.clusters.flatMap((cluster) => cluster.units))),
    domain: once(() => setsOf(fleet.clusters.flatMap((cluster) => cluster.domains))),
    feed: once(() => setsOf(fleet.clusters.flatMap((cluster) => cluster.feeds))),
    leaf: linked,
  };
  const group = (kind: string, name: string): NodeSet | null => {
    return Object.hasOwn(groups, kind) ? (groups[kind]?.().get(name) ?? null) : null;
  };
  const switchesOf = (set: NodeSet): NodeSet => nodeSetOf([...names(set)].flatMap((node) => leaves().get(node) ?? []));
  const resolve: GroupResolver = (text) => {
    const at = text.indexOf(':');
    const [kind, rest] = [text.slice(0, at), text.slice(at + 1)];
    if (kind === 'switches-of') return switchesOf(setOf(rest));
    if (kind === 'spines-of') return spinesOf(switchesOf(setOf(rest)), cables(), fleet);
    return group(kind, rest);
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
    leavesOf: (node) => leaves().get(node) ?? [],
    kindOf: (name) => (clusters().has(name) ? 'node' : (kinds().get(name) ?? null)),
    nodesBehind: (name) => {
      const kind = clusters().has(name) ? 'node' : kinds().get(name);
      const end = kind === 'link' ? parseLink(name)?.from : name;
      if (end !== undefined && clusters().has(end)) return nodeSetOf([end]);
      if (kind !== 'switch') return group(String(kind), name) ?? EMPTY;
      const [reached, served] = [reaches()(name), managed()(name)];
      return size(served) === 0 ? reached : union(reached, served);
    },
    get managers() {
      return managers();
    },
    managedFrom: (name) => managed()(name),
    groups: resolve,
  };
}

function cablesOf(fleet: Fleet): Cables {
  const switches = new Set(fleet.clusters.flatMap((cluster) => cluster.switches.map(({ name }) => name)));
  const nodeLinks: [string, string][] = [];
  const neighbours = new Map<string, Set<string>>();
  for (const link of fleet.clusters.flatMap((cluster) => cluster.links)) {
    const { from, to } = must(parseLink(link), `a link in the fleet: ${link}`);
    if (!switches.has(from)) nodeLinks.push([to, from]);
    else {
      entry(neighbours, from, () => new Set<string>()).add(to);
      entry(neighbours, to, () => new Set<string>()).add(from);
    }
  }
  return { nodeLinks, neighbours };
}

function spinesOf(leaves: NodeSet, cables: Cables, fleet: Fleet): NodeSet {
  const spines = new Set(fleet.clusters.flatMap(({ switches }) => switches.filter(({ role }) => role === 'spine').map(({ name }) => name)));
  const found = [...names(leaves)].flatMap((leaf) => [...(cables.neighbours.get(leaf) ?? [])]);
  return nodeSetOf(found.filter((name) => spines.has(name)));
}

/** The nodes behind each leaf; a leaf without links has none. */
function leafSets(fleet: Fleet, { nodeLinks }: Cables): Map<string, NodeSet> {
  const leaves = fleet.clusters.flatMap(({ switches }) => switches.filter(({ role }) => role === 'leaf'));
  const none = leaves.map(({ name }) => ({ name, nodes: '' }));
  return setsOf([...none, ...nodeLinks.map(([name, nodes]) => ({ name, nodes }))]);
}

/** A group that several clusters name is one thing (a rack, a feed) with nodes of each. */
function setsOf(groups: readonly NodeGroup[]): Map<string, NodeSet> {
  const sets = new Map<string, NodeSet[]>();
  for (const { name, nodes } of groups) entry(sets, name, () => []).push(setOf(nodes));
  return new Map([...sets].map(([name, parts]) => [name, unionOf(parts)]));
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

function listsOf(groups: readonly (readonly [string, string])[]): Map<string, string[]> {
  const table = new Map<string, string[]>();
  for (const [name, folded] of groups) {
    for (const node of names(setOf(folded))) {
      const list = entry(table, node, () => []);
      if (!list.includes(name)) list.push(name);
    }
  }
  return table;
}

function setOf(folded: string): NodeSet {
  const parsed = parseNodeSet(folded);
  return must(parsed.ok ? parsed.set : null, `a node set of a checked fleet: ${folded}`);
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
