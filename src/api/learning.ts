// What the runs of this state folder teach: read from the journal, learned anew when there is news. Real runs and simulated ones are never
// mixed.
import { applyPriors } from '../core/forecast/apply-priors.ts';
import { judgeMarks, type Happened } from '../core/forecast/judged.ts';
import type { Backtest, BacktestRun, Learned } from '../core/learn/answers.ts';
import { backtestOf, windowLengths } from '../core/learn/backtest.ts';
import { statedStep, type Stated } from '../core/learn/catalogue.ts';
import { learn, type PriorSet } from '../core/learn/learn.ts';
import { observationsOf, type RunObservations } from '../core/learn/observations.ts';
import { statedByPlans } from '../core/learn/stated-by-plans.ts';
import { originOf } from '../core/past/origin.ts';
import { pastWindowOf } from '../core/past/window.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { Journal, RunHeader } from '../core/ports.ts';
import type { Chronicle } from '../core/run/chronicle.ts';
import { runStateOf, statusOf } from '../core/run/status.ts';
import { simulated } from '../runner/runs.ts';
import { rehearsing } from '../sim/rehearse/rehearse.ts';
import { canBeRehearsed, plannedRun, rehearsalOf } from './planned-run.ts';
import type { Rehearsals } from './rehearsals.ts';
import { replay } from './replay.ts';

interface LearningParts {
  readonly journal: Journal;
  /** Of a run that is driven now. */
  readonly live: (run: string) => Chronicle | null;
  readonly parsePlan: (text: string) => Plan;
  /** What the package's catalogue states. */
  readonly catalogue: () => Stated;
  readonly rehearsals: Rehearsals;
}

interface BacktestQuestion {
  readonly twin: boolean;
  /** null: all. */
  readonly run: string | null;
  /** null: as many as a forecast at the start of a run has. */
  readonly scenarios: number | null;
}

export interface Learning {
  learn(question: { readonly twin: boolean }): Promise<Learned>;
  /** A run that there is not, or that is not over, is not among the answer's. */
  backtest(question: BacktestQuestion): Promise<Backtest>;
}

export function createLearning(parts: LearningParts): Learning {
  const known = new Map<boolean, { readonly key: string; readonly learned: Learned }>();
  return {
    learn: async ({ twin }) => {
      const headers = await headersOf(parts, twin);
      const key = JSON.stringify(headers.map(({ run, finishedAt }) => [run, finishedAt ?? parts.live(run)?.ended.length]));
      const last = known.get(twin);
      if (last?.key === key) return last.learned;
      const { past, skipped } = await pastOf(parts, headers);
      const stated = statedIn(parts, past);
      const priors = learn(observationsIn(past), stated);
      const learned = { priors, twin, stated: statedBeside(priors, stated), skipped };
      known.set(twin, { key, learned });
      return learned;
    },
    backtest: async (question) => {
      const { past, skipped } = await pastOf(parts, await headersOf(parts, await ofTwin(parts, question)));
      const runs: BacktestRun[] = [];
      for (const [i, each] of past.entries())
        if (question.run === null || question.run === each.header.run) runs.push(await testOne(parts, past.slice(0, i), each, question));
      return backtestOf(runs, skipped);
    },
  };
}

/** Whoever names a run means its kind. */
async function ofTwin({ journal }: LearningParts, { run, twin }: BacktestQuestion): Promise<boolean> {
  const named = run === null ? undefined : (await journal.runs()).find((header) => header.run === run);
  return named ? simulated(named.options) : twin;
}

/** A run of the past, as far as learning goes. */
interface Past {
  readonly header: RunHeader;
  readonly plan: Plan;
  readonly observations: RunObservations;
  readonly happened: Happened;
  readonly window: BacktestRun['window'];
  readonly forecast: Chronicle['forecast'];
  /** Why nothing that happened in it can be held against a forecast; null: it can. */
  readonly why: string | null;
}

/** Runs that are over, or at rest but for people, in the order of their creation. */
async function headersOf({ journal, live }: LearningParts, twin: boolean): Promise<RunHeader[]> {
  const headers = (await journal.runs()).filter((header) => {
    const chronicle = live(header.run);
    const over = header.finishedAt !== null || (chronicle !== null && runStateOf(chronicle) === 'settled');
    return over && simulated(header.options) === twin;
  });
  return headers.sort((a, b) => a.createdAt - b.createdAt);
}

/** A chronicle is kept no longer than it takes to read it: those of large fleets are large. */
async function pastOf(
  parts: LearningParts,
  headers: readonly RunHeader[],
): Promise<{ readonly past: readonly Past[]; readonly skipped: Learned['skipped'] }> {
  const past: Past[] = [];
  const skipped: { run: string; why: string }[] = [];
  for (const header of headers) {
    try {
      const plan = parts.parsePlan(header.plan);
      past.push(pastRun(header, plan, parts.live(header.run) ?? (await replay(parts.journal, header.run, plan))));
    } catch (error) {
      // One run that another version wrote must not keep the others from teaching.
      skipped.push({ run: header.run, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return { past, skipped };
}

function pastRun(header: RunHeader, plan: Plan, chronicle: Chronicle): Past {
  const { timeZero, lastAt } = chronicle;
  const { state, marks } = statusOf(chronicle);
  const window = pastWindowOf(chronicle);
  return {
    header,
    plan,
    observations: observationsOf(header.run, plan, chronicle),
    // A simulated run may have ended with its server, in the middle of everything.
    happened: { marks, knownMin: state === 'settled' ? Infinity : (lastAt - (timeZero ?? lastAt)) / 60_000 },
    window: window && windowLengths(window),
    forecast: chronicle.forecast,
    why: whyNot(header, plan, chronicle),
  };
}

function whyNot({ options }: RunHeader, plan: Plan, chronicle: Chronicle): string | null {
  if (chronicle.program.targets.length === 0) return 'no forecast possible: nobody kept which nodes it was';
  if (originOf(options).kind !== 'run' && !canBeRehearsed(plan))
    return 'no forecast possible: others carried it out, by no plan that is known here';
  if (chronicle.state.run.aborted) return 'it was aborted';
  return chronicle.timeZero === null ? 'nothing was drained' : null;
}

function observationsIn(past: readonly Past[]): RunObservations[] {
  return past.flatMap(({ observations }) => (observations.steps.length + observations.mopUps.length > 0 ? [observations] : []));
}

function statedIn({ catalogue }: LearningParts, past: readonly Pick<Past, 'plan'>[]): Stated {
  return statedByPlans(
    past.map(({ plan }) => plan),
    catalogue(),
  );
}

function statedBeside({ steps }: PriorSet, stated: Stated): Learned['stated'] {
  return Object.fromEntries(
    Object.keys(steps).flatMap((key) => {
      const step = statedStep(stated, key);
      return step ? [[key, { medianMs: step.takes?.medianMs ?? null, fails: step.fails }] as const] : [];
    }),
  );
}

/** The forecast that could have been made of it, with what the runs before it had taught. */
async function testOne(parts: LearningParts, before: readonly Past[], run: Past, { scenarios }: BacktestQuestion): Promise<BacktestRun> {
  const { header, happened, window, forecast, why } = run;
  const observations = observationsIn(before);
  const own = plannedRun(run.plan, header);
  const plan = observations.length === 0 ? own : applyPriors(own, learn(observations, statedIn(parts, [...before, run])));
  const made = why === null ? await parts.rehearsals.carryOut(() => rehearsing(plan, rehearsalOf(plan, header, scenarios))) : null;
  return {
    run: header.run,
    at: new Date(header.createdAt).toISOString(),
    origin: originOf(header.options).kind,
    learnedFrom: made ? observations.map((each) => each.run) : [],
    scenarios: made?.scenarios ?? 0,
    marks: judgeMarks(made?.milestones ?? null, happened),
    frozen: forecast && judgeMarks(forecast.marks, happened),
    why: why ?? (made ? null : 'its rehearsal failed: see the log of serve'),
    window,
  };
}
