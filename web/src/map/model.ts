// What the map is given: the fleet's names and groups, and a store of one byte a node that lies outside Svelte's runes.
import { CELLS } from '../../../src/api/contract/cells.ts';

export const GROUPINGS = ['cluster', 'rack', 'unit', 'domain', 'feed', 'customer', 'wave'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface Groups {
  readonly names: readonly string[];
  /** Group index by node id, -1 = in none. */
  readonly of: Int32Array;
}

interface MapSwitch {
  readonly name: string;
  readonly role: string;
  readonly cluster: string;
}

/** Node ids are dense integers in rack order: the index of `names`. */
export interface MapFleet {
  readonly names: readonly string[];
  readonly groups: { readonly [by in Grouping]?: Groups };
  readonly switches: readonly MapSwitch[];
}

/** What the fill of a cell says. Arrays are by node id; a new object stands for new values. */
export type Colouring =
  | { readonly kind: 'state' }
  | { readonly kind: 'category'; readonly names: readonly string[]; readonly codes: Int32Array }
  | { readonly kind: 'number'; readonly unit: string; readonly values: Float32Array; readonly max: number };

export type Change = readonly [id: number, byte: number];
/** The ids that changed, or 'all' after a load. */
export type Changed = readonly number[] | 'all';

const CODES = CELLS.length;
const CODE_MASK = 63;

/** Counts per group and cell code, kept up to date by the store: `counts[group * CELLS.length + code]`. */
export interface Tally {
  readonly counts: Int32Array;
  /** Count of one code in one group. */
  at(group: number, code: number): number;
  /** Stops the keeping. */
  end(): void;
}

/** One byte a node (cells.ts), counts per code, and listeners. Not reactive: 100,000 proxied cells would be slow. */
export class CellStore {
  readonly cells: Uint8Array;
  /** By cell code, over all nodes. */
  readonly counts = new Int32Array(CODES);
  /** Grows with every change, so that a reader sees whether somebody else wrote. */
  version = 0;
  private readonly listeners = new Set<(changed: Changed) => void>();
  private readonly tallies = new Set<{ readonly of: Int32Array; readonly counts: Int32Array }>();

  constructor(nodes: number, initial?: Uint8Array) {
    this.cells = new Uint8Array(nodes);
    if (initial !== undefined) this.cells.set(initial.subarray(0, nodes));
    this.recount();
  }

  /** Writes the bytes and tells listeners which ids differ now. Ids outside the fleet are passed over. */
  apply(changes: readonly Change[]): void {
    const ids: number[] = [];
    for (const [id, byte] of changes) {
      const before = this.cells[id];
      if (before === undefined || before === byte) continue;
      this.cells[id] = byte;
      this.count(id, before, -1);
      this.count(id, byte, 1);
      ids.push(id);
    }
    if (ids.length > 0) this.tell(ids);
  }

  /** Replaces all bytes at once. */
  load(cells: Uint8Array): void {
    this.cells.set(cells.subarray(0, this.cells.length));
    this.recount();
    this.tell('all');
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: (changed: Changed) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Starts counting per group. */
  tally(groups: Groups): Tally {
    const kept = { of: groups.of, counts: new Int32Array(groups.names.length * CODES) };
    this.tallies.add(kept);
    this.countAll(kept);
    return {
      counts: kept.counts,
      at: (group, code) => kept.counts[group * CODES + code] ?? 0,
      end: () => this.tallies.delete(kept),
    };
  }

  private tell(changed: Changed): void {
    this.version++;
    for (const listener of this.listeners) listener(changed);
  }

  private count(id: number, byte: number, by: number): void {
    const code = byte & CODE_MASK;
    if (code >= CODES) return;
    this.counts[code]! += by;
    for (const tally of this.tallies) {
      const group = tally.of[id] ?? -1;
      if (group >= 0) tally.counts[group * CODES + code]! += by;
    }
  }

  private recount(): void {
    this.counts.fill(0);
    for (const byte of this.cells) {
      const code = byte & CODE_MASK;
      if (code < CODES) this.counts[code]!++;
    }
    for (const tally of this.tallies) this.countAll(tally);
  }

  private countAll(tally: { readonly of: Int32Array; readonly counts: Int32Array }): void {
    tally.counts.fill(0);
    for (let id = 0; id < this.cells.length; id++) {
      const code = this.cells[id]! & CODE_MASK;
      const group = tally.of[id] ?? -1;
      if (group >= 0 && code < CODES) tally.counts[group * CODES + code]!++;
    }
  }
}

/** The groups of a grouping; all nodes as one nameless group where the fleet has none. */
export function groupsOf(fleet: MapFleet, by: Grouping): Groups {
  return fleet.groups[by] ?? { names: [''], of: new Int32Array(fleet.names.length) };
}

const indexes = new WeakMap<MapFleet, ReadonlyMap<string, number>>();

/** Ids of node names, sorted, and the names that are none. */
export function idsOf(fleet: MapFleet, names: readonly string[]): { readonly ids: Int32Array; readonly unknown: readonly string[] } {
  let index = indexes.get(fleet);
  if (index === undefined) {
    index = new Map(fleet.names.map((name, id) => [name, id]));
    indexes.set(fleet, index);
  }
  const ids = new Set<number>();
  const unknown: string[] = [];
  for (const name of names) {
    const id = index.get(name);
    if (id === undefined) unknown.push(name);
    else ids.add(id);
  }
  return { ids: Int32Array.from(ids).sort(), unknown };
}
