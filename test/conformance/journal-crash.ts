// The part of the journal suite that kills: what a process was told is durable must be there after its end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import type { Journal } from '../../src/core/ports.ts';
import { loopEntry } from './append-loop.ts';
import { header, plain } from './journal-samples.ts';

interface Harness {
  reopen(): Promise<Journal>;
  readonly appendLoop: readonly string[];
}

export function testCrash(given: () => { harness: Harness; journal: Journal }): void {
  test('crash: everything acknowledged before kill -9 is there after it, and the journal goes on (three times)', async () => {
    const { harness, journal } = given();
    await journal.create(header('r', ['a']));
    await journal.close();
    let durable = 0;
    for (const [round, acks] of [40, 150, 400].entries()) {
      const acknowledged = await killAfter([...harness.appendLoop, 'r'], acks);
      expect(acknowledged).toBeGreaterThan(durable);
      const again = await harness.reopen();
      const entries = await again.read('r', 1, 1_000_000);
      expect(entries.length).toBeGreaterThanOrEqual(acknowledged);
      expect(entries.map(plain)).toEqual(entries.map((_, i) => loopEntry(i + 1)));
      const epoch = await again.claim('r', 0, 'survivor');
      expect(epoch).toBe(2 * round + 2);
      durable = await again.append('r', 0, epoch, [loopEntry(entries.length + 1)]);
      expect(durable).toBe(entries.length + 1);
      await again.close();
    }
  });
}

/** Starts the process, kills it by its pid after so many acknowledgements, and gives the highest seq it was told. */
async function killAfter(argv: readonly string[], acks: number): Promise<number> {
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let seen = 0;
  let highest = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const seq = /^ack (\d+)$/.exec(line)?.[1];
    if (seq) highest = Math.max(highest, Number(seq));
    if (++seen === acks) child.kill('SIGKILL');
  }
  expect(await ended).toEqual([null, 'SIGKILL']);
  return highest;
}
