// The server process of a state folder: owns the journal, drives the runs, answers on the socket, and leaves everything resumable.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createCustomerPages } from '../api/customers/customer-pages.ts';
import { sayReleases } from '../api/customers/released-before.ts';
import { createForecasts } from '../api/forecasts.ts';
import { createLearning } from '../api/learning.ts';
import { Live } from '../api/live/live.ts';
import { openRehearsals } from '../api/rehearsals.ts';
import { createPages } from '../api/retro-pages.ts';
import { openStudies } from '../api/studies.ts';
import { openOidc } from '../api/auth/oidc.ts';
import { type Doors, listen } from '../api/http/listen.ts';
import { openWebhooks } from '../api/webhooks/webhooks.ts';
import type { ServeOptions } from '../cli/context.ts';
import type { StateFolder } from '../cli/state-folder.ts';
import type { Inventory } from '../core/fleet/model.ts';
import { statedBy, type Stated } from '../core/learn/catalogue.ts';
import { openDesk } from '../desk/desk.ts';
import { catalogueFolders, loadCatalogue } from '../files/catalogue.ts';
import { parsePlan } from '../files/plan-file.ts';
import { openSqliteJournal } from '../journal/sqlite/sqlite.ts';
import { Runs } from '../runner/runs.ts';
import { wallClock } from '../std/clock.ts';
import { site } from './site.ts';
import { VERSION } from './version.ts';
import { openWorld } from './world.ts';

/** Resolves when the server was asked to stop and everything is closed. Rejects when another server owns the folder. */
export async function serve(state: StateFolder, options: ServeOptions): Promise<void> {
  mkdirSync(state.folder, { recursive: true, mode: 0o700 });
  const journal = openSqliteJournal({ file: state.journal, clock: wallClock() });
  const parse = (text: string) => parsePlan(text, 'plan');
  // A backtest takes minutes, and no run waits for it with its forecast.
  const [rehearsals, backtests] = [openRehearsals(report), openRehearsals(report)];
  const forecasts = createForecasts(rehearsals);
  const runs = new Runs({
    journal,
    owner: `serve ${process.pid}`,
    openWorld: (plan, given) => openWorld(plan, given, state.folder),
    parsePlan: parse,
    taken: ({ host }) => {
      sayReleases(host, desk.customers);
      void forecasts.freeze(host);
    },
  });
  const chronicleOf = (run: string) => runs.get(run)?.host.chronicle ?? null;
  const learning = createLearning({ journal, live: chronicleOf, parsePlan: parse, catalogue: packageCatalogue, rehearsals: backtests });
  const desk = await openDesk(journal, wallClock());
  const studies = openStudies();
  const live = new Live({ runs, fleets: desk.fleets, parsePlan: parse, clock: wallClock(), report });
  const stopping = Promise.withResolvers<void>();
  const close = async (): Promise<void> => {
    await Promise.all([rehearsals.close(), backtests.close(), studies.close()]);
    await runs.close();
    await webhooks.close();
    await journal.close();
  };
  const notResumed = await runs.resumeAll();
  for (const { run, why } of notResumed) process.stderr.write(`run ${run} was not taken up: ${why}\n`);
  const webhooks = await openWebhooks({ hooks: options.webhooks, runs, parsePlan: parse, clock: wallClock(), say });
  const api = await listen(
    {
      runs,
      version: VERSION,
      startedAt: new Date(),
      notResumed,
      desk,
      live,
      customerPages: createCustomerPages({ runs, desk, parsePlan: parse, studies, forecasts }),
      pages: createPages({ runs, parsePlan: parse }),
      parsePlan: parse,
      forecasts,
      learning,
      studies,
      site: { ...site, inventory: (fleet, folder) => seen(live, site.inventory(fleet, folder)) },
      stop: () => stopping.resolve(),
    },
    doorsOf(state, options),
    say,
  ).catch(async (error: unknown) => {
    live.close();
    await close();
    throw error;
  });
  stopOnSignals(() => stopping.resolve());
  await stopping.promise;
  live.close();
  await api.close();
  await close();
}

/** What an inventory has found, the map shows as well. */
async function seen(live: Live, asked: Promise<Inventory>): Promise<Inventory> {
  const inventory = await asked;
  live.saw(inventory);
  return inventory;
}

function doorsOf({ socket }: StateFolder, { tcp, requireToken, names, trustProxy, oidc }: ServeOptions): Doors {
  const signIn = oidc && openOidc(oidc.config, oidc.secret);
  return { tcp, requireToken, names, trustProxy, socket, oidc: signIn, consoleFolder: CONSOLE };
}

/** Where `npm run build:web` puts the console. */
const CONSOLE = join(import.meta.dirname, '../../web/build');

/** Of steps that no plan of this state folder has. */
function packageCatalogue(): Stated {
  return statedBy([...loadCatalogue(catalogueFolders(null, null)).values()].map(({ procedure }) => procedure));
}

/** The log of `serve`. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function report(error: unknown): void {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

/** One Ctrl-C comes twice, from the terminal and from the bin; another one after so long ends a server that takes its time at once. */
const IMPATIENT_MS = 1_000;

function stopOnSignals(stop: () => void): void {
  let since: number | null = null;
  const heard = (): void => {
    if (since === null) since = performance.now();
    else if (performance.now() - since > IMPATIENT_MS) process.exit(1);
    stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, heard);
}
