// Durations and observations for the tests of learning, drawn from laws that are known.
import { draw, normalQuantile } from '../../std/draw.ts';
import type { RunTimes } from './fit.ts';
import type { MopUpObservation, RunObservations, StepObservation } from './observations.ts';

export interface Law {
  readonly medianMs: number;
  readonly logSd: number;
  readonly between: number;
}

export const MINUTE_MS = 60_000;

/** Equal arguments give equal numbers; `a` and `b` tell draws of one seed apart. */
export function normal(seed: number, a: number, b = 0): number {
  return normalQuantile(draw(seed, a, b, 0, 0));
}

/** So many runs of so many targets each; what takes longer than `limitMs` is censored there. */
export function drawnRuns(seed: number, runs: number, targets: number, law: Law, limitMs = Number.POSITIVE_INFINITY): RunTimes[] {
  return Array.from({ length: runs }, (_, run) => {
    const night = law.between * normal(seed, run, -1);
    const all = Array.from({ length: targets }, (_, target) => law.medianMs * Math.exp(night + law.logSd * normal(seed, run, target)));
    return {
      run: `run-${run}`,
      doneMs: all.filter((ms) => ms <= limitMs),
      censoredMs: all.filter((ms) => ms > limitMs).map(() => limitMs),
    };
  });
}

/** An attempt of a step, one of the component `host-os` by itself. */
export function attempt(run: string, step: string, overrides: Partial<StepObservation> = {}): StepObservation {
  return {
    run,
    component: 'host-os',
    step,
    kind: 'run',
    target: 'n1',
    attempt: 1,
    tookMs: 10 * MINUTE_MS,
    ended: 'done',
    ...overrides,
  };
}

export function runOf(run: string, steps: readonly StepObservation[], mopUps: readonly MopUpObservation[] = []): RunObservations {
  return { run, steps, mopUps, begun: steps.length > 0 ? { 'host-os': 100 } : {} };
}

/** A straggler that came back, or (ended: censored) did not. */
export function straggler(run: string, target: number, tookMs: number, overrides: Partial<MopUpObservation> = {}): MopUpObservation {
  return { run, component: 'host-os', step: 'activate', target: `n${target}`, way: null, tookMs, ended: 'back', ...overrides };
}
