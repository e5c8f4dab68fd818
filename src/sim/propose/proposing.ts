// What a proposal is drawn from: the plan's forecast, its limits, the challenger's questions and the naive plans, rehearsed one after the
// other. Whatever is stopped half-way leaves what is there.
import type { Comparison, Forecast, LimitsReport, Question } from '../../core/forecast/forecast.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { challenging } from '../challenge/challenge.ts';
import { comparing } from '../limits/compare.ts';
import { limiting } from '../limits/limits.ts';
import type { Asking, EngineName } from '../rehearse/asking.ts';
import { NothingRehearsedError, rehearsing } from '../rehearse/rehearse.ts';
import type { NaivePlan } from '../search/naive.ts';

export interface ProposingOptions {
  readonly seed: number;
  /** Of the plan; absent: until its P90 is sure. What stands beside it gets 40 at most. */
  readonly scenarios?: number;
  readonly engine?: EngineName;
  readonly naive: readonly NaivePlan[];
  /** The forecast alone. */
  readonly withoutReasons?: boolean;
}

export interface Proposed {
  readonly forecast: Forecast;
  /** null: stopped before any limit was lifted, or not wanted. */
  readonly limits: LimitsReport | null;
  readonly questions: readonly Question[];
  readonly alternatives: readonly Alternative[];
}

interface Alternative {
  readonly name: string;
  readonly forecast: Forecast;
  readonly against: Comparison | null;
}

export interface ProposingProgress {
  readonly doing: string;
  /** null: not a single scenario is there yet. */
  readonly forecast: Forecast | null;
}

const BESIDE = 40;

/** Throws NothingRehearsedError when it is stopped before the plan's own first scenario. */
export function* proposing(
  plan: Plan,
  { naive, withoutReasons = false, ...options }: ProposingOptions,
  onProgress: (progress: ProposingProgress) => void = () => undefined,
): Asking<Proposed> {
  const forecast = yield* rehearsing(plan, options, (one) => onProgress({ doing: 'rehearsing the plan', forecast: one }));
  if (withoutReasons) return { forecast, limits: null, questions: [], alternatives: [] };
  // The plan's own engine: what stands beside a forecast must not differ by its engine.
  const beside = { ...options, engine: forecast.engine, scenarios: Math.min(BESIDE, options.scenarios ?? BESIDE) };
  const doing = (what: string): void => onProgress({ doing: what, forecast });
  doing('lifting its limits one by one');
  const limits = yield* unlessStopped(limiting(plan, beside));
  doing('asking why it is as it is');
  const questions = (yield* unlessStopped(challenging(plan, beside))) ?? [];
  const alternatives: Alternative[] = [];
  for (const { name, plan: other } of naive) {
    doing(`rehearsing the naive plan "${name}"`);
    const found = yield* unlessStopped(rehearsing(other, { seed: beside.seed, scenarios: beside.scenarios }));
    if (!found) break;
    const against = yield* unlessStopped(comparing(plan, other, { seed: beside.seed, scenarios: beside.scenarios }));
    alternatives.push({ name, forecast: found, against });
  }
  return { forecast, limits, questions, alternatives };
}

/** null: it was stopped before its first scenario. */
function* unlessStopped<T>(asking: Asking<T>): Asking<T | null> {
  try {
    return yield* asking;
  } catch (error) {
    if (error instanceof NothingRehearsedError) return null;
    throw error;
  }
}
