// From nodes and half links, as a sweep lists them, to a graph: what contradicts itself is left out and named.
import type { FabricGraph, FabricLink } from './netdiscover.ts';

/** A problem, and the GUIDs of the nodes of which nothing is sure because of it. */
export interface SweepProblem {
  readonly line: number;
  readonly text: string;
  readonly why: string;
  readonly touches: readonly string[];
  /** A link that one end alone tells of. */
  readonly half: HalfLink | null;
}

export interface SweepGraph extends FabricGraph {
  readonly problems: readonly SweepProblem[];
  /** Node GUIDs of switches by their port GUIDs. */
  readonly switchPorts: ReadonlyMap<string, string>;
}

/** As it was read, with the line that named it. */
export interface ReadNode {
  readonly guid: string;
  readonly isSwitch: boolean;
  readonly name: string;
  portCount: number;
  readonly lid: number;
  readonly ports: Map<number, { readonly guid: string; readonly lid: number }>;
  readonly line: number;
  readonly text: string;
}

/** What one end tells of a link. */
export interface HalfLink {
  readonly from: { readonly guid: string; readonly port: number };
  readonly to: { readonly guid: string; readonly port: number };
  /** The other end's own port GUID, where told. */
  readonly toGuid: string | null;
  readonly width: string | null;
  readonly speed: string | null;
  readonly line: number;
  readonly text: string;
}

const TEXT_MAX = 200;

export function assemble(
  nodes: readonly ReadNode[],
  halves: readonly HalfLink[],
  found: readonly SweepProblem[],
): Omit<SweepGraph, 'switchPorts'> {
  const problems = [...found];
  const known = new Map<string, ReadNode>();
  for (const node of nodes) {
    if (known.has(node.guid)) problems.push(problem(node, `a second node with the GUID ${node.guid}`, [node.guid]));
    else known.set(node.guid, node);
  }
  const links = joined(halves, known, problems);
  if (nodes.length > 0 && halves.length === 0) {
    problems.push(problem(nodes[0] as ReadNode, 'no node has a link: swept from a port that is down, or cut off', [...known.keys()]));
  }
  const hosts = [...known.values()].filter((node) => !node.isSwitch);
  const switches = [...known.values()].filter((node) => node.isSwitch);
  return {
    hosts: hosts.map(({ guid, name, ports }) => ({
      guid,
      name,
      hca: hcaOf(name),
      ports: [...ports].map(([port, at]) => ({ port, ...at })),
    })),
    switches: switches.map(({ guid, name, portCount, lid }) => ({ guid, name, ports: portCount, lid })),
    links,
    problems: problems.toSorted((a, b) => a.line - b.line),
  };
}

/** A description of exactly two words names its HCA: default descriptions ("MT4129 ConnectX7   Mellanox Technologies") do not. */
function hcaOf(name: string): string {
  const words = name.split(/\s+/);
  return words.length === 2 ? (words[1] ?? '') : '';
}

function joined(halves: readonly HalfLink[], known: ReadonlyMap<string, ReadNode>, problems: SweepProblem[]): FabricLink[] {
  const byEnd = new Map<string, HalfLink>();
  const doubtful = new Set<string>();
  for (const half of halves) {
    const end = endKey(half.from);
    const other = byEnd.get(end);
    if (!other) byEnd.set(end, half);
    else if (endKey(other.to) !== endKey(half.to)) {
      problems.push(
        problem(half, `port ${half.from.port} is told twice, with two other ends`, [half.from.guid, half.to.guid, other.to.guid]),
      );
      doubtful.add(end);
    }
  }
  const links: FabricLink[] = [];
  for (const [end, half] of byEnd) {
    const { from, to, width, speed } = half;
    const back = byEnd.get(endKey(to));
    const why = doubtOf(half, back, known);
    if (why !== null) problems.push(problem(half, why, [from.guid, to.guid], half));
    else if (!doubtful.has(end) && !doubtful.has(endKey(to)) && isFirst(from, to)) links.push({ a: from, b: to, width, speed });
  }
  return links;
}

function doubtOf(half: HalfLink, back: HalfLink | undefined, known: ReadonlyMap<string, ReadNode>): string | null {
  const { from, to } = half;
  if (!known.has(to.guid)) return `a link to ${to.guid}, which is not listed: cut off, or it did not answer`;
  if (!back) return `a link that its other end, port ${to.port} of ${to.guid}, does not show`;
  if (endKey(back.to) !== endKey(from)) return `a link whose other end, port ${to.port} of ${to.guid}, shows another`;
  return null;
}

/** Each link once, told by the lesser end. */
function isFirst(a: HalfLink['from'], b: HalfLink['from']): boolean {
  return a.guid < b.guid || (a.guid === b.guid && a.port <= b.port);
}

function endKey({ guid, port }: HalfLink['from']): string {
  return `${guid} ${port}`;
}

function problem(
  at: { readonly line: number; readonly text: string },
  why: string,
  touches: readonly string[],
  half: HalfLink | null = null,
): SweepProblem {
  return { line: at.line, text: at.text.slice(0, TEXT_MAX), why, touches, half };
}
