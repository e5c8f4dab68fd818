// A made-up fleet and a made-up maintenance of it, for the bench of the map. Seeded, so that two runs see the same.
import { CELLS, CELL_OUTLINED, cellCode } from '../../../../../src/api/contract/cells.ts';
import type { Cell } from '../../../../../src/api/contract/cells.ts';
import type { Change, Groups, MapFleet } from '../../../map/model.ts';
import type { Recording } from '../../../map/replay.ts';

const RACK_NODES = 4;
const UNIT_NODES = 32;
const FEED_NODES = 128;

/** Clusters of at most 20,000 nodes, racks of 4, units of 32. */
export function syntheticFleet(nodes: number): MapFleet {
  const clusters = Math.max(1, Math.min(6, Math.ceil(nodes / 20_000)), nodes > 500 ? 3 : 1);
  const sizes = Array.from({ length: clusters }, (_, c) => Math.max(1, Math.round((nodes * (1 + (c % 3))) / clusters / 2)));
  const names: string[] = [];
  const clusterOf = new Int32Array(nodes);
  for (let id = 0, c = 0, k = 0; id < nodes; id++, k++) {
    if (k >= sizes[c]! && c < clusters - 1) {
      c++;
      k = 0;
    }
    clusterOf[id] = c;
    names.push(`phx${60 + c}-${String(k + 1).padStart(5, '0')}`);
  }
  const clusterNames = sizes.map((_, c) => `phx${60 + c}`);
  const cut = (size: number, letter: string): Groups => cutInto(clusterOf, size, letter);
  return {
    names,
    groups: {
      cluster: { names: clusterNames, of: clusterOf },
      rack: cut(RACK_NODES, 'r'),
      unit: cut(UNIT_NODES, 'u'),
      feed: cut(FEED_NODES, 'feed'),
      customer: { names: ['aurora', 'borealis'], of: clusterOf.map((c) => c % 2) },
      wave: {
        names: ['canary', 'wave 1', 'wave 2', 'wave 3', 'wave 4'],
        of: clusterOf.map((_, id) => (id < 64 ? 0 : 1 + ((id >> 5) % 4))),
      },
    },
    switches: [{ name: 'u001r1', role: 'leaf', cluster: clusterNames[0]! }],
  };
}

/** Runs of `size` nodes, begun anew in each cluster. */
function cutInto(clusterOf: Int32Array, size: number, letter: string): Groups {
  const names: string[] = [];
  const of = new Int32Array(clusterOf.length);
  let begun = 0;
  clusterOf.forEach((cluster, id) => {
    if (id > 0 && clusterOf[id - 1] !== cluster) begun = id;
    if ((id - begun) % size === 0) names.push(`${letter}${String((id - begun) / size + 1).padStart(3, '0')}`);
    of[id] = names.length - 1;
  });
  return { names, of };
}

/** The happy path, and what goes off it: from each state to the next, with a chance out of 1,000. */
const NEXT: { readonly [cell in Cell]: readonly (readonly [Cell, number])[] } = {
  unknown: [['in-service', 1000]],
  'in-service': [['draining', 1000]],
  draining: [['updating', 1000]],
  updating: [
    ['rebooting', 985],
    ['failed', 15],
  ],
  rebooting: [
    ['validating', 975],
    ['failed', 25],
  ],
  validating: [
    ['returned', 990],
    ['failed', 10],
  ],
  returned: [['in-service', 1000]],
  failed: [
    ['updating', 700],
    ['in-repair', 300],
  ],
  'in-repair': [['in-service', 1000]],
  down: [['in-service', 1000]],
};

export class Maintenance {
  private seed = 20_311_107;
  private readonly cells: Uint8Array;

  /** Reads the cells to know where each node is; writes only by what `next` returns. */
  constructor(cells: Uint8Array) {
    this.cells = cells;
  }

  /** A fleet in the midst of it: most in service, a front of racks under way. */
  static begin(nodes: number): Uint8Array {
    const cells = new Uint8Array(nodes).fill(cellCode('in-service'));
    const maintenance = new Maintenance(cells);
    for (let id = 0; id < nodes; id++) {
      const share = id / nodes;
      const steps = share < 0.35 ? 5 : share < 0.55 ? Math.floor((0.6 - share) * 22) : 0;
      for (let step = 0; step < Math.min(5, steps); step++) {
        if (cells[id] !== cellCode('failed') && cells[id] !== cellCode('in-repair')) cells[id] = maintenance.after(id);
      }
      if (cells[id] === cellCode('failed') && maintenance.chance() < 300) cells[id] = cellCode('in-repair');
      if (maintenance.chance() < 3) cells[id] = cellCode('down');
      if (maintenance.chance() < 2) cells[id]! |= CELL_OUTLINED;
    }
    return cells;
  }

  /** A run of six hours: every node goes its way, rack after rack. */
  static record(nodes: number, transitions: number): Recording {
    const initial = new Uint8Array(nodes).fill(cellCode('in-service'));
    const cells = initial.slice();
    const maintenance = new Maintenance(cells);
    const recording = { atMs: new Float64Array(transitions), id: new Uint32Array(transitions), cell: new Uint8Array(transitions) };
    for (let at = 0; at < transitions; at++) {
      const id = Math.min(nodes - 1, Math.floor((nodes * (at + (maintenance.draw() % (nodes + 1)))) / (transitions + nodes)));
      if (cells[id] !== cellCode('returned')) cells[id] = maintenance.after(id);
      recording.atMs[at] = (at / transitions) * 6 * 3_600_000;
      recording.id[at] = id;
      recording.cell[at] = cells[id]!;
    }
    return { initial, ...recording };
  }

  /** So many nodes take their next step, anywhere in the fleet. */
  next(changes: number): Change[] {
    return Array.from({ length: changes }, () => {
      const id = this.draw() % this.cells.length;
      return [id, this.after(id)] as const;
    });
  }

  private after(id: number): number {
    let left = this.chance();
    for (const [cell, share] of NEXT[CELLS[this.cells[id]! & 63] ?? 'unknown']) {
      left -= share;
      if (left < 0) return cellCode(cell);
    }
    return cellCode('in-service');
  }

  private chance(): number {
    return this.draw() % 1000;
  }

  private draw(): number {
    this.seed ^= this.seed << 13;
    this.seed ^= this.seed >>> 17;
    this.seed ^= this.seed << 5;
    return this.seed >>> 0;
  }
}
