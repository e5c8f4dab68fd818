// The contract's procedures, implemented over the runs, the journal and what `main.ts` wires in.
import { implement, ORPCError } from '@orpc/server';
import type { Finding } from '../core/finding.ts';
import type { RunHeader } from '../core/ports.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { Chronicle } from '../core/run/chronicle.ts';
import { retroOf } from '../core/retro/retro.ts';
import { approve, consent, ControlRefusedError, CONTROLS, release, straggler, type Words } from '../runner/controls.ts';
import { dryRun } from '../runner/dry-run.ts';
import type { RunHost } from '../runner/host.ts';
import { RunRefusedError } from '../runner/only.ts';
import type { PastRunGiven } from '../runner/past/import-runs.ts';
import { endWatch } from '../runner/past/watch-others.ts';
import { isWatch, type Runs } from '../runner/runs.ts';
import type { JsonObject } from '../std/json.ts';
import { contract } from './contract/contract.ts';
import type { Forecasts } from './forecasts.ts';
import type { Learning } from './learning.ts';
import { replay } from './replay.ts';
import { countsOf, eventOf, viewOf } from './view.ts';

/** What the API needs from the outside; `main.ts` hands it in. */
export interface ApiParts {
  readonly runs: Runs;
  readonly version: string;
  readonly startedAt: Date;
  readonly notResumed: readonly { run: string; why: string }[];
  readonly parsePlan: (text: string) => Plan;
  readonly forecasts: Forecasts;
  readonly learning: Learning;
  readonly site: {
    importSlurm(options: JsonObject, folder: string): Promise<unknown>;
    inventory(fleet: unknown, folder: string): Promise<unknown>;
    doctor(fleet: unknown, folder: string): Promise<readonly Finding[]>;
  };
  /** Ends the process after the answer is out. */
  readonly stop: () => void;
}

const os = implement(contract);

export function createRouter(parts: ApiParts) {
  return os.router({
    server: {
      info: os.server.info.handler(() => ({
        version: parts.version,
        pid: process.pid,
        startedAt: parts.startedAt.toISOString(),
        notResumed: [...parts.notResumed],
      })),
      stop: os.server.stop.handler(() => {
        parts.stop();
        return { pid: process.pid };
      }),
    },
    runs: { ...lookProcedures(parts), ...wordProcedures(parts.runs), ...proceduresOfOthers(parts.runs) },
    learning: {
      learn: os.learning.learn.handler(({ input }) => parts.learning.learn(input)),
      backtest: os.learning.backtest.handler(async ({ input }) => {
        if (input.run !== null) await headerOf(parts.runs, input.run);
        return parts.learning.backtest(input);
      }),
    },
    site: {
      importSlurm: os.site.importSlurm.handler(({ input }) =>
        answering(() => parts.site.importSlurm(input.options as JsonObject, input.folder)),
      ),
      inventory: os.site.inventory.handler(({ input }) => answering(() => parts.site.inventory(input.fleet, input.folder))),
      doctor: os.site.doctor.handler(({ input }) => answering(async () => [...(await parts.site.doctor(input.fleet, input.folder))])),
    },
  });
}

/** Procedures that only look. */
function lookProcedures(parts: ApiParts) {
  const { runs } = parts;
  return {
    dryRun: os.runs.dryRun.handler(({ input }) =>
      answering(async () => {
        const { acts, findings } = await dryRun(runs, input.plan, input.options as JsonObject);
        return { acts: [...acts], findings: [...findings] };
      }),
    ),
    list: os.runs.list.handler(async () => Promise.all((await runs.journal.runs()).map((header) => show(parts, header)))),
    status: os.runs.status.handler(async ({ input }) => show(parts, await headerOf(runs, input.run), 'anew')),
    events: os.runs.events.handler(async ({ input }) => {
      const header = await headerOf(runs, input.run);
      const entries = await readOrWait(runs, input.run, input.from, input.limit, input.waitMs);
      return entries.map((entry) => eventOf(header, entry));
    }),
    retro: os.runs.retro.handler(async ({ input }) => {
      const header = await headerOf(runs, input.run);
      return retroOf(header, parts.parsePlan(header.plan), await chronicleOf(parts, header));
    }),
  };
}

/** Maintenances that others carry out or carried out. */
function proceduresOfOthers(runs: Runs) {
  return {
    watch: os.runs.watch.handler(({ input }) =>
      answering(async () => ({ run: (await runs.watch(input.plan, input.name, input.options as JsonObject)).host.run })),
    ),
    import: os.runs.import.handler(({ input }) =>
      answering(async () => [
        ...(await runs.import(input.runs as readonly PastRunGiven[], { from: input.from, by: input.by, at: new Date().toISOString() })),
      ]),
    ),
  };
}

/** Procedures that say something to a run. */
function wordProcedures(runs: Runs) {
  const say = async (
    words: { run: string; by: string; reason: string; targets: string | null },
    speak: (host: RunHost, words: Words) => string | Promise<string>,
    speakToWatch: (host: RunHost, words: Words) => string = refuseToWatch,
  ) =>
    answering(async () => {
      const host = await hostOf(runs, words.run);
      const said = { by: words.by, why: words.reason, targets: words.targets };
      return { leaves: await (isWatch(host.parts.header) ? speakToWatch : speak)(host, said) };
    });
  return {
    create: os.runs.create.handler(({ input }) =>
      answering(async () => {
        const { host } = await runs.create(input.plan, input.options as JsonObject);
        return { run: host.run, counts: countsOf(host.parts.plan, host.parts.program) };
      }),
    ),
    control: os.runs.control.handler(({ input }) =>
      say(
        input,
        (host, words) => (input.word === 'release' ? release(host, words) : CONTROLS[input.word](host, words)),
        input.word === 'abort' ? endWatch : refuseToWatch,
      ),
    ),
    approve: os.runs.approve.handler(({ input }) => say(input, (host, words) => approve(host, words, input.gate))),
    straggler: os.runs.straggler.handler(({ input }) => say(input, (host, words) => straggler(host, words, input.act))),
    consent: os.runs.consent.handler(({ input }) => say(input, (host, words) => consent(host, words, input.customer, input.to))),
  };
}

function refuseToWatch(host: RunHost): never {
  throw new ControlRefusedError(`${host.run} only watches what others do: abort ends it, and nothing else can be said to it`);
}

async function headerOf(runs: Runs, run: string): Promise<RunHeader> {
  const header = (await runs.journal.runs()).find((candidate) => candidate.run === run);
  if (!header) throw new ORPCError('NOT_FOUND', { status: 404, message: `no run ${run} in this state folder` });
  return header;
}

async function hostOf(runs: Runs, run: string): Promise<RunHost> {
  const active = runs.get(run);
  const { finishedAt } = await headerOf(runs, run);
  if (finishedAt !== null) throw new ORPCError('REFUSED', { status: 409, message: `run ${run} has ended` });
  if (!active) throw new ORPCError('NOT_FOUND', { status: 404, message: `no unfinished run ${run} in this state folder` });
  if (active.host.stopped !== null)
    throw new ORPCError('REFUSED', { status: 409, message: `run ${run} is not driven any more: ${active.host.stopped}` });
  return active.host;
}

/** `foretold` anew: where the run stands is rehearsed again when that is due, which a list of runs does not wait for. */
async function show(parts: ApiParts, header: RunHeader, foretold: 'anew' | 'at the start' = 'at the start') {
  const host = parts.runs.get(header.run)?.host ?? null;
  const plan = host?.parts.plan ?? parts.parsePlan(header.plan);
  const chronicle = host?.chronicle ?? (await chronicleOf(parts, header));
  const driven = header.finishedAt === null ? host : null;
  const eta = await parts.forecasts.etaOf(chronicle, foretold === 'anew' ? driven : null);
  return viewOf(header, plan, chronicle, driven, eta);
}

/** The live chronicle, or the journal replayed. */
async function chronicleOf(parts: ApiParts, header: RunHeader): Promise<Chronicle> {
  const live = parts.runs.get(header.run);
  return live ? live.host.chronicle : replay(parts.runs.journal, header.run, parts.parsePlan(header.plan));
}

async function readOrWait(runs: Runs, run: string, from: number, limit: number, waitMs: number) {
  const now = await runs.journal.read(run, from, limit);
  if (now.length > 0 || waitMs === 0) return now;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(end, waitMs);
    const unsubscribe = runs.journal.subscribe((changed) => {
      if (changed === run) end();
    });
  });
  return runs.journal.read(run, from, limit);
}

/** Turns what a person did wrong into an answer; everything else is a bug and stays one. */
async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof ORPCError) throw error;
    if (error instanceof ControlRefusedError || error instanceof RunRefusedError || REFUSALS.has(error.name)) {
      throw new ORPCError('REFUSED', { status: 409, message: error.message });
    }
    if (BAD_INPUTS.has(error.name)) throw new ORPCError('BAD_INPUT', { status: 422, message: error.message });
    if (OUTSIDE.has(error.name)) throw new ORPCError('OUTSIDE', { status: 502, message: error.message });
    throw error;
  }
}

const REFUSALS = new Set(['TargetOccupiedError', 'RunExistsError']);
const BAD_INPUTS = new Set(['BadInputError', 'SecretMissingError', 'DriverOptionsError', 'DriverUnknownError']);
const OUTSIDE = new Set(['OutsideSilentError', 'SlurmSilentError']);
