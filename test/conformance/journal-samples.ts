// Headers and entries for the journal suite, made up or drawn.
import * as fc from 'fast-check';
import { ENTRY_KINDS } from '../../src/core/ports.ts';
import type { Entry, Journal, RunHeader, StoredEntry, StreamEntry } from '../../src/core/ports.ts';
import type { JsonObject } from '../../src/std/json.ts';
import { loopEntry } from './append-loop.ts';

export async function begin(journal: Journal, run: string): Promise<number> {
  await journal.create(header(run, []));
  return journal.claim(run, 0, 'me');
}

export function header(run: string, targets: readonly string[], shards = 1): Omit<RunHeader, 'finishedAt'> {
  return {
    run,
    planId: `plan of ${run}`,
    createdAt: 1_700_000_000_000,
    plan: '{}',
    targets,
    steps: ['drain', 'flash'],
    shards,
    options: {},
  };
}

/** Entries with at = 10 n, 10 n + 1, ... */
export function entriesAt(n: number, count: number): Entry[] {
  return Array.from({ length: count }, (_, i) => ({ ...loopEntry(n), at: n * 10 + i }));
}

export async function pages(journal: Journal, run: string, size: number): Promise<StoredEntry[]> {
  const all: StoredEntry[] = [];
  for (;;) {
    const page = await journal.read(run, all.length + 1, size);
    all.push(...page);
    if (page.length < size) return all;
  }
}

export function plain(entry: StoredEntry | undefined): Entry | undefined {
  if (!entry) return undefined;
  const { at, target, kind, step, attempt, note } = entry;
  return { at, target, kind, step, attempt, note };
}

const anyText = fc.string({ unit: 'binary', maxLength: 20 });
const anyData = fc.dictionary(anyText, fc.jsonValue()).map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);
export const anyEntry: fc.Arbitrary<Entry> = fc.record({
  at: fc.double({ noNaN: true, noDefaultInfinity: true }),
  target: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 0x7fffffff })),
  kind: fc.constantFrom(...ENTRY_KINDS),
  step: fc.integer({ min: -1, max: 65_534 }),
  attempt: fc.integer({ min: 0, max: 255 }),
  note: fc.option(fc.record({ by: anyText, why: anyText, data: anyData }, { requiredKeys: [] })),
});
export const anyStreamEntry: fc.Arbitrary<StreamEntry> = fc.record({
  at: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((at) => !Object.is(at, -0)),
  kind: fc.constantFrom('mint', 'revoke'),
  by: anyText,
  why: anyText,
  data: anyData,
});
