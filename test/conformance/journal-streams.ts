// The part of the journal suite about streams: the desk's book beside the runs.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Journal, StoredStreamEntry, StreamEntry } from '../../src/core/ports.ts';
import { JournalClosedError } from '../../src/journal/errors.ts';
import type { JsonObject } from '../../src/std/json.ts';
import { anyStreamEntry, begin, entriesAt } from './journal-samples.ts';

type Given = () => { harness: { reopen(): Promise<Journal> }; journal: Journal };

const ALL = Number.MAX_SAFE_INTEGER;

export function testStreams(given: Given): void {
  test('appendStream: seqs are 1, 2, 3, ... within each stream, many at one moment, and stay over a reopen', async () => {
    const { harness, journal } = given();
    const names = ['tokens', 'plans', "o'brien / ключ"];
    const seqs = await Promise.all(Array.from({ length: 300 }, (_, i) => journal.appendStream(names[i % 3] ?? '', line(i))));
    expect(seqs).toEqual(Array.from({ length: 300 }, (_, i) => Math.floor(i / 3) + 1));
    const again = await harness.reopen();
    expect(await again.appendStream('tokens', line(300))).toBe(101);
    for (const [n, name] of names.entries()) {
      const entries = await again.readStream(name, 1, ALL);
      expect(entries.map((each) => each.seq)).toEqual(Array.from({ length: n === 0 ? 101 : 100 }, (_, i) => i + 1));
      expect(entries.map((each) => each.at)).toEqual(entries.map((_, i) => i * 3 + n));
    }
  });

  test('appendStream: any entry comes back equal, also after a reopen (property)', async () => {
    const { harness, journal } = given();
    let count = 0;
    const wanted = new Map<string, StoredStreamEntry[]>();
    await fc.assert(
      fc.asyncProperty(fc.array(anyStreamEntry, { maxLength: 8 }), async (entries) => {
        const stream = `s${++count}`;
        await Promise.all(entries.map((entry) => journal.appendStream(stream, entry)));
        wanted.set(
          stream,
          entries.map((entry, i) => ({ ...entry, seq: i + 1 })),
        );
        expect(await journal.readStream(stream, 1, ALL)).toEqual(wanted.get(stream));
      }),
      { numRuns: 40 },
    );
    const again = await harness.reopen();
    for (const [stream, entries] of wanted) expect(await again.readStream(stream, 1, ALL)).toEqual(entries);
  });

  test('appendStream: words of people of any kind and a plan of 5 MB', async () => {
    const { harness, journal } = given();
    const entry: StreamEntry = {
      ...line(1),
      by: 'Zoë Ünal',
      why: '停电 🙂 "quoted" \\ \n\u0000\u2028 \ud800 alone',
      data: { ...(JSON.parse('{"__proto__": {"a": [1e300, -0.5, null, true]}}') as JsonObject), text: 'x'.repeat(5_000_000) },
    };
    await journal.appendStream('plans', entry);
    expect(await (await harness.reopen()).readStream('plans', 1, 9)).toEqual([{ ...entry, seq: 1 }]);
  });

  test('appendStream: what was appended is what it was then, whatever becomes of the data', async () => {
    const { journal } = given();
    const data = { n: 1 };
    const done = journal.appendStream('s', { ...line(1), data });
    data.n = 2;
    await done;
    expect((await journal.readStream('s', 1, 9)).map((each) => each.data)).toEqual([{ n: 1 }]);
  });

  test('appendStream: an entry without a time, a kind or a stream is refused and leaves no hole', async () => {
    const { journal } = given();
    await expect(journal.appendStream('s', { ...line(1), at: Number.NaN })).rejects.toThrow('stream s: NaN is no time');
    await expect(journal.appendStream('s', { ...line(1), kind: '' })).rejects.toThrow('stream s: kind ""');
    await expect(journal.appendStream('', line(1))).rejects.toThrow('no name');
    expect(await journal.appendStream('s', line(1))).toBe(1);
  });

  test('streams: each is alone, and beside the runs (same name, same commit, no listener is told)', async () => {
    const { journal } = given();
    const epoch = await begin(journal, 'r');
    const heard: string[] = [];
    journal.subscribe((run, lastSeq) => heard.push(`${run} ${lastSeq}`));
    const both = [journal.append('r', 0, epoch, entriesAt(1, 2)), journal.appendStream('r', line(1)), journal.appendStream('R', line(2))];
    expect(await Promise.all(both)).toEqual([2, 1, 1]);
    expect(await journal.read('r', 1, 9)).toHaveLength(2);
    expect((await journal.readStream('r', 1, 9)).map((each) => each.at)).toEqual([1]);
    await expect.poll(() => heard).toEqual(['r 2']);
  });

  test('readStream: pages, the middle, beyond the end, none, a stream that nobody wrote to, only what is durable', async () => {
    const { journal } = given();
    await Promise.all(Array.from({ length: 20 }, (_, i) => journal.appendStream('s', line(i))));
    const all = await journal.readStream('s', 1, ALL);
    expect(all).toHaveLength(20);
    expect(await journal.readStream('s', 8, 3)).toEqual(all.slice(7, 10));
    expect(await journal.readStream('s', -5, 2)).toEqual(all.slice(0, 2));
    expect(await journal.readStream('s', 20, 9)).toEqual(all.slice(19));
    expect(await journal.readStream('s', 21, 9)).toEqual([]);
    expect(await journal.readStream('s', 1, 0)).toEqual([]);
    expect(await journal.readStream('nobody', 1, 9)).toEqual([]);
    const pending = journal.appendStream('s', line(20));
    expect(await journal.readStream('s', 21, 9)).toEqual([]);
    expect(await pending).toBe(21);
    expect(await journal.readStream('s', 21, 9)).toHaveLength(1);
  });

  test('close: a pending entry is written first, then both calls are refused', async () => {
    const { harness, journal } = given();
    const pending = journal.appendStream('s', line(1));
    await journal.close();
    expect(await pending).toBe(1);
    await expect(journal.appendStream('s', line(2))).rejects.toThrow(JournalClosedError);
    await expect(journal.readStream('s', 1, 1)).rejects.toThrow(JournalClosedError);
    expect(await (await harness.reopen()).readStream('s', 1, 9)).toEqual([{ ...line(1), seq: 1 }]);
  });
}

function line(at: number): StreamEntry {
  return { at, kind: 'said', by: 'lead', why: `no. ${at}`, data: { at } };
}
