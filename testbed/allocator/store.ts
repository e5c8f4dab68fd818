// The state of the stand-in: one JSON file under a lock, and the log of everything that was felt, one JSON line a change.
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

const node = z.strictObject({
  hold: z.strictObject({ by: z.string(), reason: z.string() }).nullable(),
  placements: z.array(z.strictObject({ id: z.string(), owner: z.string() })),
  session: z.strictObject({ whose: z.string(), since: z.int() }).nullable(),
  released: z.strictObject({ by: z.string(), at: z.int() }).nullable(),
});
const state = z.record(z.string(), node);
export type AllocatorNode = z.infer<typeof node>;
export type AllocatorState = z.infer<typeof state>;

const FELT = ['hold', 'release', 'place', 'place-refused', 'evict', 'session', 'session-end', 'customer-release', 'customer-take'] as const;

const felt = z.strictObject({
  /** Milliseconds since 1970. */
  at: z.int(),
  node: z.string(),
  what: z.enum(FELT),
  /** hold, release: the reason given. */
  reason: z.string().optional(),
  /** hold, release: the hold that stood there before. */
  before: z.string().optional(),
  /** place, evict: the placement; place: whose. */
  id: z.string().optional(),
  owner: z.string().optional(),
  /** session, customer-release, customer-take. */
  by: z.string().optional(),
  /** Placements on the node at this moment: hold, release, customer-release. */
  placed: z.int().optional(),
});
export type AllocatorFelt = z.infer<typeof felt>;

/** Longer than any command works; an older lock was left behind by one that was killed. */
const LOCK_MS_MAX = 10_000;

/** Files of one stand-in below `folder`. */
export const filesOf = (folder: string) => ({
  state: join(folder, 'state.json'),
  felt: join(folder, 'felt.log'),
  lock: join(folder, 'lock'),
  faults: join(folder, 'faults'),
  movers: join(folder, 'movers'),
});

/** Makes the folder, with all nodes open and empty. */
export function createStore(folder: string, nodes: readonly string[]): void {
  const files = filesOf(folder);
  for (const path of [folder, files.faults, files.movers]) mkdirSync(path, { recursive: true });
  const empty: AllocatorNode = { hold: null, placements: [], session: null, released: null };
  writeFileSync(files.state, JSON.stringify(Object.fromEntries(nodes.map((name) => [name, empty]))));
  writeFileSync(files.felt, '');
}

export function readState(folder: string): AllocatorState {
  return state.parse(JSON.parse(readFileSync(filesOf(folder).state, 'utf8')));
}

/** Changes the state alone: nobody else reads or writes it meanwhile. What `change` throws leaves it as it was. */
export async function changeState<T>(folder: string, change: (state: AllocatorState, log: (felt: AllocatorFelt) => void) => T): Promise<T> {
  const files = filesOf(folder);
  await lock(files.lock);
  try {
    const now = readState(folder);
    const lines: string[] = [];
    const result = change(now, (one) => lines.push(`${JSON.stringify(one)}\n`));
    writeFileSync(`${files.state}.new`, JSON.stringify(now));
    renameSync(`${files.state}.new`, files.state);
    if (lines.length > 0) appendFileSync(files.felt, lines.join(''));
    return result;
  } finally {
    rmSync(files.lock, { recursive: true });
  }
}

/** Everything felt so far, in the order in which it happened. */
export function readFelt(folder: string): AllocatorFelt[] {
  const path = filesOf(folder).felt;
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => felt.parse(JSON.parse(line)));
}

async function lock(path: string): Promise<void> {
  for (;;) {
    try {
      mkdirSync(path);
      return;
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
    }
    const since = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > LOCK_MS_MAX) rmSync(path, { recursive: true, force: true });
    await pause(5);
  }
}
