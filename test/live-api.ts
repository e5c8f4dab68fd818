// The procedures of fleets and runs over a run on a twin under virtual time, with everything live behind them.
import { createRouterClient } from '@orpc/server';
import type { Caller } from '../src/api/context.ts';
import type { Forecasts } from '../src/api/forecasts.ts';
import { fleetProcedures } from '../src/api/handlers/fleets.ts';
import { runPages } from '../src/api/handlers/run-pages.ts';
import { createLearning } from '../src/api/learning.ts';
import { Live } from '../src/api/live/live.ts';
import type { ApiParts } from '../src/api/parts.ts';
import { openStudies } from '../src/api/studies.ts';
import { answer } from '../src/api/studies/answers.ts';
import { statedBy } from '../src/core/learn/catalogue.ts';
import type { Plan } from '../src/core/plan/plan.ts';
import { openDesk, type Desk } from '../src/desk/desk.ts';
import { answerAll } from '../src/sim/rehearse/asking.ts';
import { answerHere } from '../src/sim/rehearse/runner.ts';
import type { Rehearsals } from '../src/api/rehearsals.ts';
import type { TwinRun } from './twin-run.ts';

const HERE: Rehearsals = { carryOut: (ask) => Promise.resolve(answerAll(ask(), answerHere())), close: () => Promise.resolve() };
/** Views are made all the time here, and nobody looks at their forecasts. */
const NONE: Forecasts = { freeze: () => Promise.resolve(), etaOf: () => Promise.resolve(null) };
const ADMIN: Caller = { name: 'op', role: 'admin', customer: null, via: 'token', csrf: null };
const parsePlan = (text: string) => JSON.parse(text) as Plan;

export interface LiveApi {
  readonly live: Live;
  readonly desk: Desk;
  readonly parts: ApiParts;
  readonly client: ReturnType<typeof clientOf>;
  /** What went wrong while nobody had asked. */
  readonly reported: unknown[];
  /** Lets time run until the work is done. */
  readonly run: <T>(work: Promise<T>) => Promise<T>;
}

export async function liveApi(t: TwinRun): Promise<LiveApi> {
  const desk = await t.clock.run(openDesk(t.journal, t.clock));
  const reported: unknown[] = [];
  const { runs, journal, clock } = t;
  const live = new Live({ runs, fleets: desk.fleets, parsePlan, clock, report: (error) => reported.push(error) });
  const studies = openStudies(() => ({
    ask: ({ kind, plans, args }) =>
      answer(kind, plans, args, { carry: (asking) => Promise.resolve(answerAll(asking, answerHere())), nowMs: clock.now() }),
    close: () => Promise.resolve(),
  }));
  const learning = createLearning({
    journal,
    live: (run) => runs.get(run)?.host.chronicle ?? null,
    parsePlan,
    catalogue: () => statedBy([]),
    rehearsals: HERE,
  });
  const parts = { runs, desk, live, studies, learning, parsePlan, forecasts: NONE } as unknown as ApiParts;
  return { live, desk, parts, client: clientOf(parts), reported, run: (work) => clock.run(work) };
}

function clientOf(parts: ApiParts) {
  const context = { caller: ADMIN, record: async () => {} };
  return createRouterClient({ fleets: fleetProcedures(parts), runs: runPages(parts) }, { context });
}

/** The next message of a stream that has not ended. */
export async function nextOf<T>(messages: AsyncIterator<T, unknown, void>): Promise<T> {
  const result = await messages.next();
  if (result.done) throw new Error('the stream has ended');
  return result.value;
}
