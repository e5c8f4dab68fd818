// What every journal promises, as a suite: SQLite runs it beside its code, Postgres runs the same one.
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EntryNote, Journal, RunHeader, StoredEntry } from '../../src/core/ports.ts';
import { JournalClosedError, JournalFencedError, RunExistsError, RunUnknownError, TargetOccupiedError } from '../../src/journal/errors.ts';
import type { JsonObject } from '../../src/std/json.ts';
import { loopEntry } from './append-loop.ts';
import { testCrash } from './journal-crash.ts';
import { anyEntry, begin, entriesAt, header, pages, plain } from './journal-samples.ts';
import { testStreams } from './journal-streams.ts';

/** One empty store and the way to it. */
export interface JournalHarness {
  readonly journal: Journal;
  /** Closes the journal that is open and opens the same store again. */
  reopen(): Promise<Journal>;
  /** Node's arguments for a process that opens the same store and calls `appendLoop`; the suite adds the run. */
  readonly appendLoop: readonly string[];
  /** Closes what is open and removes the store. */
  end(): Promise<void>;
}

type Header = Omit<RunHeader, 'finishedAt'>;

export function journalConformance(name: string, open: () => Promise<JournalHarness>): void {
  let harness: JournalHarness;
  let journal: Journal;
  beforeEach(async () => {
    harness = await open();
    journal = harness.journal;
  });
  afterEach(async () => {
    await harness.end();
  });
  describe(`${name}: runs`, () => testRuns(() => ({ harness, journal })));
  describe(`${name}: entries`, () => testEntries(() => ({ harness, journal })));
  describe(`${name}: format`, () => testFormat(() => ({ harness, journal })));
  describe(`${name}: reading`, () => testReading(() => ({ harness, journal })));
  describe(`${name}: fence`, () => testFence(() => ({ harness, journal })));
  describe(`${name}: subscribe and close`, () => testListening(() => ({ harness, journal })));
  describe(`${name}: streams`, () => testStreams(() => ({ harness, journal })));
  describe(`${name}: crash`, () => testCrash(() => ({ harness, journal })));
}

type Given = () => { harness: JournalHarness; journal: Journal };

function testRuns(given: Given): void {
  test('create: a run comes back as it was given, also after reopen (plan byte for byte)', async () => {
    const { harness, journal } = given();
    const full: Header = {
      ...header('r1', ['gpu[001]', 'ключ', "o'brien"]),
      plan: '{"a": 1,\r\n "b":\t"ü\u0000🙂\uFEFF"}',
      options: { fleet: '/f', dry: false, nested: { list: [1, null, 'x'] } },
    };
    await journal.create(full);
    await journal.create(header('r2', []));
    const want = [
      { ...full, finishedAt: null },
      { ...header('r2', []), finishedAt: null },
    ];
    expect(await journal.runs()).toEqual(want);
    expect(await (await harness.reopen()).runs()).toEqual(want);
  });

  test('create: a name taken before (same, or other targets)', async () => {
    const { journal } = given();
    await journal.create(header('r1', ['a']));
    const refused = journal.create(header('r1', ['b']));
    await expect(refused).rejects.toThrow(RunExistsError);
    await expect(refused).rejects.toMatchObject({ run: 'r1' });
    await journal.create(header('r2', ['b']));
  });

  test('create: targets of an unfinished run (named with their holder, nothing is left behind)', async () => {
    const { harness, journal } = given();
    await journal.create(header('r1', ['a', 'b', 'c']));
    const refused = journal.create(header('r2', ['x', 'c', 'b']));
    await expect(refused).rejects.toThrow(TargetOccupiedError);
    await expect(refused).rejects.toMatchObject({ run: 'r1', targets: ['c', 'b'] });
    expect((await journal.runs()).map((each) => each.run)).toEqual(['r1']);
    await journal.create(header('r3', ['x']));
    const again = await harness.reopen();
    await expect(again.create(header('r2', ['a']))).rejects.toMatchObject({ run: 'r1', targets: ['a'] });
  });

  test('free: gives some targets of an unfinished run to others', async () => {
    const { journal } = given();
    await journal.create(header('r1', ['a', 'b', 'c']), ['a', 'b']).then(() => journal.free('r1', ['a']));
    await expect(journal.create(header('r4', ['a', 'b', 'c']))).rejects.toMatchObject({ targets: ['b'] });
  });

  test('finish: frees the targets and keeps the first time (also after reopen)', async () => {
    const { harness, journal } = given();
    await journal.create(header('r1', ['a', 'b']));
    await journal.finish('r1', 5000);
    await journal.finish('r1', 6000);
    await journal.create(header('r2', ['b']));
    const again = await harness.reopen();
    expect((await again.runs()).map((each) => each.finishedAt)).toEqual([5000, null]);
    await expect(again.create(header('r3', ['b']))).rejects.toMatchObject({ run: 'r2' });
  });

  test('unknown run: every call says so', async () => {
    const { journal } = given();
    for (const call of [journal.finish('no', 1), journal.claim('no', 0, 'me'), journal.append('no', 0, 1, []), journal.read('no', 1, 1)]) {
      await expect(call).rejects.toThrow(RunUnknownError);
    }
  });

  test('create: 20,000 targets, refused and freed as quickly as they were taken', async () => {
    const { journal } = given();
    const targets = Array.from({ length: 20_000 }, (_, i) => `node${i}`);
    await journal.create(header('big', targets));
    await expect(journal.create(header('other', targets.slice(10_000)))).rejects.toMatchObject({ targets: targets.slice(10_000) });
    await journal.finish('big', 1);
    await journal.create(header('other', targets));
  });
}

function testEntries(given: Given): void {
  test('append: seqs are 1, 2, 3, ... over all shards in the order appended, without holes', async () => {
    const { harness, journal } = given();
    await journal.create(header('r', [], 3));
    const epochs = await Promise.all([0, 1, 2].map((shard) => journal.claim('r', shard, 'me')));
    const seqs: Promise<number>[] = [];
    for (let i = 0; i < 600; i++) seqs.push(journal.append('r', (i * i) % 3, epochs[(i * i) % 3] ?? 0, entriesAt(i, (i % 2) + 1)));
    const last = await Promise.all(seqs);
    const all = await (await harness.reopen()).read('r', 1, 10_000);
    expect(all.map((each) => each.seq)).toEqual(Array.from({ length: 900 }, (_, i) => i + 1));
    expect(all.map((each) => each.at)).toEqual(Array.from({ length: 600 }, (_, i) => entriesAt(i, (i % 2) + 1).map((e) => e.at)).flat());
    expect(last.map((seq) => all[seq - 1]?.at)).toEqual(Array.from({ length: 600 }, (_, i) => i * 10 + (i % 2)));
    expect(all.map((each) => each.shard)).toEqual(all.map((each) => Math.floor(each.at / 10) ** 2 % 3));
  });

  test('append: runs count for themselves', async () => {
    const { journal } = given();
    for (const run of ['a', 'b']) await journal.create(header(run, []));
    const [a, b] = await Promise.all([journal.claim('a', 0, 'me'), journal.claim('b', 0, 'me')]);
    const seqs = await Promise.all(
      [1, 2, 3].flatMap((n) => [journal.append('a', 0, a, entriesAt(n, 1)), journal.append('b', 0, b, entriesAt(n, 2))]),
    );
    expect(seqs).toEqual([1, 2, 2, 4, 3, 6]);
  });

  test('append: nothing gives the last seq (of none, of what is pending, of what was)', async () => {
    const { journal } = given();
    const epoch = await begin(journal, 'r');
    expect(await journal.append('r', 0, epoch, [])).toBe(0);
    const both = [journal.append('r', 0, epoch, entriesAt(1, 4)), journal.append('r', 0, epoch, [])];
    expect(await Promise.all(both)).toEqual([4, 4]);
    expect(await journal.append('r', 0, epoch, [])).toBe(4);
  });

  test('append: what was appended is what it was then, whatever becomes of the array', async () => {
    const { journal } = given();
    const epoch = await begin(journal, 'r');
    const entries = entriesAt(1, 2);
    const done = journal.append('r', 0, epoch, entries);
    entries.length = 0;
    expect(await done).toBe(2);
    expect(await journal.read('r', 1, 9)).toHaveLength(2);
  });

  test('append: an entry that does not fit is refused whole (attempt, step, target, time)', async () => {
    const { journal } = given();
    const epoch = await begin(journal, 'r');
    const good = loopEntry(1);
    for (const bad of [{ attempt: 256 }, { attempt: -1 }, { step: 65_535 }, { target: -2 }, { target: 2 ** 31 }, { at: Number.NaN }]) {
      await expect(journal.append('r', 0, epoch, [good, { ...good, ...bad }])).rejects.toThrow('journal entry');
    }
    expect(await journal.append('r', 0, epoch, [good])).toBe(1);
    expect((await journal.read('r', 1, 9)).map(plain)).toEqual([good]);
  });
}

function testFormat(given: Given): void {
  test('append: 100,000 entries at once', async () => {
    const { harness, journal } = given();
    const epoch = await begin(journal, 'r');
    const entries = Array.from({ length: 100_000 }, (_, i) => loopEntry(i + 1));
    expect(await journal.append('r', 0, epoch, entries)).toBe(100_000);
    const all = await (await harness.reopen()).read('r', 1, 200_000);
    expect(all).toHaveLength(100_000);
    expect(all.findIndex((each, i) => each.seq !== i + 1 || each.at !== (i + 1) * 1000)).toBe(-1);
    expect([all[0], all[65_535], all[99_999]].map(plain)).toEqual([loopEntry(1), loopEntry(65_536), loopEntry(100_000)]);
  });

  test('append: notes of any text (unicode, controls, lone surrogates, 3 MB)', async () => {
    const { harness, journal } = given();
    const epoch = await begin(journal, 'r');
    const notes: EntryNote[] = [
      { by: 'Zoë Ünal', why: '停电 🙂 "quoted" \\ \n\u0000\u2028' },
      { why: '\ud800 alone' },
      { why: 'x'.repeat(3_000_000) },
      {},
      { data: JSON.parse('{"__proto__": {"a": 1}, "deep": [[{"n": 1e300, "z": -0.5}], null, true]}') as JsonObject },
    ];
    const entries = notes.map((note, i) => ({ ...loopEntry(i), note }));
    await journal.append('r', 0, epoch, entries);
    expect((await journal.read('r', 1, 99)).map(plain)).toEqual(entries);
    expect((await (await harness.reopen()).read('r', 1, 99)).map(plain)).toEqual(entries);
  });

  test('append: any entries in any order of shards and claims come back equal (property)', async () => {
    const { journal } = given();
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(2), fc.boolean(), fc.array(anyEntry, { maxLength: 12 })), { maxLength: 12 }),
        async (batches) => {
          const run = `r${++count}`;
          await journal.create(header(run, [], 3));
          const epochs = await Promise.all([0, 1, 2].map((shard) => journal.claim(run, shard, 'me')));
          const seqs: Promise<number>[] = [];
          const want: Omit<StoredEntry, 'seq'>[] = [];
          for (const [shard, takeOver, entries] of batches) {
            if (takeOver) epochs[shard] = await journal.claim(run, shard, 'another');
            const epoch = epochs[shard] ?? 0;
            seqs.push(journal.append(run, shard, epoch, entries));
            want.push(...entries.map((entry) => ({ ...entry, shard, epoch })));
          }
          await Promise.all(seqs);
          expect(await journal.read(run, 1, 1000)).toEqual(want.map((entry, i) => ({ ...entry, seq: i + 1 })));
        },
      ),
      { numRuns: 60 },
    );
  });
}

function testReading(given: Given): void {
  test('read: pages of any size join to the whole (from the middle, beyond the end, none)', async () => {
    const { journal } = given();
    await journal.create(header('r', [], 2));
    await journal.create(header('other', []));
    const epochs = [await journal.claim('r', 0, 'me'), await journal.claim('r', 1, 'me')];
    for (let i = 0; i < 40; i++) await journal.append('r', i % 2, epochs[i % 2] ?? 0, entriesAt(i, 1 + (i % 3)));
    await Promise.all(Array.from({ length: 5000 }, (_, i) => journal.append('r', i % 2, epochs[i % 2] ?? 0, entriesAt(40 + i, 1))));
    const all = await journal.read('r', 1, 10_000);
    expect(all).toHaveLength(5079);
    for (const size of [7, 1000, 4096]) expect(await pages(journal, 'r', size)).toEqual(all);
    expect(await journal.read('r', 4500, 3)).toEqual(all.slice(4499, 4502));
    expect(await journal.read('r', -5, 2)).toEqual(all.slice(0, 2));
    expect(await journal.read('r', 5079, 9)).toEqual(all.slice(5078));
    expect(await journal.read('r', 5080, 9)).toEqual([]);
    expect(await journal.read('r', 1, 0)).toEqual([]);
    expect(await journal.read('other', 1, 9)).toEqual([]);
  });

  test('read: only what is durable', async () => {
    const { journal } = given();
    const epoch = await begin(journal, 'r');
    const pending = journal.append('r', 0, epoch, entriesAt(1, 2));
    expect(await journal.read('r', 1, 9)).toEqual([]);
    await pending;
    expect(await journal.read('r', 1, 9)).toHaveLength(2);
  });
}

function testFence(given: Given): void {
  test('fence: a claim shuts older epochs out and writes nothing of theirs', async () => {
    const { journal } = given();
    const first = await begin(journal, 'r');
    await journal.append('r', 0, first, entriesAt(1, 1));
    const second = await journal.claim('r', 0, 'survivor');
    expect([first, second]).toEqual([1, 2]);
    const refused = journal.append('r', 0, first, entriesAt(2, 1));
    await expect(refused).rejects.toThrow(JournalFencedError);
    await expect(refused).rejects.toMatchObject({ run: 'r', shard: 0, epoch: 1, current: 2 });
    await expect(journal.append('r', 0, first, [])).rejects.toThrow(JournalFencedError);
    expect(await journal.append('r', 0, second, entriesAt(3, 1))).toBe(2);
    expect((await journal.read('r', 1, 9)).map(({ at, epoch }) => ({ at, epoch }))).toEqual([
      { at: 10, epoch: 1 },
      { at: 30, epoch: 2 },
    ]);
  });

  test('fence: a claim in the same breath (before it is there already, after it is out)', async () => {
    const { journal } = given();
    const epoch = await begin(journal, 'r');
    const before = journal.append('r', 0, epoch, entriesAt(1, 1));
    const claim = journal.claim('r', 0, 'survivor');
    const after = journal.append('r', 0, epoch, entriesAt(2, 1));
    await expect(after).rejects.toThrow(JournalFencedError);
    const taken = await claim;
    expect((await journal.read('r', 1, 9)).map((each) => each.at)).toEqual([10]);
    expect(await before).toBe(1);
    expect(await journal.append('r', 0, taken, entriesAt(3, 1))).toBe(2);
  });

  test('fence: a shard that nobody claimed, an epoch that nobody gave', async () => {
    const { journal } = given();
    await journal.create(header('r', [], 2));
    const epoch = await journal.claim('r', 0, 'me');
    await expect(journal.append('r', 1, epoch, entriesAt(1, 1))).rejects.toMatchObject({ name: 'JournalFencedError', current: 0 });
    await expect(journal.append('r', 1, 0, entriesAt(1, 1))).rejects.toThrow(JournalFencedError);
    await expect(journal.append('r', 0, epoch + 1, entriesAt(1, 1))).rejects.toThrow(JournalFencedError);
    await expect(journal.claim('r', 2, 'me')).rejects.toThrow('no shard 2');
  });

  test('fence: claims are durable (an old epoch is out after reopen too)', async () => {
    const { harness, journal } = given();
    const epoch = await begin(journal, 'r');
    await journal.claim('r', 0, 'second');
    const again = await harness.reopen();
    await expect(again.append('r', 0, epoch, entriesAt(1, 1))).rejects.toMatchObject({ current: 2 });
    expect(await again.claim('r', 0, 'third')).toBe(3);
  });

  test('fence: claims of one moment get different epochs, and only the last may write', async () => {
    const { journal } = given();
    await journal.create(header('r', []));
    const epochs = await Promise.all(['a', 'b', 'c'].map((owner) => journal.claim('r', 0, owner)));
    expect(epochs).toEqual([1, 2, 3]);
    await expect(journal.append('r', 0, 2, entriesAt(1, 1))).rejects.toThrow(JournalFencedError);
    expect(await journal.append('r', 0, 3, entriesAt(1, 1))).toBe(1);
  });
}

function testListening(given: Given): void {
  test('subscribe: told of each run after its entries can be read (until stopped)', async () => {
    const { journal } = given();
    const [a, b] = [await begin(journal, 'a'), await begin(journal, 'b')];
    const heard: string[] = [];
    const readable: Promise<boolean>[] = [];
    const stop = journal.subscribe((run, lastSeq) => {
      heard.push(`${run} ${lastSeq}`);
      readable.push(journal.read(run, lastSeq, 1).then((entries) => entries.length === 1));
    });
    await Promise.all([journal.append('a', 0, a, entriesAt(1, 2)), journal.append('b', 0, b, entriesAt(1, 1))]);
    await expect.poll(() => heard).toEqual(['a 2', 'b 1']);
    await journal.append('b', 0, b, entriesAt(2, 1));
    await expect.poll(() => heard).toEqual(['a 2', 'b 1', 'b 2']);
    expect(await Promise.all(readable)).toEqual([true, true, true]);
    stop();
    const others: number[] = [];
    journal.subscribe((_run, lastSeq) => others.push(lastSeq));
    await journal.append('b', 0, b, entriesAt(3, 1));
    await expect.poll(() => others).toEqual([3]);
    expect(heard).toHaveLength(3);
  });

  test('close: what was appended is written first, then every call is refused (a second close is nothing)', async () => {
    const { harness, journal } = given();
    const epoch = await begin(journal, 'r');
    const pending = journal.append('r', 0, epoch, entriesAt(1, 3));
    await journal.close();
    expect(await pending).toBe(3);
    for (const call of [
      journal.create(header('x', [])),
      journal.runs(),
      journal.finish('r', 1),
      journal.claim('r', 0, 'me'),
      journal.append('r', 0, epoch, []),
      journal.read('r', 1, 1),
    ]) {
      await expect(call).rejects.toThrow(JournalClosedError);
    }
    expect(() => journal.subscribe(() => {})).toThrow(JournalClosedError);
    await journal.close();
    expect(await (await harness.reopen()).read('r', 1, 9)).toHaveLength(3);
  });
}
