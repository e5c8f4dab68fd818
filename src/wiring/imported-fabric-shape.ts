// The shape of a fabric: which switches are leaves, spines and cores, which nodes share their leaves, and which rail a leaf is of.
import type { FabricGraph } from '../drivers/infiniband/netdiscover.ts';
import type { FabricNames } from './imported-fabric-names.ts';

/** A port of a node's HCA and the switch port that it is plugged into. */
interface HostCable {
  readonly node: string;
  /** As in the link's name: where nobody tells the HCA's name, `hca-PORT`. */
  readonly hca: string;
  readonly leaf: string;
  readonly leafPort: number;
}

/** The lesser end first, as the driver names such a link. */
interface SwitchCable {
  readonly a: string;
  readonly aPort: number;
  readonly b: string;
  readonly bPort: number;
}

type SwitchRole = 'leaf' | 'spine' | 'core' | 'unknown';

export interface Unit {
  readonly nodes: readonly string[];
  /** By rail, then by name. */
  readonly leaves: readonly string[];
  /** What its nodes call their HCAs, in order; empty: they have nothing in common there. */
  readonly hcas: readonly string[];
  /** Nodes that lack a link to one of the leaves. */
  readonly short: readonly { readonly node: string; readonly leaf: string }[];
}

export interface FabricShape {
  readonly hostCables: readonly HostCable[];
  readonly switchCables: readonly SwitchCable[];
  /** By switch, sorted. */
  readonly roles: ReadonlyMap<string, SwitchRole>;
  readonly units: readonly Unit[];
  /** Leaf -> rail, from 1; a leaf without is of no rail. */
  readonly rails: ReadonlyMap<string, number>;
  /** Cables that go to a leaf of another rail than their HCA is of. */
  readonly crossed: readonly { readonly cable: HostCable; readonly rail: number }[];
  /** HCA (GUID) that is not joined -> where it is plugged in. */
  readonly loose: ReadonlyMap<string, readonly { readonly leaf: string; readonly leafPort: number }[]>;
  /** Spines and cores with a node of their own. */
  readonly hostsAbove: ReadonlyMap<string, readonly string[]>;
}

export function shapeOf(graph: FabricGraph, names: FabricNames): FabricShape {
  const { hostCables, switchCables, loose } = cablesOf(graph, names);
  const plugged = new Map<string, number>();
  for (const leaf of [...hostCables.map((cable) => cable.leaf), ...[...loose.values()].flat().map((at) => at.leaf)]) {
    plugged.set(leaf, (plugged.get(leaf) ?? 0) + 1);
  }
  const roles = rolesOf([...names.switches.values()].sort(byNumbers), plugged, neighboursOf(switchCables));
  const below = hostCables.filter(({ leaf }) => roles.get(leaf) === 'leaf');
  const above = Map.groupBy(
    hostCables.filter(({ leaf }) => roles.get(leaf) !== 'leaf'),
    ({ leaf }) => leaf,
  );
  const { units, rails, crossed } = unitsOf(below);
  return {
    hostCables,
    switchCables,
    roles,
    units,
    rails,
    crossed,
    loose,
    hostsAbove: new Map([...above].map(([name, cables]) => [name, [...new Set(cables.map(({ node }) => node))]])),
  };
}

/** n2 before n10. */
export function byNumbers(a: string, b: string): number {
  const [ours, theirs] = [a.match(/\d+|\D+/g) ?? [], b.match(/\d+|\D+/g) ?? []];
  for (let i = 0; i < Math.min(ours.length, theirs.length); i++) {
    const [x = '', y = ''] = [ours[i], theirs[i]];
    if (x === y) continue;
    const numbers = Number(x) - Number(y);
    return Number.isNaN(numbers) || numbers === 0 ? (x < y ? -1 : 1) : numbers;
  }
  return ours.length - theirs.length;
}

function cablesOf(graph: FabricGraph, names: FabricNames): Pick<FabricShape, 'hostCables' | 'switchCables' | 'loose'> {
  const joined = new Map(names.joined.map((each) => [each.host.guid, each]));
  const unjoined = new Set(names.unjoined.map(({ host }) => host.guid));
  const loose = new Map<string, { leaf: string; leafPort: number }[]>();
  const switchCables: SwitchCable[] = [];
  const hostCables: HostCable[] = [];
  for (const { a, b } of graph.links) {
    const [nameA, nameB] = [names.switches.get(a.guid), names.switches.get(b.guid)];
    if (nameA !== undefined && nameB !== undefined) {
      const ends = [`${nameA}/${a.port}`, `${nameB}/${b.port}`] as const;
      const cable = { a: nameA, aPort: a.port, b: nameB, bPort: b.port };
      switchCables.push(ends[0] <= ends[1] ? cable : { a: nameB, aPort: b.port, b: nameA, bPort: a.port });
      continue;
    }
    const [host, leaf, leafPort] = nameA === undefined ? [a, nameB, b.port] : [b, nameA, a.port];
    if (leaf === undefined) continue;
    const hca = joined.get(host.guid);
    if (hca) hostCables.push({ node: hca.node, hca: hca.hca || `${NAMELESS}${host.port}`, leaf, leafPort });
    else if (unjoined.has(host.guid)) loose.set(host.guid, [...(loose.get(host.guid) ?? []), { leaf, leafPort }]);
  }
  return {
    hostCables: hostCables.sort((a, b) => byNumbers(a.leaf, b.leaf) || a.leafPort - b.leafPort),
    switchCables: switchCables.sort((a, b) => byNumbers(a.a, b.a) || a.aPort - b.aPort),
    loose,
  };
}

/** How the driver calls HCAs whose name nobody tells, with their port's number. */
const NAMELESS = 'hca-';

function neighboursOf(cables: readonly SwitchCable[]): Map<string, Set<string>> {
  const neighbours = new Map<string, Set<string>>();
  for (const { a, b } of cables) {
    neighbours.set(a, (neighbours.get(a) ?? new Set()).add(b));
    neighbours.set(b, (neighbours.get(b) ?? new Set()).add(a));
  }
  return neighbours;
}

/**
 * A leaf has hosts; a spine has none and is linked to leaves; what else is joined to spines is a core. A switch with fewer hosts than
 * leaves that it is linked to is a spine all the same: the fabric's managers like to sit there.
 */
function rolesOf(
  switches: readonly string[],
  plugged: ReadonlyMap<string, number>,
  neighbours: ReadonlyMap<string, ReadonlySet<string>>,
): Map<string, SwitchRole> {
  const leafish = new Set(switches.filter((name) => plugged.has(name)));
  const near = (name: string, some: ReadonlySet<string>): number =>
    [...(neighbours.get(name) ?? [])].filter((other) => some.has(other)).length;
  const leaves = new Set([...leafish].filter((name) => (plugged.get(name) ?? 0) >= near(name, leafish)));
  const spines = new Set(switches.filter((name) => !leaves.has(name) && near(name, leaves) > 0));
  const above = new Set(spines);
  for (const name of above) for (const other of neighbours.get(name) ?? []) if (!leaves.has(other)) above.add(other);
  const roleOf = (name: string): SwitchRole =>
    leaves.has(name) ? 'leaf' : spines.has(name) ? 'spine' : above.has(name) ? 'core' : 'unknown';
  return new Map(switches.map((name) => [name, roleOf(name)]));
}

/** Nodes with the same leaves; a node with some of the leaves of exactly one unit is of that unit. */
function unitsOf(cables: readonly HostCable[]): Pick<FabricShape, 'units' | 'rails' | 'crossed'> {
  const byNode = Map.groupBy(cables, ({ node }) => node);
  const leavesOf = new Map([...byNode].map(([node, own]) => [node, [...new Set(own.map(({ leaf }) => leaf))].sort(byNumbers)]));
  const alike = Map.groupBy([...leavesOf.keys()].sort(byNumbers), (node) => (leavesOf.get(node) ?? []).join(' '));
  const sets = [...alike].map(([key, nodes]) => ({ leaves: key.split(' '), nodes: [...nodes] }));
  const byLeaf = new Map<string, typeof sets>();
  for (const set of sets) for (const leaf of set.leaves) byLeaf.set(leaf, [...(byLeaf.get(leaf) ?? []), set]);
  const whole = sets.filter((set) => {
    const wider = (byLeaf.get(set.leaves[0] ?? '') ?? []).filter(
      (other) => other !== set && set.leaves.every((leaf) => other.leaves.includes(leaf)),
    );
    const widest = wider.filter(
      (other) => !wider.some((more) => more !== other && other.leaves.every((leaf) => more.leaves.includes(leaf))),
    );
    const [only] = widest;
    if (!only || widest.length > 1) return true;
    only.nodes.push(...set.nodes);
    return false;
  });
  const cablesIn = whole.map(({ nodes }) => nodes.flatMap((node) => byNode.get(node) ?? []));
  const orders = hcaOrders(whole.map(({ nodes }, i) => commonHcas(cablesIn[i] ?? [], nodes.length)));
  const rails = railsOf(cablesIn, orders);
  const units = whole.map(({ nodes, leaves }, i): Unit => {
    const sorted = nodes.toSorted(byNumbers);
    return {
      nodes: sorted,
      leaves: leaves.toSorted((a, b) => (rails.get(a) ?? Infinity) - (rails.get(b) ?? Infinity) || byNumbers(a, b)),
      hcas: orders[i] ?? [],
      short: sorted.flatMap((node) => leaves.filter((leaf) => !leavesOf.get(node)?.includes(leaf)).map((leaf) => ({ node, leaf }))),
    };
  });
  const crossed = cablesIn.flatMap((own, i) =>
    own.flatMap((cable) => {
      if (whole[i]?.leaves.length === 1) return [];
      const rail = (orders[i] ?? []).indexOf(cable.hca) + 1;
      const actual = rails.get(cable.leaf);
      return rail === 0 || actual === undefined || actual === rail ? [] : [{ cable, rail }];
    }),
  );
  return {
    units: units.toSorted((a, b) => byNumbers(a.leaves[0] ?? '', b.leaves[0] ?? '') || byNumbers(a.nodes[0] ?? '', b.nodes[0] ?? '')),
    rails,
    crossed,
  };
}

/** The names of HCAs that at least half of the nodes have. */
function commonHcas(cables: readonly HostCable[], nodes: number): string[] {
  const users = new Map<string, Set<string>>();
  for (const { hca, node } of cables) if (!hca.startsWith(NAMELESS)) users.set(hca, (users.get(hca) ?? new Set()).add(node));
  return [...users]
    .filter(([, own]) => own.size * 2 >= nodes)
    .map(([hca]) => hca)
    .sort(byNumbers);
}

/** A unit that lacks one of the HCAs of another counts as that one does, so that HCA-6 is of the same rail in both. */
function hcaOrders(common: readonly (readonly string[])[]): (readonly string[])[] {
  const distinct = [...new Map(common.map((hcas) => [hcas.join(' '), hcas])).values()];
  return common.map((hcas) => {
    const wider = distinct.filter((other) => other.length > hcas.length && hcas.every((hca) => other.includes(hca)));
    const [widest, second] = wider.toSorted((a, b) => b.length - a.length);
    return hcas.length > 0 && widest && widest.length > (second?.length ?? 0) ? widest : hcas;
  });
}

/** The rail of a leaf is that of most of the HCAs on it, of more than half of them. Of HCAs without names the leaves count in order. */
function railsOf(cablesIn: readonly (readonly HostCable[])[], orders: readonly (readonly string[])[]): Map<string, number> {
  const votes = new Map<string, Map<number, number>>();
  for (const [i, cables] of cablesIn.entries()) {
    const leaves = [...new Set(cables.map(({ leaf }) => leaf))].sort(byNumbers);
    const hcas = orders[i] ?? [];
    for (const { hca, leaf } of cables) {
      const rail = leaves.length === 1 || hcas.length === 0 ? leaves.indexOf(leaf) + 1 : hcas.indexOf(hca) + 1;
      const own = votes.get(leaf) ?? new Map<number, number>();
      votes.set(leaf, own.set(rail, (own.get(rail) ?? 0) + 1));
    }
  }
  const rails = new Map<string, number>();
  for (const [leaf, own] of votes) {
    const all = [...own.values()].reduce((sum, count) => sum + count, 0);
    const [rail = 0, most = 0] = [...own].toSorted((a, b) => b[1] - a[1])[0] ?? [];
    if (rail > 0 && most * 2 > all) rails.set(leaf, rail);
  }
  return rails;
}
