// The nodes of a fleet document as dense ids, and all that does not change while people look: made once a document.
import type { Cluster, Fleet, NodeGroup } from '../../core/fleet/model.ts';
import { difference, EMPTY, intersection, names, parseNodeSet, size, type NodeSet } from '../../core/fleet/nodeset.ts';
import { topologyOf, type Topology } from '../../core/fleet/topology.ts';
import { unionOf } from '../../core/plan/affected.ts';
import type { GROUPINGS } from '../contract/map-schemas.ts';

type Grouping = (typeof GROUPINGS)[number];

interface Groups {
  names: string[];
  /** Index of the name or -1, and how many nodes in a row. */
  spans: [number, number][];
}

interface FleetMap {
  fleet: string;
  timezone: string;
  names: string[];
  groups: { [grouping in Grouping]?: Groups };
  gpusPerNode: number | null;
  switches: { name: string; role: string; cluster: string }[];
}

export interface FleetIndex {
  readonly topology: Topology;
  /** Id -> name: clusters in their order, in each its racks in theirs with their nodes, then the nodes that are in no rack. */
  readonly names: readonly string[];
  readonly idOf: ReadonlyMap<string, number>;
  readonly map: FleetMap;
}

const INDEXED = new WeakMap<Fleet, FleetIndex>();

/** Asked again for the same document, the same index. The first time costs a third of a second for 100,000 nodes. */
export function indexOf(fleet: Fleet): FleetIndex {
  const known = INDEXED.get(fleet) ?? build(fleet);
  INDEXED.set(fleet, known);
  return known;
}

function build(fleet: Fleet): FleetIndex {
  const idOf = new Map<string, number>();
  const known = new Map<string, readonly number[]>();
  const coded = { cluster: new Coding(), rack: new Coding(), customer: new Coding() };
  for (const cluster of fleet.clusters) {
    const from = idOf.size;
    const all = setOf(cluster.nodes);
    const racks = cluster.racks.map(({ nodes }) => setOf(nodes));
    const inRacks = unionOf(racks);
    // A rack may have nodes of other clusters as well; looking into each is dear.
    const spill = size(difference(inRacks, all)) > 0;
    for (const [i, rack] of racks.entries()) {
      const before = idOf.size;
      for (const name of names(spill ? intersection(rack, all) : rack)) if (!idOf.has(name)) idOf.set(name, idOf.size);
      const { name = '', nodes = '' } = cluster.racks[i] ?? {};
      coded.rack.run(before, idOf.size, name);
      // Units and domains are often the same nodes as racks, and looking names up is what costs.
      if (idOf.size - before === size(rack)) known.set(nodes, rangeOf(before, idOf.size));
    }
    for (const name of names(difference(all, inRacks))) idOf.set(name, idOf.size);
    coded.cluster.run(from, idOf.size, cluster.name);
    if (cluster.customer !== null) coded.customer.run(from, idOf.size, cluster.customer);
  }
  const all = [...idOf.keys()];
  return { topology: topologyOf(fleet), names: all, idOf, map: mapOf(fleet, all, { ...coded, ...looseGroups(fleet, idOf, known) }) };
}

type Codings = { readonly [grouping in Grouping]: Coding };

/** Groupings that no node has a group of are left out. */
function mapOf(fleet: Fleet, names: string[], codings: Codings): FleetMap {
  const gpus = new Set(fleet.clusters.map(({ gpusPerNode }) => gpusPerNode));
  const [gpusPerNode = null] = gpus.size === 1 ? gpus : [];
  const groups = Object.entries(codings).map(([grouping, coding]) => [grouping, coding.groups(names.length)] as const);
  return {
    fleet: fleet.name,
    timezone: fleet.timezone,
    names,
    groups: Object.fromEntries(groups.filter(([, found]) => found.names.length > 0)),
    gpusPerNode,
    switches: fleet.clusters.flatMap(({ name: cluster, switches }) => switches.map(({ name, role }) => ({ name, role, cluster }))),
  };
}

/** Groups whose nodes need not stand in a row. `known`: ids of node sets, by their text. */
function looseGroups(
  { clusters }: Fleet,
  idOf: ReadonlyMap<string, number>,
  known: Map<string, readonly number[]>,
): Pick<Codings, 'unit' | 'domain' | 'feed'> {
  const idsOf = (nodes: string): readonly number[] => {
    const found = known.get(nodes);
    if (found) return found;
    const ids: number[] = [];
    for (const node of names(setOf(nodes))) {
      const id = idOf.get(node);
      if (id !== undefined) ids.push(id);
    }
    known.set(nodes, ids);
    return ids;
  };
  const codingOf = (of: (cluster: Cluster) => readonly NodeGroup[]): Coding => {
    const coding = new Coding();
    for (const { name, nodes } of clusters.flatMap(of)) coding.put(idsOf(nodes), name);
    return coding;
  };
  return { unit: codingOf(({ units }) => units), domain: codingOf(({ domains }) => domains), feed: codingOf(({ feeds }) => feeds) };
}

class Coding {
  readonly #names: string[] = [];
  readonly #codes = new Map<string, number>();
  /** By node; absent: it is in no group. */
  readonly #codeOf: number[] = [];

  /** All nodes from one to before the other, of which none is in a group yet. */
  run(from: number, to: number, name: string): void {
    const code = this.#code(name);
    for (let id = from; id < to; id++) this.#codeOf[id] = code;
  }

  /** A node on two feeds is with those that are on the same two. */
  put(ids: readonly number[], name: string): void {
    const alone = this.#code(name);
    const both = new Map<number, number>();
    for (const id of ids) {
      const before = this.#codeOf[id];
      if (before === undefined || before === alone) {
        this.#codeOf[id] = alone;
        continue;
      }
      const code = both.get(before) ?? this.#code(`${this.#names[before]} + ${name}`);
      both.set(before, code);
      this.#codeOf[id] = code;
    }
  }

  /** Names that nobody has in the end (a feed where every node has two) stay out. */
  groups(nodes: number): Groups {
    const names: string[] = [];
    const spans: [number, number][] = [];
    const codes = new Map<number | undefined, number>([[undefined, -1]]);
    let last: [number, number] = [-1, 0];
    for (let id = 0; id < nodes; id++) {
      const old = this.#codeOf[id];
      const code = codes.get(old) ?? names.push(this.#names[old ?? -1] ?? '') - 1;
      codes.set(old, code);
      if (last[1] > 0 && last[0] === code) last[1]++;
      else spans.push((last = [code, 1]));
    }
    return { names, spans };
  }

  #code(name: string): number {
    const known = this.#codes.get(name);
    if (known !== undefined) return known;
    this.#codes.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }
}

function rangeOf(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function setOf(folded: string): NodeSet {
  const parsed = parseNodeSet(folded);
  return parsed.ok ? parsed.set : EMPTY;
}
