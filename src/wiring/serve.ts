// The server process of a state folder: owns the journal, drives the runs, answers on the socket, and leaves everything resumable.
import { mkdirSync } from 'node:fs';
import { listen } from '../api/server.ts';
import type { StateFolder } from '../cli/state-folder.ts';
import { parsePlan } from '../files/plan-file.ts';
import { openSqliteJournal } from '../journal/sqlite/sqlite.ts';
import { Runs } from '../runner/runs.ts';
import { wallClock } from '../std/clock.ts';
import { site } from './site.ts';
import { VERSION } from './version.ts';
import { openWorld } from './world.ts';

/** Resolves when the server was asked to stop and everything is closed. Rejects when another server owns the folder. */
export async function serve(state: StateFolder): Promise<void> {
  mkdirSync(state.folder, { recursive: true, mode: 0o700 });
  const journal = openSqliteJournal({ file: state.journal, clock: wallClock() });
  const parse = (text: string) => parsePlan(text, 'plan');
  const runs = new Runs({ journal, owner: `serve ${process.pid}`, openWorld, parsePlan: parse });
  const stopping = Promise.withResolvers<void>();
  const notResumed = await runs.resumeAll();
  for (const { run, why } of notResumed) process.stderr.write(`run ${run} was not taken up: ${why}\n`);
  const api = await listen(
    { runs, version: VERSION, startedAt: new Date(), notResumed, parsePlan: parse, site, stop: () => stopping.resolve() },
    state.socket,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.resolve());
  await stopping.promise;
  await api.close();
  await runs.close();
  await journal.close();
}
