// Small plans for tests of the challenger, made as the command line makes them, and the numbers of a question by another way: two exact
// engines on the same scenarios.
import type { Procedure, Step } from '../src/core/change/procedure.ts';
import type { Question } from '../src/core/forecast/forecast.ts';
import type { Cluster } from '../src/core/fleet/model.ts';
import type { Plan } from '../src/core/plan/plan.ts';
import { exampleCluster, exampleFleet, exampleInput, exampleProcedure, exampleStep } from '../src/core/plan/plan-example.ts';
import { makeChildPlan, makePlan } from '../src/core/plan/planner.ts';
import { parsePolicy } from '../src/files/policy-file.ts';
import { applySets } from '../src/files/plan-set.ts';
import { challenging } from '../src/sim/challenge/challenge.ts';
import { createExactEngine } from '../src/sim/exact/engine.ts';
import { simModel } from '../src/sim/model.ts';
import { answerAll } from '../src/sim/rehearse/asking.ts';
import { answerHere } from '../src/sim/rehearse/runner.ts';
import type { ScenarioResult } from '../src/sim/result.ts';

export const SEED = 7;
export const SCENARIOS = 24;

export interface AskedWishes {
  /** As in policy.yaml. */
  readonly policy?: object;
  /** Absent: one cluster of 16 nodes. */
  readonly clusters?: readonly Cluster[];
  /** Absent: `nodeProcedure()`. */
  readonly procedures?: readonly Procedure[];
}

export function askedPlan({ policy = {}, clusters = [exampleCluster('lab', 'n[01-16]')], procedures }: AskedWishes = {}): Plan {
  const fleet = exampleFleet(clusters);
  const wanted = new Map((procedures ?? [nodeProcedure()]).map((procedure) => [procedure.component, procedure]));
  const inForce = parsePolicy(JSON.stringify(policy), 'policy.yaml', fleet, 0);
  const { plan, findings } = makePlan({ ...exampleInput(fleet, { procedures: wanted }), ...inForce });
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return { ...plan, id: 'asked' };
}

/** Drain, apply, activate, conform, validate: each so many minutes, seen nine times. */
export function nodeProcedure(more: Partial<Procedure> = {}): Procedure {
  const [apply, activate, conform] = exampleProcedure('host-os').steps.map((step) => ({
    ...step,
    takes: minutesOf(10),
    timeoutMs: 7_200_000,
  }));
  if (!apply || !activate || !conform) throw new Error('the example has three steps');
  const drain = exampleStep('drain', 'draining', { kind: 'do', act: 'drain' }, { by: 'scheduler', timeoutMs: null, takes: minutesOf(5) });
  return exampleProcedure('host-os', { steps: [drain, apply, activate, conform, validate()], ...more });
}

export function validate(more: Partial<Step> = {}): Step {
  const checks = [{ name: 'health', run: ['/site/health'], nodes: 1, takes: null, catches: 0.6 }];
  return exampleStep('validate', 'validating', { kind: 'check', checks }, { takes: minutesOf(20), timeoutMs: 7_200_000, ...more });
}

export function minutesOf(minutes: number, n = 9, logSd = 0.3): NonNullable<Step['takes']> {
  return { medianMs: minutes * 60_000, logSd, n, source: 'lab' };
}

/** The question of that kind, if it is asked. */
export function askedOf(plan: Plan, id: string): Question | undefined {
  const questions = answerAll(challenging(plan, { seed: SEED, scenarios: SCENARIOS, engine: 'exact' }), answerHere());
  return questions.find((question) => question.id === id);
}

/** What `pitstop plan --parent PLAN --set ...` makes of it. */
export function childOf(parent: Plan, sets: readonly string[]): Plan {
  const { plan, findings } = makeChildPlan({ parent, ...applySets(parent, sets, 0), nowMin: null });
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return { ...plan, id: 'child' };
}

export function lived(plan: Plan): ScenarioResult[] {
  const engine = createExactEngine(simModel(plan, { seed: SEED }));
  return Array.from({ length: SCENARIOS }, (_, scenario) => {
    const { curve, ...rest } = engine.run(scenario);
    return { ...rest, curve: curve.slice() };
  });
}

/** Median over the scenarios of what the second plan wins, in minutes: the lower one of an even number of losses, as a forecast has it. */
export function gainOf(before: Plan, after: Plan, percent: number): number {
  const [a, b] = [backAt(before, percent), backAt(after, percent)];
  const later = b.map((min, i) => (min === a[i] ? 0 : min - (a[i] ?? Number.NaN))).sort((x, y) => x - y);
  return -(later[later.length / 2 - 1] ?? Number.NaN);
}

/** When so many per cent are back, by scenario. */
export function backAt(plan: Plan, percent: number): number[] {
  return lived(plan).map(({ curve }) => curve[percent - 1] ?? Number.NaN);
}

/** Type 1 quantile. */
export function quantileOf(values: readonly number[], p: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(p * values.length - 1e-9) - 1] ?? Number.NaN;
}
