// What every node of a fleet shows now, as one array, and its changes as one stream: runs that are under way lie over what finished runs and
// inventories have seen. Nothing is computed for a follower; nothing at all is computed while nobody looks.
import { withEventMeta } from '@orpc/server';
import type { Inventory } from '../../core/fleet/model.ts';
import { cellCode } from '../../core/run/cell.ts';
import type { Chronicle } from '../../core/run/chronicle.ts';
import { must } from '../../std/assert.ts';
import type { Clock } from '../../std/clock.ts';
import { ChangeStream } from './change-stream.ts';
import type { FleetIndex } from './fleet-index.ts';
import type { BookedRun } from './run-book.ts';
import { leftBy, nodeIdsOf, RunCells } from './run-layer.ts';
import { inOrder, isFresh } from './run-order.ts';
import { BATCH_MS, CHANGES_MAX, KEPT } from './settings.ts';

export interface FleetChanges {
  seq: number;
  at: string;
  /** Id and byte. */
  changes: [number, number][];
}

export interface BoardParts {
  readonly clock: Clock;
  /** Every run of the fleet. */
  readonly runs: () => Promise<readonly BookedRun[]>;
  /** `isLive`: it goes on by itself; else it is as the journal told it when it was asked for. */
  readonly chronicleOf: (run: string) => Promise<{ readonly chronicle: Chronicle; readonly isLive: boolean }>;
  /** What was last seen of the fleet outside of any run, if anybody looked. */
  readonly inventory: () => Inventory | null;
  /** Told of what went wrong while nobody had asked. */
  readonly report: (error: unknown) => void;
}

interface Layer {
  readonly isLive: boolean;
  readonly cells: RunCells;
  /** Target -> id. */
  readonly ids: Int32Array;
  /** By id. */
  readonly shown: Uint8Array;
}

/** So many finished runs are read at most to learn what became of nodes that are in no run now. */
const FINISHED_MAX = 20;
/** Changes in one part of everything: a few milliseconds of checking and writing for each follower. */
const PART = 2_000;
const IN_SERVICE = cellCode('in-service');
const DOWN = cellCode('down');

export class Board {
  readonly index: FleetIndex;
  readonly #parts: BoardParts;
  readonly #stream: ChangeStream<FleetChanges>;
  readonly #cells: Uint8Array;
  /** Begins with the time, so that numbers of an earlier server or document are never mistaken for these. */
  #seq: number;
  /** Unfinished runs, the one on top first. */
  #layers: Layer[] = [];
  readonly #layerOf = new Map<string, Layer>();
  /** Bytes that finished runs ended with, by id. */
  readonly #ended = new Map<string, Uint8Array>();
  #base: Uint8Array;
  #arrangedFor = '';
  #seenAt: number | null = null;
  readonly #dirty = new Set<string>();
  #whole: readonly FleetChanges[] | null = null;
  #armed = false;
  #closed = false;
  #work: Promise<void> = Promise.resolve();

  constructor(index: FleetIndex, parts: BoardParts) {
    this.index = index;
    this.#parts = parts;
    this.#cells = new Uint8Array(index.names.length);
    this.#base = new Uint8Array(index.names.length);
    this.#seq = Math.floor(parts.clock.now());
    this.#stream = new ChangeStream({ kept: KEPT, weigh: ({ changes }) => changes.length, weightMax: CHANGES_MAX, floor: this.#seq });
  }

  get cells(): Readonly<Uint8Array> {
    return this.#cells;
  }

  get seq(): number {
    return this.#seq;
  }

  get seenAt(): number | null {
    return this.#seenAt;
  }

  get followers(): number {
    return this.#stream.followers;
  }

  /** Something was written in a run, of whatever fleet; `isNew`: a run that was not known, or one that has ended. */
  told(run: string, isNew: boolean): void {
    if (this.#layerOf.has(run)) this.#dirty.add(run);
    else if (!isNew) return;
    this.#arm();
  }

  /** Brings all up to date, one at a time. */
  fresh(): Promise<void> {
    const done = this.#work.then(() => this.#update());
    this.#work = done.catch(() => undefined);
    return done;
  }

  /** Changes after the number last seen, or everything first where that is not known any more. */
  follow(after: number | null, signal: AbortSignal | undefined): AsyncIteratorObject<FleetChanges, undefined, void> {
    return this.#stream.follow({ after, signal, whole: () => this.#everything(), tell: ([one]) => must(one, 'a message'), atOnce: false });
  }

  close(): void {
    this.#closed = true;
    this.#stream.close();
  }

  #arm(): void {
    if (this.#armed || this.#closed || this.#stream.followers === 0) return;
    this.#armed = true;
    this.#parts.clock.after(BATCH_MS, () => {
      this.#armed = false;
      this.fresh().then(
        () => (this.#dirty.size > 0 ? this.#arm() : undefined),
        (error: unknown) => this.#parts.report(error),
      );
    });
  }

  async #update(): Promise<void> {
    if (this.#closed) return;
    const changes = new Map<number, number>();
    await this.#arrange(changes);
    // A run is in the journal a little before it is driven.
    for (const run of this.#dirty) if (this.#layerOf.get(run)?.isLive === false) await this.#replace(run);
    for (const run of this.#dirty) this.#refresh(run, changes);
    this.#dirty.clear();
    if (changes.size === 0) return;
    this.#seq++;
    this.#whole = null;
    this.#stream.publish(this.#message([...changes]));
  }

  /** Which runs lie over which, anew where one has come or ended. */
  async #arrange(changes: Map<number, number>): Promise<void> {
    const now = this.#parts.clock.now();
    const runs = await this.#parts.runs();
    const inventory = this.#parts.inventory();
    const key = JSON.stringify([inventory?.at, runs.map((run) => [run.run, run.finishedAt === null, isFresh(run, now)])]);
    if (key === this.#arrangedFor) return;
    const { open, over } = inOrder(runs, now);
    const layers: Layer[] = [];
    for (const { run } of open) layers.push(this.#layerOf.get(run) ?? (await this.#layer(run)));
    const base = await this.#baseOf(over.slice(0, FINISHED_MAX), now, inventory);
    const names = new Set(open.map(({ run }) => run));
    for (const run of this.#layerOf.keys()) if (!names.has(run)) this.#layerOf.delete(run);
    for (const run of names) this.#refresh(run, changes);
    this.#layers = layers;
    this.#base = base;
    this.#arrangedFor = key;
    for (let id = 0; id < this.#cells.length; id++) this.#look(id, changes);
  }

  async #layer(run: string): Promise<Layer> {
    const { chronicle, isLive } = await this.#parts.chronicleOf(run);
    const shown = new Uint8Array(this.#cells.length);
    const layer = { isLive, cells: new RunCells(chronicle), ids: nodeIdsOf(chronicle, this.index.idOf), shown };
    this.#layerOf.set(run, layer);
    return layer;
  }

  async #replace(run: string): Promise<void> {
    const before = this.#layerOf.get(run);
    const layer = await this.#layer(run);
    this.#layers = this.#layers.map((each) => (each === before ? layer : each));
  }

  /** What was last seen of each node in runs that are over, and in the inventory: the newest says it. Twins come last. */
  async #baseOf(over: readonly BookedRun[], now: number, inventory: Inventory | null): Promise<Uint8Array> {
    const base = new Uint8Array(this.#cells.length);
    let inventoryIsNext = inventory !== null;
    this.#seenAt = null;
    const seen = (at: number): void => {
      this.#seenAt = Math.max(this.#seenAt ?? at, at);
    };
    const lay = (): void => {
      if (inventory === null || !inventoryIsNext) return;
      inventoryIsNext = false;
      seen(inventory.at);
      for (const { name, inService } of inventory.nodes) fill(base, this.index.idOf.get(name) ?? -1, inService ? IN_SERVICE : DOWN);
    };
    for (const run of this.#ended.keys()) if (!over.some((each) => each.run === run)) this.#ended.delete(run);
    for (const run of over) {
      if (run.simulated || (inventory?.at ?? 0) > (run.finishedAt ?? 0)) lay();
      const ended = this.#ended.get(run.run) ?? (await this.#endOf(run.run));
      if (!run.simulated) seen(run.finishedAt ?? run.createdAt);
      for (const [id, byte] of ended.entries()) if (byte !== 0) fill(base, id, leftBy(byte, isFresh(run, now)));
    }
    lay();
    return base;
  }

  async #endOf(run: string): Promise<Uint8Array> {
    const { chronicle } = await this.#parts.chronicleOf(run);
    const cells = new RunCells(chronicle);
    const ids = nodeIdsOf(chronicle, this.index.idOf);
    const bytes = new Uint8Array(this.#cells.length);
    cells.refresh((target, byte) => fill(bytes, ids[target] ?? -1, byte));
    this.#ended.set(run, bytes);
    return bytes;
  }

  #refresh(run: string, changes: Map<number, number>): void {
    const layer = this.#layerOf.get(run);
    layer?.cells.refresh((target, byte) => {
      const id = layer.ids[target] ?? -1;
      if (id < 0) return;
      layer.shown[id] = byte;
      this.#look(id, changes);
    });
  }

  #look(id: number, changes: Map<number, number>): void {
    let byte = 0;
    for (const { shown } of this.#layers) if ((byte = shown[id] as number) !== 0) break;
    if (byte === 0) byte = this.#base[id] as number;
    if (byte === this.#cells[id]) return;
    this.#cells[id] = byte;
    changes.set(id, byte);
  }

  /** In parts; whoever is interrupted before the last one has seen nothing that could be gone on from. */
  #everything(): readonly FleetChanges[] {
    if (this.#whole) return this.#whole;
    const parts: FleetChanges[] = [];
    const at = new Date(this.#parts.clock.now()).toISOString();
    for (let from = 0; from < this.#cells.length; from += PART) {
      const cells = this.#cells.subarray(from, from + PART);
      const changes = Array.from(cells, (byte, i): [number, number] => [from + i, byte]);
      const isLast = from + PART >= this.#cells.length;
      parts.push(isLast ? this.#message(changes) : { seq: 0, at, changes });
    }
    return (this.#whole = parts.length > 0 ? parts : [this.#message([])]);
  }

  #message(changes: [number, number][]): FleetChanges {
    const at = new Date(this.#parts.clock.now()).toISOString();
    return withEventMeta({ seq: this.#seq, at, changes }, { id: String(this.#seq) });
  }
}

function fill(bytes: Uint8Array, id: number, byte: number): void {
  if (id >= 0 && bytes[id] === 0) bytes[id] = byte;
}
