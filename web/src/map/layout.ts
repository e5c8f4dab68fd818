// Where each node lies: groups as labelled blocks on shelves, racks as framed columns in them. All of it by arithmetic, also backwards.
import { groupsOf } from './model.ts';
import type { Grouping, Groups, MapFleet } from './model.ts';
import { shelve } from './shelves.ts';

/** World units: one node is 1 x 1. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Block extends Rect {
  /** Index in the outer grouping's names. */
  readonly group: number;
  readonly name: string;
  readonly nodes: number;
  /** Height of the strip that holds the label, at the top. */
  readonly head: number;
  readonly firstRack: number;
  readonly racks: number;
  /** Racks a row. */
  readonly cols: number;
  readonly rackW: number;
  readonly rackH: number;
}

/** Called with a rack's index and the place of its upper left corner. */
export type RackVisit = (rack: number, x: number, y: number, block: Block) => void;

/** Between racks, sideways. */
const RACK_GAP = 0.5;
/** Between a block's edge and its racks. */
const PAD = 0.5;
/** Racks with more nodes than this are more than one node wide. */
const COLUMN_NODES_MAX = 20;
/** Nodes without a rack are shown in frames of this many. */
const FRAME_NODES = 32;

/** Blocks, racks and the order of nodes. Made by `layOut`. */
export class Layout {
  readonly width: number;
  readonly height: number;
  readonly blocks: readonly Block[];
  /** The grouping of the blocks; a tally of it gives each block's counts. */
  readonly outer: Groups;
  /** The grouping of the racks. */
  readonly inner: Groups | null;
  /** Node ids rack by rack. */
  readonly order: Uint32Array;
  /** By rack: first place in `order`, with one more entry at the end. */
  readonly rackStart: Uint32Array;
  /** By rack: index in the inner grouping's names, -1 none. */
  readonly rackGroup: Int32Array;
  /** Height of the gap above each rack, which holds its name. */
  readonly rackGapY: number;
  /** Upper left corner by node id. */
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  private readonly shelfYs: readonly number[];
  private readonly shelfFirst: readonly number[];

  constructor(sorted: Sorted, outer: Groups, inner: Groups | null, rackGapY: number, aspect: number) {
    this.outer = outer;
    this.inner = inner;
    this.order = sorted.order;
    this.rackStart = sorted.rackStart;
    this.rackGroup = sorted.rackGroup;
    this.rackGapY = rackGapY;
    const placed = shelve(
      sorted.blocks.map((block) => ({ ...block, slotW: block.rackW + RACK_GAP, slotH: block.rackH + rackGapY })),
      { aspect, pad: PAD, rackGapX: RACK_GAP },
    );
    this.width = placed.width;
    this.height = placed.height;
    this.shelfYs = placed.shelfYs;
    this.shelfFirst = placed.shelfFirst;
    this.blocks = sorted.blocks.map((block, b) => ({ ...block, head: placed.head, ...placed.spots[b]! }));
    this.xs = new Float32Array(sorted.order.length);
    this.ys = new Float32Array(sorted.order.length);
    for (const block of this.blocks) this.placeNodes(block);
  }

  /** The node at a point, -1 none. */
  idAt(x: number, y: number): number {
    const block = this.blockAt(x, y);
    if (block === null) return -1;
    const u = x - block.x - PAD;
    const v = y - block.y - block.head - this.rackGapY;
    const slotW = block.rackW + RACK_GAP;
    const slotH = block.rackH + this.rackGapY;
    const col = Math.floor(u / slotW);
    const row = Math.floor(v / slotH);
    if (u < 0 || v < 0 || col >= block.cols) return -1;
    const inX = Math.floor(u - col * slotW);
    const inY = Math.floor(v - row * slotH);
    const k = row * block.cols + col;
    if (inX >= block.rackW || inY >= block.rackH || k >= block.racks) return -1;
    const start = this.rackStart[block.firstRack + k]!;
    const place = start + inX * block.rackH + inY;
    return place < this.rackStart[block.firstRack + k + 1]! ? this.order[place]! : -1;
  }

  rectOf(id: number): Rect {
    return { x: this.xs[id] ?? 0, y: this.ys[id] ?? 0, w: 1, h: 1 };
  }

  blockAt(x: number, y: number): Block | null {
    const shelf = lastAtMost(this.shelfYs, y);
    if (shelf < 0) return null;
    const from = this.shelfFirst[shelf]!;
    const to = this.shelfFirst[shelf + 1] ?? this.blocks.length;
    for (let b = from; b < to; b++) {
      const block = this.blocks[b]!;
      if (x >= block.x && x < block.x + block.w) return y < block.y + block.h ? block : null;
    }
    return null;
  }

  /** Visits the racks that touch the rectangle. */
  racksIn(x0: number, y0: number, x1: number, y1: number, visit: RackVisit): void {
    for (const block of this.blocks) {
      if (block.x > x1 || block.y > y1 || block.x + block.w < x0 || block.y + block.h < y0) continue;
      const slotW = block.rackW + RACK_GAP;
      const slotH = block.rackH + this.rackGapY;
      const left = block.x + PAD;
      const top = block.y + block.head + this.rackGapY;
      const colFrom = Math.max(0, Math.floor((x0 - left) / slotW));
      const colTo = Math.min(block.cols - 1, Math.floor((x1 - left) / slotW));
      const rowFrom = Math.max(0, Math.floor((y0 - top) / slotH));
      const rowTo = Math.floor((y1 - top) / slotH);
      for (let row = rowFrom; row <= rowTo && row * block.cols < block.racks; row++) {
        for (let col = colFrom; col <= colTo; col++) {
          const k = row * block.cols + col;
          if (k >= block.racks) break;
          visit(block.firstRack + k, left + col * slotW, top + row * slotH, block);
        }
      }
    }
  }

  private placeNodes(block: Block): void {
    const slotW = block.rackW + RACK_GAP;
    const slotH = block.rackH + this.rackGapY;
    const left = block.x + PAD;
    const top = block.y + block.head + this.rackGapY;
    for (let k = 0; k < block.racks; k++) {
      const x = left + (k % block.cols) * slotW;
      const y = top + Math.floor(k / block.cols) * slotH;
      const start = this.rackStart[block.firstRack + k]!;
      const end = this.rackStart[block.firstRack + k + 1]!;
      for (let place = start; place < end; place++) {
        const id = this.order[place]!;
        const cell = place - start;
        this.xs[id] = x + Math.floor(cell / block.rackH);
        this.ys[id] = y + (cell % block.rackH);
      }
    }
  }
}

/** Lays a fleet out for a map `aspect` times as wide as high. Racks, units and domains stay framed inside their clusters. */
export function layOut(fleet: MapFleet, groupBy: Grouping, aspect: number): Layout {
  const small = groupBy === 'rack' || groupBy === 'unit' || groupBy === 'domain';
  const outer = withRest(groupsOf(fleet, small ? 'cluster' : groupBy));
  const inner = (small ? fleet.groups[groupBy] : undefined) ?? fleet.groups.rack ?? fleet.groups.unit ?? fleet.groups.domain ?? null;
  return new Layout(sortIntoRacks(fleet.names.length, outer, inner), outer, inner, small ? 1 : RACK_GAP, aspect);
}

/** Nodes in no group make one more, the last, so that they too are shown and counted. */
function withRest(groups: Groups): Groups {
  const rest = groups.names.length;
  return groups.of.every((group) => group >= 0)
    ? groups
    : { names: [...groups.names, 'in none'], of: groups.of.map((group) => (group < 0 ? rest : group)) };
}

/** Aspects come in steps, so that a view in a URL shows the same place in another window of about the same shape. */
export function snapAspect(width: number, height: number): number {
  const steps = [0.5, 0.75, 1, 1.35, 1.8, 2.4, 3.2, 4.5];
  const wanted = Math.log(Math.max(1, width) / Math.max(1, height));
  return steps.reduce((best, step) => (Math.abs(Math.log(step) - wanted) < Math.abs(Math.log(best) - wanted) ? step : best));
}

type Unplaced = Pick<Block, 'group' | 'name' | 'nodes' | 'firstRack' | 'racks' | 'rackW' | 'rackH'>;

interface Sorted {
  readonly order: Uint32Array;
  readonly rackStart: Uint32Array;
  readonly rackGroup: Int32Array;
  readonly blocks: readonly Unplaced[];
}

/** Nodes by block, then rack, then id; nodes in none come last. */
function sortIntoRacks(nodes: number, outer: Groups, inner: Groups | null): Sorted {
  let order = new Uint32Array(nodes);
  for (let id = 0; id < nodes; id++) order[id] = id;
  if (inner !== null) order = countingSort(order, inner);
  order = countingSort(order, outer);
  const starts: number[] = [];
  const groups: number[] = [];
  const blocks: Unplaced[] = [];
  let place = 0;
  while (place < nodes) {
    const group = outer.of[order[place]!]!;
    const first = place;
    const firstRack = starts.length;
    let largest = 0;
    const loose: number[] = [];
    while (place < nodes && outer.of[order[place]!] === group) {
      const rack = inner?.of[order[place]!] ?? -1;
      const from = place;
      while (place < nodes && outer.of[order[place]!] === group && (inner?.of[order[place]!] ?? -1) === rack) place++;
      if (rack < 0) loose.push(from, place);
      else {
        starts.push(from);
        groups.push(rack);
        largest = Math.max(largest, place - from);
      }
    }
    const frame = largest > 0 ? largest : FRAME_NODES;
    for (let from = loose[0] ?? 0; from < (loose[1] ?? 0); from += frame) {
      starts.push(from);
      groups.push(-1);
    }
    const name = outer.names[group] ?? '';
    const size = Math.min(frame, place - first);
    blocks.push({ group, name, nodes: place - first, firstRack, racks: starts.length - firstRack, ...rackShape(size) });
  }
  return { order, rackStart: Uint32Array.from([...starts, nodes]), rackGroup: Int32Array.from(groups), blocks };
}

/** A column for a rack; several beside each other for a unit. */
function rackShape(nodes: number): { rackW: number; rackH: number } {
  const rackW = nodes <= COLUMN_NODES_MAX ? 1 : Math.ceil(Math.sqrt(nodes / 2));
  return { rackW, rackH: Math.max(1, Math.ceil(nodes / rackW)) };
}

function countingSort(order: Uint32Array, groups: Groups): Uint32Array<ArrayBuffer> {
  const last = groups.names.length;
  const bucket = (id: number): number => {
    const group = groups.of[id] ?? -1;
    return group < 0 ? last : group;
  };
  const starts = new Uint32Array(last + 2);
  for (const id of order) starts[bucket(id) + 1]!++;
  for (let g = 0; g <= last; g++) starts[g + 1]! += starts[g]!;
  const sorted = new Uint32Array(order.length);
  for (const id of order) sorted[starts[bucket(id)]!++] = id;
  return sorted;
}

function lastAtMost(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
