// What a mover, its lease and whoever looks at both share: where the files lie and what stands in them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { filesOf } from './store.ts';

export const moverSettings = z.strictObject({
  everyMs: z.int().min(1),
  /** Prints one node a line: those that it would move. */
  candidates: z.array(z.string()).min(1),
  /** Moves `{node}`. */
  act: z.array(z.string()).min(1),
  /** A candidate must have been one for so long. */
  afterMs: z.int().min(0),
});
export type MoverSettings = z.infer<typeof moverSettings>;

/** The mover's own words, at every tick. */
const status = z.strictObject({ at: z.int(), pid: z.int(), pausedUntil: z.int().nullable() });
export type MoverStatus = z.infer<typeof status>;

const log = z.strictObject({
  at: z.int(),
  mover: z.string(),
  what: z.enum(['started', 'acted', 'held-back', 'failed']),
  node: z.string().optional(),
  why: z.string().optional(),
});
export type MoverLog = z.infer<typeof log>;

export function moverFiles(folder: string, name: string): { settings: string; lease: string; status: string; log: string } {
  const path = (ending: string): string => join(filesOf(folder).movers, `${name}.${ending}`);
  return { settings: path('json'), lease: path('lease'), status: path('status'), log: path('log') };
}

/** Until when its lease pauses the mover; null: it has none, or it has run out. */
export function pausedUntil(folder: string, name: string, now: number): number | null {
  const until = Number(/^paused until (\d+)$/m.exec(textOf(moverFiles(folder, name).lease))?.[1] ?? 0);
  return until > now ? until : null;
}

export function readStatus(folder: string, name: string): MoverStatus | null {
  const text = textOf(moverFiles(folder, name).status);
  return text === '' ? null : status.parse(JSON.parse(text));
}

export function readMoverLog(folder: string, name: string): MoverLog[] {
  const lines = textOf(moverFiles(folder, name).log).split('\n').slice(0, -1);
  return lines.map((line) => log.parse(JSON.parse(line)));
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
