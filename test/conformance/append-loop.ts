// The victim of the kill test: appends until somebody ends its process, and says on its output what the journal acknowledged.
import { writeSync } from 'node:fs';
import type { Entry, Journal } from '../../src/core/ports.ts';

const LANES = 8;

/** Prints `ack <seq>` for each acknowledged append to shard 0. The entry with seq s is `loopEntry(s)`. Never ends by itself. */
export async function appendLoop(journal: Journal, run: string): Promise<void> {
  const epoch = await journal.claim(run, 0, `pid ${process.pid}`);
  let last = await journal.append(run, 0, epoch, []);
  const lane = async (size: number): Promise<void> => {
    for (;;) {
      const entries = Array.from({ length: size }, (_, i) => loopEntry(last + 1 + i));
      last += size;
      const seq = await journal.append(run, 0, epoch, entries);
      // Written at once and whole, so that a kill cannot cut or lose an acknowledgement that was given.
      writeSync(1, `ack ${seq}\n`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, i) => lane(i + 1)));
}

export function loopEntry(seq: number): Entry {
  return {
    at: seq * 1000,
    target: seq % 97,
    kind: 'observed',
    step: seq % 7,
    attempt: seq % 3,
    note: seq % 5 ? null : { why: `no. ${seq}` },
  };
}
