// The server process of a state folder: owns the journal, drives the runs, answers on the socket, and leaves everything resumable.
import { mkdirSync } from 'node:fs';
import { createForecasts } from '../api/forecasts.ts';
import { createLearning } from '../api/learning.ts';
import { openRehearsals } from '../api/rehearsals.ts';
import { listen } from '../api/server.ts';
import type { StateFolder } from '../cli/state-folder.ts';
import { statedBy, type Stated } from '../core/learn/catalogue.ts';
import { catalogueFolders, loadCatalogue } from '../files/catalogue.ts';
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
  // A backtest takes minutes, and no run waits for it with its forecast.
  const [rehearsals, backtests] = [openRehearsals(report), openRehearsals(report)];
  const forecasts = createForecasts(rehearsals);
  const runs = new Runs({
    journal,
    owner: `serve ${process.pid}`,
    openWorld,
    parsePlan: parse,
    taken: ({ host }) => void forecasts.freeze(host),
  });
  const live = (run: string) => runs.get(run)?.host.chronicle ?? null;
  const learning = createLearning({ journal, live, parsePlan: parse, catalogue: packageCatalogue, rehearsals: backtests });
  const stopping = Promise.withResolvers<void>();
  const notResumed = await runs.resumeAll();
  for (const { run, why } of notResumed) process.stderr.write(`run ${run} was not taken up: ${why}\n`);
  const api = await listen(
    {
      runs,
      version: VERSION,
      startedAt: new Date(),
      notResumed,
      parsePlan: parse,
      forecasts,
      learning,
      site,
      stop: () => stopping.resolve(),
    },
    state.socket,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.resolve());
  await stopping.promise;
  await api.close();
  await Promise.all([rehearsals.close(), backtests.close()]);
  await runs.close();
  await journal.close();
}

/** Of steps that no plan of this state folder has. */
function packageCatalogue(): Stated {
  return statedBy([...loadCatalogue(catalogueFolders(null, null)).values()].map(({ procedure }) => procedure));
}

/** The log of `serve`. */
function report(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
