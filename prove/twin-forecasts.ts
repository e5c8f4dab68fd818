// Rehearsed and then run, two hundred times on the twin: the real runner, each run on a night of its own that the forecast knows nothing
// of but what the runs before it have taught.
import { join, resolve } from 'node:path';
import { applyPriors } from '../src/core/forecast/apply-priors.ts';
import { learn } from '../src/core/learn/learn.ts';
import { observationsOf, type RunObservations } from '../src/core/learn/observations.ts';
import { statedByPlans } from '../src/core/learn/stated-by-plans.ts';
import type { Plan } from '../src/core/plan/plan.ts';
import { answerAll } from '../src/sim/rehearse/asking.ts';
import { rehearsing } from '../src/sim/rehearse/rehearse.ts';
import { answerHere } from '../src/sim/rehearse/runner.ts';
import { twinConfig, type TwinConfig } from '../src/sim/twin/config.ts';
import { draw, normalQuantile } from '../src/std/draw.ts';
import { testPlan } from '../test/plans.ts';
import { TwinRun } from '../test/twin-run.ts';
import { drawForecasts, forecastTable, insideP90, type ForecastRow } from './forecast-rows.ts';

const PICTURE = resolve(import.meta.dirname, '..', 'docs', 'images', 'forecast-against-actual-twin.svg');
const NODES = 64;
/** Runs that only teach, and after how many runs everything is learned anew. */
const TEACHING = 10;
const RELEARN = 10;
/** Spread (log-sd) of each step's night, and of what all steps of a night have in common. */
const STEP_NIGHT = 0.15;
const NIGHT = 0.1;
const SEED = 2031;

/** Teaching runs first, then `runs` of which each is forecast before it begins. */
export async function twinForecasts(runs: number): Promise<string> {
  const plan = planOf();
  const seen: RunObservations[] = [];
  const rows: ForecastRow[] = [];
  let promise: Pick<ForecastRow, 'p50Min' | 'p90Min'> | null = null;
  for (let i = 0; i < TEACHING + runs; i++) {
    if (i >= TEACHING && (i - TEACHING) % RELEARN === 0) promise = forecast(plan, seen);
    const run = await runOnce(plan, i);
    seen.push(observationsOf(`twin-${i + 1}`, plan, run.last.chronicle));
    if (promise) rows.push({ run: `twin-${i + 1}`, ...promise, actualMin: run.status.marks['95'] ?? null });
    TwinRun.made.length = 0;
  }
  drawForecasts(PICTURE, `${NODES} simulated nodes, ${runs} nights: when 95 % were back`, rows);
  const { low } = insideP90(rows);
  if (low > 0.97 || insideP90(rows).high < 0.85) throw new Error(`a P90 that is none:\n${forecastTable(rows)}`);
  return `\n${forecastTable(rows)}\n  ${join('docs', 'images', 'forecast-against-actual-twin.svg')} shows them`;
}

function planOf(): Plan {
  const limits = { 'image-server': { count: 16, per: 'fleet', owner: null, why: null, until: null } } as const;
  const plan = testPlan({ nodes: NODES, policy: { limits } });
  const procedures = Object.entries(plan.procedures).map(([id, procedure]) => {
    const steps = procedure.steps.map((step) => (step.name === 'apply' ? { ...step, uses: ['image-server'], attempts: 2 } : step));
    return [id, { ...procedure, steps }] as const;
  });
  return { ...plan, procedures: Object.fromEntries(procedures) };
}

function forecast(plan: Plan, seen: readonly RunObservations[]): Pick<ForecastRow, 'p50Min' | 'p90Min'> {
  const learned = applyPriors(plan, learn(seen, statedByPlans([plan], { steps: {}, mopUp: {} })));
  const { milestones } = answerAll(rehearsing(learned, { seed: SEED, scenarios: 400, engine: 'exact' }), answerHere());
  return { p50Min: milestones['95']?.p50Min ?? null, p90Min: milestones['95']?.p90Min ?? null };
}

async function runOnce(plan: Plan, night: number): Promise<TwinRun> {
  const run = await new TwinRun(plan, nightOf(night)).confirmed();
  return run.untilState('settled', 'held');
}

/** The twin on that night: all steps slower or faster together, and each by itself. */
function nightOf(night: number): Partial<Omit<TwinConfig, 'nodes'>> {
  const { durations } = twinConfig([]);
  const normal = (step: number): number => normalQuantile(draw(SEED, night, 0, step, 0));
  const factor = (step: number): number => Math.exp(NIGHT * normal(0) + STEP_NIGHT * normal(step));
  const slower = Object.entries(durations).map(
    ([step, spread], i) => [step, { ...spread, medianMs: spread.medianMs * factor(i + 1) }] as const,
  );
  return {
    seed: SEED + night,
    durations: { ...durations, ...Object.fromEntries(slower) },
    faults: { applyFails: { share: 0.03, times: 1 }, checkFails: { share: 0.01, times: 1 } },
  };
}
