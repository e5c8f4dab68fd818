// Something that moves nodes on its own, to be leased: mover.ts FOLDER NAME. Every second it asks a command for its candidates and acts on
// one of them, unless its lease says "paused until T"; it says in its own words whether it is paused, and logs what it did or held back.
import { execFile } from 'node:child_process';
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { argv, pid } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { moverFiles, moverSettings, pausedUntil, type MoverLog, type MoverStatus } from './mover-files.ts';

const run = promisify(execFile);
const [folder = '', name = ''] = argv.slice(2);
const files = moverFiles(folder, name);
const settings = moverSettings.parse(JSON.parse(readFileSync(files.settings, 'utf8')));
const since = new Map<string, number>();

log({ what: 'started' });
for (;;) {
  // What it did last has ended: from the moment it says that it is paused, nothing of it is under way.
  const until = pausedUntil(folder, name, Date.now());
  say(until);
  await tick(until);
  await pause(settings.everyMs);
}

async function tick(until: number | null): Promise<void> {
  const candidates = await due();
  const chosen = candidates[Math.floor(Math.random() * candidates.length)];
  if (chosen === undefined) return;
  if (until !== null) return log({ what: 'held-back', node: chosen });
  const [program = '', ...args] = settings.act.map((argument) => argument.replaceAll('{node}', chosen));
  try {
    await run(program, args);
    since.delete(chosen);
    log({ what: 'acted', node: chosen });
  } catch (error) {
    log({ what: 'failed', node: chosen, why: error instanceof Error ? error.message : String(error) });
  }
}

/** Nodes that have been candidates for long enough without a break. */
async function due(): Promise<string[]> {
  const [program = '', ...args] = settings.candidates;
  let names: string[];
  try {
    names = (await run(program, args)).stdout.split('\n').filter((line) => line !== '');
  } catch {
    return [];
  }
  const now = Date.now();
  for (const known of since.keys()) if (!names.includes(known)) since.delete(known);
  for (const node of names) if (!since.has(node)) since.set(node, now);
  return names.filter((node) => now - (since.get(node) ?? now) >= settings.afterMs);
}

function say(until: number | null): void {
  const status: MoverStatus = { at: Date.now(), pid, pausedUntil: until };
  writeFileSync(`${files.status}.new`, JSON.stringify(status));
  renameSync(`${files.status}.new`, files.status);
}

function log(entry: Omit<MoverLog, 'at' | 'mover'>): void {
  appendFileSync(files.log, `${JSON.stringify({ at: Date.now(), mover: name, ...entry } satisfies MoverLog)}\n`);
}
