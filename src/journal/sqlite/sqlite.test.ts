// The SQLite journal: the suite of every journal, and what only a file can show (rights, lock, format, damage, a full disk).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loopEntry } from '../../../test/conformance/append-loop.ts';
import { journalConformance } from '../../../test/conformance/journal.ts';
import type { Journal } from '../../core/ports.ts';
import { VirtualClock, wallClock } from '../../std/clock.ts';
import { JournalBrokenError, JournalBusyError, JournalFormatError } from '../errors.ts';
import { FORMAT, openFile } from './file.ts';
import { openSqliteJournal } from './sqlite.ts';

const LOOP = fileURLToPath(new URL('../../../test/conformance/sqlite-append-loop.ts', import.meta.url));

journalConformance('sqlite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pitstop-journal-'));
  const file = join(folder, 'state', 'journal.sqlite');
  let journal = open(file);
  return {
    journal,
    reopen: async () => {
      await journal.close();
      journal = open(file);
      return journal;
    },
    appendLoop: [LOOP, file],
    end: async () => {
      await journal.close();
      rmSync(folder, { recursive: true });
    },
  };
});

describe('sqlite file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pitstop-journal-'));
    file = join(folder, 'state', 'journal.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('rights: 0600 in 0700, side files too (an older, wider file is narrowed)', async () => {
    const journal = open(file);
    await begin(journal);
    expect([join(folder, 'state'), file, `${file}-wal`].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600, 0o600]);
    await journal.close();
    const wide = join(folder, 'wide.sqlite');
    writeFileSync(wide, '', { mode: 0o666 });
    await open(wide).close();
    expect(statSync(wide).mode & 0o777).toBe(0o600);
  });

  test('lock: a second owner is refused (same process), and not after the first has closed', async () => {
    const journal = open(file);
    const epoch = await begin(journal);
    expect(() => open(file)).toThrow(JournalBusyError);
    expect(() => open(file)).toThrow(file);
    expect(await journal.append('r', 0, epoch, [loopEntry(1)])).toBe(1);
    await journal.close();
    await open(file).close();
  });

  test('lock: a second owner is refused (another process), and not after that was killed', async () => {
    await fill(file, 0);
    const child = spawn(process.execPath, [LOOP, file, 'r'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    await once(createInterface({ input: child.stdout }), 'line');
    expect(() => open(file)).toThrow(JournalBusyError);
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    const again = open(file);
    expect((await again.read('r', 1, 9)).length).toBeGreaterThan(0);
    await again.close();
  });

  test('durability: a commit is on disk (write-ahead log, synchronous full)', () => {
    const db = openFile(file);
    const pragmas = ['journal_mode', 'synchronous', 'locking_mode'].map(
      (name) => Object.values(db.prepare(`pragma ${name}`).get() ?? {})[0],
    );
    db.close();
    expect(pragmas).toEqual(['wal', 2, 'exclusive']);
  });

  test('format: a journal from before streams gets them and keeps its runs and its format', async () => {
    await fill(file, 5000);
    alter(file, 'drop table stream_entry');
    const journal = open(file);
    expect(await journal.read('r', 1, 10_000)).toHaveLength(5000);
    expect(await journal.readStream('s', 1, 9)).toEqual([]);
    expect(await journal.appendStream('s', said)).toBe(1);
    expect(await journal.append('r', 0, await journal.claim('r', 0, 'me'), [loopEntry(1)])).toBe(5001);
    await journal.close();
    const again = open(file);
    expect(await again.readStream('s', 1, 9)).toEqual([{ ...said, seq: 1 }]);
    await again.close();
    const db = new DatabaseSync(file);
    expect(db.prepare('pragma user_version').get()).toEqual({ user_version: 1 });
    db.close();
  });

  test('format: a newer file is refused and left as it was', async () => {
    await open(file).close();
    alter(file, `pragma user_version = ${FORMAT + 1}`);
    const before = readFileSync(file);
    expect(() => open(file)).toThrow(`was written by a newer Pitstop: it has format ${FORMAT + 1}, this one knows ${FORMAT}`);
    expect(formatProblem(file)).toBe('newer');
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('format: a file of something else is refused and left as it was (SQLite, text)', () => {
    const other = join(folder, 'other.sqlite');
    alter(other, 'create table t(a)');
    const text = join(folder, 'text');
    writeFileSync(text, 'not a database at all, but long enough to be looked at as one. '.repeat(40));
    for (const path of [other, text]) {
      const before = readFileSync(path);
      expect(formatProblem(path)).toBe('foreign');
      expect(readFileSync(path).equals(before)).toBe(true);
    }
  });

  test('damage: a file cut short is refused', async () => {
    await fill(file, 5000);
    truncateSync(file, statSync(file).size - 40_000);
    expect(formatProblem(file)).toBe('damaged');
  });

  test('damage: an overwritten record is found when it is read', async () => {
    await fill(file, 5000);
    alter(file, 'update packed set records = zeroblob(length(records)) where first = (select max(first) from packed)');
    const journal = open(file);
    expect(await journal.read('r', 1, 100)).toHaveLength(100);
    await expect(journal.read('r', 1, 5000)).rejects.toMatchObject({ name: 'JournalFormatError', problem: 'damaged' });
    await journal.close();
  });

  test('damage: a missing row is found when it is read', async () => {
    await fill(file, 10_000);
    alter(file, 'delete from packed where first = 4097');
    const journal = open(file);
    expect(await journal.read('r', 4000, 97)).toHaveLength(97);
    await expect(journal.read('r', 1, 10_000)).rejects.toThrow('seq 4097 is missing');
    await expect(journal.read('r', 5000, 1)).rejects.toThrow('seq 5000 is missing');
    await journal.close();
  });

  test('damage: a missing or altered entry of a stream is found when it is read', async () => {
    const journal = open(file);
    await Promise.all([1, 2, 3].map(() => journal.appendStream('s', said)));
    await journal.appendStream('t', said);
    await journal.close();
    alter(file, "delete from stream_entry where stream = 's' and seq = 2; update stream_entry set data = '{' where stream = 't'");
    const again = open(file);
    expect(await again.readStream('s', 1, 1)).toHaveLength(1);
    await expect(again.readStream('s', 1, 9)).rejects.toThrow('damaged: stream s: seq 2 is missing');
    await expect(again.readStream('s', 2, 1)).rejects.toThrow('damaged: stream s: seq 2 is missing');
    await expect(again.readStream('t', 1, 9)).rejects.toThrow('damaged: stream t: data of seq 1 is no JSON');
    await again.close();
  });

  test('damage: a torn end of the write-ahead log loses only what it held', async () => {
    await fill(file, 0);
    const child = spawn(process.execPath, [LOOP, file, 'r'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    await once(createInterface({ input: child.stdout }), 'line');
    child.kill('SIGKILL');
    await ended;
    const wal = openSync(`${file}-wal`, 'r+');
    writeSync(wal, Buffer.alloc(100, 0xff), 0, 100, statSync(`${file}-wal`).size - 100);
    closeSync(wal);
    const journal = open(file);
    const entries = await journal.read('r', 1, 1_000_000);
    expect(entries.map((each) => each.at)).toEqual(entries.map((_, i) => loopEntry(i + 1).at));
    await journal.close();
  });
});

describe('sqlite store fails', () => {
  test('disk: when it is full, only what was durable is acknowledged, nothing more is taken, and a reopen goes on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pitstop-journal-'));
    const file = join(folder, 'journal.sqlite');
    await fill(file, 0);
    // A limit on the size of files makes the writes themselves fail, at some point of some commit.
    const limited = ['-c', 'ulimit -f 2000; exec "$@"', 'sh', process.execPath, LOOP, file, 'r'];
    const child = spawn('sh', limited, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) lines.push(line);
    const acks = lines.filter((line) => line.startsWith('ack ')).map((line) => Number(line.slice(4)));
    expect(lines.slice(acks.length)).toEqual([
      'append JournalBrokenError',
      'append JournalBrokenError',
      'claim JournalBrokenError',
      'stream JournalBrokenError',
      'read 1',
    ]);
    const journal = open(file);
    const entries = await journal.read('r', 1, 1_000_000);
    expect(acks.length).toBeGreaterThan(10);
    expect(entries.length).toBeGreaterThanOrEqual(Math.max(...acks));
    expect(entries.map((each) => each.at)).toEqual(entries.map((_, i) => loopEntry(i + 1).at));
    const epoch = await journal.claim('r', 0, 'me');
    expect(await journal.append('r', 0, epoch, [loopEntry(0)])).toBe(entries.length + 1);
    await journal.close();
    rmSync(folder, { recursive: true });
  });

  test('open: a path that cannot be opened says which (a folder)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pitstop-journal-'));
    expect(() => open(folder)).toThrow(JournalBrokenError);
    expect(() => open(folder)).toThrow(`${folder} failed: unable to open database file`);
    rmSync(folder, { recursive: true });
  });
});

describe('sqlite group commit', () => {
  test('flush: waits for company in the time of the clock, then commits all in the order given', async () => {
    const clock = new VirtualClock(1000);
    const journal = openSqliteJournal({ file: ':memory:', clock, flushMs: 5 });
    await journal.create(header);
    const epoch = await clock.run(journal.claim('r', 0, 'me'));
    expect(clock.now()).toBe(1005);
    const told: number[] = [];
    journal.subscribe((_run, lastSeq) => told.push(lastSeq));
    const seqs = await clock.run(Promise.all([1, 2, 3].map((i) => journal.append('r', 0, epoch, [loopEntry(i)]))));
    expect([seqs, clock.now(), told]).toEqual([[1, 2, 3], 1010, [3]]);
    await journal.close();
  });

  test('flush: much is written at once, without the timer', async () => {
    const clock = new VirtualClock();
    const journal = openSqliteJournal({ file: ':memory:', clock });
    await journal.create(header);
    const epoch = await clock.run(journal.claim('r', 0, 'me'));
    const before = clock.now();
    await journal.append(
      'r',
      0,
      epoch,
      Array.from({ length: 20_000 }, (_, i) => loopEntry(i + 1)),
    );
    await journal.append('r', 0, epoch, [{ ...loopEntry(1), note: { why: 'x'.repeat(4_000_000) } }]);
    expect(clock.now()).toBe(before);
    await journal.close();
  });
});

const header = { run: 'r', planId: 'p', createdAt: 1, plan: '{}', targets: ['a'], steps: ['s'], shards: 1, options: {} };
const said = { at: 1, kind: 'said', by: 'lead', why: 'test', data: { n: 1 } };

function open(file: string): Journal {
  return openSqliteJournal({ file, clock: wallClock() });
}

async function begin(journal: Journal): Promise<number> {
  await journal.create(header);
  return journal.claim('r', 0, 'me');
}

/** A closed journal with one run of so many entries. */
async function fill(file: string, count: number): Promise<void> {
  const journal = open(file);
  const epoch = await begin(journal);
  await journal.append(
    'r',
    0,
    epoch,
    Array.from({ length: count }, (_, i) => loopEntry(i + 1)),
  );
  await journal.close();
}

/** Does to the file what Pitstop would not. */
function alter(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}

function formatProblem(file: string): string {
  try {
    open(file);
  } catch (error) {
    if (error instanceof JournalFormatError) return error.problem;
    throw error;
  }
  return 'none';
}
