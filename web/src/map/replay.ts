// A recorded run as the map shows it: snapshots every so many transitions, so that any moment is near.
import type { CellStore, Change } from './model.ts';

export interface Recording {
  /** One byte a node at the start. */
  readonly initial: Uint8Array;
  /** By transition, ascending: when (Unix ms), which node, its new byte. */
  readonly atMs: Float64Array;
  readonly id: Uint32Array;
  readonly cell: Uint8Array;
}

/** Seeks in a recording by as few changes of the store as there are nodes that differ. */
export class Replay {
  private readonly recording: Recording;
  private readonly every: number;
  /** After `every`, 2 x `every`, ... transitions. */
  private readonly snapshots: readonly Uint8Array[];
  private shown: { readonly store: CellStore; readonly version: number; readonly position: number } | null = null;

  /** `every` transitions a snapshot is kept; by default about as many as there are nodes, so that both take like room. */
  constructor(recording: Recording, every = Math.max(1000, recording.initial.length)) {
    this.recording = recording;
    this.every = every;
    this.snapshots = takeSnapshots(recording, every);
  }

  get fromMs(): number {
    return this.recording.atMs[0] ?? 0;
  }

  get toMs(): number {
    return this.recording.atMs.at(-1) ?? 0;
  }

  /** How many transitions have happened at a time; one at exactly that time has. */
  positionAt(atMs: number): number {
    let low = 0;
    let high = this.recording.atMs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.recording.atMs[middle]! <= atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Brings the store to a moment. Forward by the transitions between, else by the difference to the nearest snapshot. */
  seek(store: CellStore, atMs: number): void {
    const target = this.positionAt(atMs);
    const known = this.shown?.store === store && this.shown.version === store.version ? this.shown.position : -1;
    const nearest = Math.floor(target / this.every);
    const forward = known >= 0 && known <= target && target - known <= target - nearest * this.every + this.recording.initial.length;
    store.apply(forward ? this.between(known, target) : this.difference(store.cells, target));
    this.shown = { store, version: store.version, position: target };
  }

  /** The last byte of each node that the transitions touch. */
  private between(from: number, to: number): readonly Change[] {
    const last = new Map<number, number>();
    for (let at = from; at < to; at++) last.set(this.recording.id[at]!, this.recording.cell[at]!);
    return [...last];
  }

  private difference(cells: Uint8Array, target: number): readonly Change[] {
    const nearest = Math.floor(target / this.every);
    const wanted = (nearest === 0 ? this.recording.initial : this.snapshots[nearest - 1]!).slice();
    roll(this.recording, wanted, nearest * this.every, target);
    const changes: Change[] = [];
    for (let id = 0; id < wanted.length; id++) if (wanted[id] !== cells[id]) changes.push([id, wanted[id]!]);
    return changes;
  }
}

function takeSnapshots(recording: Recording, every: number): Uint8Array[] {
  const snapshots: Uint8Array[] = [];
  const cells = recording.initial.slice();
  for (let from = 0; from + every <= recording.atMs.length; from += every) {
    roll(recording, cells, from, from + every);
    snapshots.push(cells.slice());
  }
  return snapshots;
}

function roll(recording: Recording, cells: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; at++) cells[recording.id[at]!] = recording.cell[at]!;
}
