// For tests of the exact engine: a plan lived through in which every attempt takes the minutes that the test says, and what was fed when.
import type { Plan } from '../src/core/plan/plan.ts';
import { ENTRY_KINDS } from '../src/core/ports.ts';
import { createExactEngine } from '../src/sim/exact/engine.ts';
import { simModel, type SimModel, type SimOptions } from '../src/sim/model.ts';
import type { ScenarioResult } from '../src/sim/result.ts';

const MINUTE_MS = 60_000;

export interface Fed {
  /** Minutes from the nominal start. */
  readonly min: number;
  /** Name, or '' for the run as a whole. */
  readonly target: string;
  readonly kind: string;
  /** Name of the step, or the event's argument. */
  readonly step: string | number;
  readonly attempt: number;
}

export interface Rehearsal {
  readonly model: SimModel;
  readonly result: ScenarioResult;
  /** Without the hand-over before the begin. */
  readonly fed: readonly Fed[];
  /** `MIN TARGET KIND STEP`, of targets alone. */
  readonly lines: readonly string[];
}

/** Minutes of an attempt; anything not said takes its law's time. */
export type Says = (target: string, step: string, attempt: number) => number | null;

interface Wishes extends Omit<SimOptions, 'seed'> {
  readonly seed?: number;
  readonly scenario?: number;
  readonly says?: Says;
  /** Attempts that fail; the others do not. */
  readonly fails?: (target: string, step: string, attempt: number) => boolean;
}

export function rehearseTest(plan: Plan, { seed = 1, scenario = 0, says, fails, ...options }: Wishes = {}): Rehearsal {
  const names = simModel(plan, { seed }).program;
  const named = (target: number, step: number): [string, string] => [names.targets[target] ?? '', names.steps[step]?.name ?? ''];
  const model = simModel(plan, {
    seed,
    ...options,
    instead: {
      takesMs: (_, target, step, attempt) => {
        const minutes = says?.(...named(target, step), attempt) ?? null;
        return minutes === null ? null : minutes * MINUTE_MS;
      },
      ...(fails && { fails: (_, target, step, attempt) => fails(...named(target, step), attempt) }),
    },
  });
  const fed: Fed[] = [];
  const result = createExactEngine(model).run(scenario, {
    trace: (atMs, target, kind, step, attempt) => {
      const what = { min: (atMs - model.startMs) / MINUTE_MS, kind: ENTRY_KINDS[kind] as string, attempt };
      if (what.kind === 'confirm' || what.kind === 'release' || what.kind === 'baseline') return;
      fed.push({ ...what, target: names.targets[target] ?? '', step: target < 0 ? step : (names.steps[step]?.name ?? '') });
    },
  });
  const lines = fed.filter(({ target }) => target !== '').map(({ min, target, kind, step }) => `${min} ${target} ${kind} ${step}`);
  return { model, result, fed, lines };
}

/** Minutes of the events of that kind, in order. */
export function minutesOf(fed: readonly Fed[], kind: string, step?: string | number): number[] {
  return fed.filter((event) => event.kind === kind && (step === undefined || event.step === step)).map(({ min }) => min);
}

/** A prior without any spread, for tests in which time must be known. */
export function exactly(minutes: number): { medianMs: number; logSd: number; n: number; source: string; between: number } {
  return { medianMs: minutes * MINUTE_MS, logSd: 0, n: 1, source: 'test', between: 0 };
}
