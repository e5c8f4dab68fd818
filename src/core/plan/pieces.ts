// Cuts a cluster into the pieces that its waves are made of: the whole of it, its units, or its racks.
import type { Cluster, TargetKind } from '../fleet/model.ts';
import { difference, EMPTY, intersection, names, nodeSetOf, parseNodeSet, size } from '../fleet/nodeset.ts';
import type { NodeSet } from '../fleet/nodeset.ts';
import type { Topology } from '../fleet/topology.ts';
import { unionOf } from './affected.ts';
import type { Sequence } from './plan.ts';

/** Never without nodes. */
export interface Piece {
  readonly name: string;
  readonly nodes: NodeSet;
}

/** The cluster as one piece, and whatever lies across its pieces. */
export const WHOLE = '';

/** The last piece: nodes of the cluster in no unit, or in no rack. */
const OTHERS = 'others';

export function piecesOf(cluster: Cluster, cut: Sequence['cut']): readonly Piece[] {
  const all = setOf(cluster.nodes);
  if (cut === undefined || cut === 'cluster') return [{ name: WHOLE, nodes: all }];
  const groups = cut === 'unit' ? cluster.units : cluster.racks;
  const pieces = groups.map(({ name, nodes }): Piece => ({ name, nodes: intersection(setOf(nodes), all) }));
  const others = { name: OTHERS, nodes: difference(all, unionOf(pieces.map(({ nodes }) => nodes))) };
  return [...pieces, others].filter(({ nodes }) => size(nodes) > 0);
}

/** The targets by piece, as those nodes lie that they take something from; what lies across several pieces is WHOLE. No set is empty. */
export function byPiece(topology: Topology, kind: TargetKind, targets: NodeSet, pieces: readonly Piece[]): Map<string, NodeSet> {
  const [only] = pieces;
  if (only && pieces.length === 1) return new Map([[only.name, targets]]);
  const parts =
    kind === 'node'
      ? pieces.map(({ name, nodes }): [string, NodeSet] => [name, intersection(targets, nodes)])
      : sorted(topology, targets, pieces);
  return new Map(parts.filter(([, set]) => size(set) > 0));
}

function sorted(topology: Topology, targets: NodeSet, pieces: readonly Piece[]): [string, NodeSet][] {
  const pieceOf = new Map(pieces.flatMap((piece) => [...names(piece.nodes)].map((node): [string, Piece] => [node, piece])));
  const parts = new Map<string, string[]>(pieces.map(({ name }) => [name, []]));
  const across: string[] = [];
  for (const target of names(targets)) {
    const behind = topology.nodesBehind(target);
    const [first] = names(behind);
    const piece = first === undefined ? undefined : pieceOf.get(first);
    const list = piece && size(difference(behind, piece.nodes)) === 0 ? parts.get(piece.name) : undefined;
    (list ?? across).push(target);
  }
  return [[WHOLE, nodeSetOf(across)], ...[...parts].map(([name, list]): [string, NodeSet] => [name, nodeSetOf(list)])];
}

function setOf(folded: string): NodeSet {
  const parsed = parseNodeSet(folded);
  return parsed.ok ? parsed.set : EMPTY;
}
