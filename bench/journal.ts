// What the SQLite journal costs with fsync on: entries a second, CPU microseconds an entry and the wait for durability, for
// free-running nodes (an append each) and for batches, and what reading back costs. node bench/journal.ts [--json]
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entry, Journal } from '../src/core/ports.ts';
import { openSqliteJournal } from '../src/journal/sqlite/sqlite.ts';
import { must } from '../src/std/assert.ts';
import { wallClock } from '../src/std/clock.ts';

interface Figures {
  readonly what: string;
  readonly entries: number;
  readonly entriesPerSecond: number;
  readonly cpuMicrosPerEntry: number;
  /** From append to durable; 0 where nothing is appended. */
  readonly waitMsMedian: number;
  readonly waitMsP99: number;
}

const SHARDS = 100;
const HEADER = { planId: 'bench', createdAt: 0, plan: '{}', targets: [], steps: [], shards: SHARDS, options: {} };

const folder = mkdtempSync(join(process.env['PITSTOP_BENCH_DIR'] ?? tmpdir(), 'pitstop-bench-'));
const file = join(folder, 'journal.sqlite');
const journal = openSqliteJournal({ file, clock: wallClock() });
const figures: Figures[] = [];
try {
  figures.push(await appending('1 node, an entry an append', 1, 200, 1));
  figures.push(await appending('1,000 nodes, an entry an append', 1000, 200, 1));
  figures.push(await appending('10,000 nodes, an entry an append', 10_000, 30, 1));
  figures.push(await appending('100,000 nodes, an entry an append', 100_000, 5, 1));
  figures.push(await appending('100 shards, 100 entries an append', 100, 100, 100));
  figures.push(await reading('1,000 nodes, an entry an append', 1000));
  await journal.close();
  print(figures, statSync(file).size / figures.slice(0, -1).reduce((sum, each) => sum + each.entries, 0));
} finally {
  await journal.close();
  rmSync(folder, { recursive: true });
}

/** So many writers at once, each appending and waiting for it `rounds` times; one entry in ten has a note. */
async function appending(what: string, writers: number, rounds: number, size: number): Promise<Figures> {
  await journal.create({ ...HEADER, run: what });
  const epochs = await Promise.all(Array.from({ length: SHARDS }, (_, shard) => journal.claim(what, shard, 'bench')));
  const waits: number[] = [];
  const write = async (writer: number): Promise<void> => {
    const shard = writer % SHARDS;
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      await journal.append(what, shard, must(epochs[shard], 'epoch'), entriesOf(writer, round, size));
      waits.push(performance.now() - start);
    }
  };
  return measured(what, writers * rounds * size, waits, async () => {
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  });
}

async function reading(run: string, page: number): Promise<Figures> {
  const entries = await journal.append(run, 0, 1, []);
  return measured(`reading in pages of ${page}`, entries, [], () => readAll(journal, run, entries, page));
}

async function readAll(from: Journal, run: string, entries: number, page: number): Promise<void> {
  for (let seq = 1; seq <= entries; seq += page) await from.read(run, seq, page);
}

async function measured(what: string, entries: number, waits: number[], work: () => Promise<void>): Promise<Figures> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  waits.sort((a, b) => a - b);
  return {
    what,
    entries,
    entriesPerSecond: Math.round(entries / seconds),
    cpuMicrosPerEntry: rounded((user + system) / entries),
    waitMsMedian: rounded(waits[Math.floor(waits.length / 2)] ?? 0),
    waitMsP99: rounded(waits[Math.floor(waits.length * 0.99)] ?? 0),
  };
}

function entriesOf(writer: number, round: number, size: number): Entry[] {
  return Array.from({ length: size }, (_, i) => ({
    at: 1_700_000_000_000 + round,
    target: writer,
    kind: round % 2 ? 'done' : 'intent',
    step: round % 12,
    attempt: 1,
    note: (writer + round + i) % 10 ? null : { why: 'exit 0 after 12 s' },
  }));
}

function print(rows: readonly Figures[], bytesPerEntry: number): void {
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify({ bytesPerEntry: rounded(bytesPerEntry), figures: rows }, null, 2));
    return;
  }
  console.table(rows);
  console.log(`${rounded(bytesPerEntry)} bytes an entry on disk`);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
