import { describe, expect, it } from 'vitest';
import { CellStore } from './model.ts';
import { Replay } from './replay.ts';
import type { Recording } from './replay.ts';

/** Node (i * 7) % nodes takes byte i % 9 at second i. */
function recordingOf(nodes: number, transitions: number): Recording {
  const each = Array.from({ length: transitions }, (_, i) => i);
  return {
    initial: new Uint8Array(nodes).fill(1),
    atMs: Float64Array.from(each, (i) => i * 1000),
    id: Uint32Array.from(each, (i) => (i * 7) % nodes),
    cell: Uint8Array.from(each, (i) => i % 9),
  };
}

function cellsAt(recording: Recording, atMs: number): Uint8Array {
  const cells = recording.initial.slice();
  recording.atMs.forEach((at, i) => {
    if (at <= atMs) cells[recording.id[i]!] = recording.cell[i]!;
  });
  return cells;
}

describe('Replay', () => {
  it('shows the same at any moment, from wherever it comes', () => {
    const recording = recordingOf(53, 1000);
    const replay = new Replay(recording, 64);
    const store = new CellStore(53);
    for (const atMs of [0, 5000, 5500, 63_000, 64_000, 999_000, 2_000_000, 128_000, 127_999, -1, 700_000, 701_000]) {
      replay.seek(store, atMs);
      expect(store.cells).toEqual(cellsAt(recording, atMs));
    }
  });

  it('changes no more nodes than differ', () => {
    const recording = recordingOf(53, 1000);
    const replay = new Replay(recording, 64);
    const store = new CellStore(53);
    for (const atMs of [900_000, 100_000, 102_000, 102_000]) {
      const wanted = cellsAt(recording, atMs);
      const differ = store.cells.filter((byte, id) => byte !== wanted[id]).length;
      let changed = 0;
      const end = store.subscribe((ids) => (changed = ids.length));
      replay.seek(store, atMs);
      end();
      expect(changed).toBe(differ);
    }
  });

  it('is right after somebody else wrote to the store', () => {
    const recording = recordingOf(53, 1000);
    const replay = new Replay(recording);
    const store = new CellStore(53);
    replay.seek(store, 400_000);
    store.apply([[5, 63]]);
    replay.seek(store, 400_000);
    expect(store.cells).toEqual(cellsAt(recording, 400_000));
  });

  it('of a run without transitions shows its beginning', () => {
    const replay = new Replay(recordingOf(3, 0));
    const store = new CellStore(3);
    replay.seek(store, 10);
    expect([...store.cells]).toEqual([1, 1, 1]);
    expect([replay.fromMs, replay.toMs]).toEqual([0, 0]);
  });
});
