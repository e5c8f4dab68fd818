// What tests of the desk need: a journal in memory, a clock that is set by hand, and chance that can be foreseen.
import type { Journal, StoredStreamEntry } from '../src/core/ports.ts';
import { openSqliteJournal } from '../src/journal/sqlite/sqlite.ts';
import { type Clock, wallClock } from '../src/std/clock.ts';

export const NOW_MS = Date.UTC(2031, 6, 8, 9, 0);
export const DAY_MS = 86_400_000;

export class HandClock implements Clock {
  nowMs = NOW_MS;

  now(): number {
    return this.nowMs;
  }

  after(): () => void {
    throw new Error('the desk waits for nothing');
  }
}

export function memoryJournal(): Journal {
  return openSqliteJournal({ file: ':memory:', clock: wallClock(), flushMs: 0 });
}

/** Bytes that differ from call to call, and are the same in every test. */
export function countingBytes(): (bytes: number) => Uint8Array {
  let calls = 0;
  return (bytes) => {
    calls++;
    return Uint8Array.from({ length: bytes }, (_, i) => (calls * 31 + i * 7) % 256);
  };
}

export function allOf(journal: Journal, stream: string): Promise<readonly StoredStreamEntry[]> {
  return journal.readStream(stream, 1, Number.MAX_SAFE_INTEGER);
}
