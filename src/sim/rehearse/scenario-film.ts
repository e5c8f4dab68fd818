// One simulated night of a plan as a film for the map, and when each target is to be back: what a run is compared with, target by target.
import type { Plan } from '../../core/plan/plan.ts';
import { ENTRY_KINDS, type EntryKind } from '../../core/ports.ts';
import { Filming, type Film } from '../../core/run/film.ts';
import { createExactEngine } from '../exact/engine.ts';
import { simModel, type SimModel, type SimOptions } from '../model.ts';
import type { ScenarioResult } from '../result.ts';
import { createWitness, firstActs } from './lived.ts';
import { quantile, rising } from './order-statistics.ts';

/** `atMs` is counted from time zero of the scenario, and is below 0 before it. */
export interface ScenarioFilm extends Film {
  /** Names, by target number. */
  readonly targets: readonly string[];
  /** Unix ms of time zero: the first drain, or the first act where the plan drains none; null: there was none, and `startMs` stands for it. */
  readonly zeroMs: number | null;
  /** Unix ms: the first window opens. Without windows it is the moment from which times are counted, 0 unless a crew's shift says otherwise. */
  readonly startMs: number;
  readonly result: ScenarioResult;
}

const MINUTE_MS = 60_000;

/** The same scenario of the same plan and seed gives the same film; it is the night that a rehearsal with that seed has counted. */
export function scenarioFilm(plan: Plan, seed: number, scenario: number, options: Omit<SimOptions, 'seed'> = {}): ScenarioFilm {
  const model = simModel(plan, { ...options, seed });
  const isFirstAct = firstActs(model);
  const filming = new Filming(model.program);
  let zeroMs = Infinity;
  const result = createExactEngine(model).run(scenario, {
    trace: (at, target, kind, step, attempt) =>
      filming.take({ at, target, kind: ENTRY_KINDS[kind] as EntryKind, step, attempt, note: null }),
    began: (at, _, step) => {
      if (isFirstAct[step]) zeroMs = Math.min(at, zeroMs);
    },
  });
  const film = filming.film();
  const from = zeroMs === Infinity ? model.startMs : zeroMs;
  return {
    ...film,
    atMs: film.atMs.map((at) => at - from),
    targets: model.program.targets,
    zeroMs: zeroMs === Infinity ? null : zeroMs,
    startMs: model.startMs,
    result,
  };
}

/**
 * By target of the program: minutes from time zero by which it is back in half of so many scenarios; NaN: in more than half of them it is
 * not back within the horizon, or it is not taken.
 */
export function expectedReturns(plan: Plan, seed: number, scenarios: number, options: Omit<SimOptions, 'seed'> = {}): Float32Array {
  const model = simModel(plan, { ...options, seed });
  const nights = livedReturns(model, scenarios);
  return Float32Array.from(model.program.targets, (_, target) => {
    const middle = quantile(rising(nights.map((night) => night[target] as number)), 0.5);
    return middle === Infinity ? Number.NaN : middle;
  });
}

function livedReturns(model: SimModel, scenarios: number): Float32Array[] {
  const live = createWitness(model);
  return Array.from({ length: scenarios }, (_, scenario) => {
    const { zeroMs, backMs } = live(scenario);
    return Float32Array.from(backMs, (at) => (at === Infinity ? Infinity : (at - zeroMs) / MINUTE_MS));
  });
}
