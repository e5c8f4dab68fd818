// The challenger: asks of a plan what a good colleague would ask, each question with the numbers of a re-simulation on the same scenarios.
// It asks, it never blocks.
import type { Question } from '../../core/forecast/forecast.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { must } from '../../std/assert.ts';
import { meanDifference, pairedDifference } from '../limits/differences.ts';
import type { Asking, EngineName } from '../rehearse/asking.ts';
import { engineFor } from '../rehearse/choose-engine.ts';
import { spreadOf } from '../rehearse/collect.ts';
import { oneNodePlan } from '../rehearse/one-node.ts';
import { quantile, rising } from '../rehearse/order-statistics.ts';
import { NothingRehearsedError } from '../rehearse/rehearse.ts';
import { curveOf, fieldOf } from '../rehearse/rows.ts';
import { grow, Series } from '../rehearse/series.ts';
import type { Facts, Kind, Outcome, PastMark, Variant } from './kind.ts';
import { KINDS } from './questions.ts';

export interface ChallengeOptions {
  readonly seed: number;
  /** Of the plan and of each changed plan. Absent: 200, fewer where each takes long. */
  readonly scenarios?: number;
  readonly engine?: EngineName;
  /** Past maintenances of the same kind. */
  readonly past?: readonly PastMark[];
}

const SCENARIOS = 200;
const FIRST = 40;
const LEAST = 8;
const EVENTS_MAX = 500_000_000;

/** The questions, and the scenarios that their numbers are those of. */
export interface Challenge {
  /** The dearest first. */
  readonly questions: readonly Question[];
  readonly seed: number;
  /** Of the plan and of each changed plan. */
  readonly scenarios: number;
  readonly engine: EngineName;
}

/** As `challenged`, the questions alone. */
export function* challenging(
  plan: Plan,
  options: ChallengeOptions,
  onProgress: (questions: readonly Question[]) => void = () => undefined,
): Asking<Question[]> {
  const { questions } = yield* challenged(plan, options, (challenge) => onProgress(challenge.questions));
  return [...questions];
}

/** Yields requests; the progress is the whole answer so far. Throws NothingRehearsedError when it is stopped before the first scenario. */
export function* challenged(
  plan: Plan,
  options: ChallengeOptions,
  onProgress: (challenge: Challenge) => void = () => undefined,
): Asking<Challenge> {
  const { seed, past = [] } = options;
  const engine = engineFor(plan, options.engine);
  const base = new Series({ plan, engine, seed });
  const one = new Series({ plan: must(oneNodePlan(plan), 'a target in the plan'), engine: 'exact', seed });
  const kinds = rehearsedKinds(plan, base);
  const all = [...new Set(kinds.flatMap(({ wanted }) => wanted.map(({ series }) => series)))].filter((series) => series !== base);
  yield* grow([base, one], Math.min(LEAST, options.scenarios ?? LEAST));
  if (Math.min(base.count, one.count) === 0) throw new NothingRehearsedError('stopped before the first scenario was rehearsed');
  const scenarios = options.scenarios ?? affordable(base, all.length + 1);
  let challenge: Challenge = { questions: [], seed, scenarios: base.count, engine };
  for (const count of new Set([Math.min(FIRST, scenarios), scenarios])) {
    yield* grow([base, one, ...all], count);
    challenge = { ...challenge, questions: questionsOf(kinds, base, factsOf(plan, base, one, past)), scenarios: base.count };
    onProgress(challenge);
    if ([base, one, ...all].some(({ stopped }) => stopped)) break;
  }
  return challenge;
}

interface RehearsedKind {
  readonly kind: Kind;
  readonly wanted: readonly Rehearsed[];
}

interface Rehearsed {
  readonly variant: Variant;
  readonly series: Series;
}

/** Kinds that this plan gives reason for. What changes nothing is the plan itself. */
function rehearsedKinds(plan: Plan, base: Series): RehearsedKind[] {
  const { engine, seed } = base.spec;
  return KINDS.flatMap((kind) => {
    const wanted = kind.variants(plan).map((variant): Rehearsed => ({
      variant,
      series: variant.plan === plan ? base : new Series({ plan: variant.plan, engine, seed }),
    }));
    return wanted.length === 0 ? [] : [{ kind, wanted }];
  });
}

function questionsOf(kinds: readonly RehearsedKind[], base: Series, facts: Facts): Question[] {
  return kinds
    .flatMap(({ kind, wanted }) => {
      const outcomes = wanted.flatMap((rehearsed) => outcomeOf(base, rehearsed));
      const asked = outcomes.length === wanted.length ? kind.ask(facts, outcomes) : null;
      return asked ? [{ id: kind.id, ...asked }] : [];
    })
    .toSorted((a, b) => b.worth - a.worth)
    .map(({ id, about, text, numbers, sets }) => ({ id, about, text, numbers, sets }));
}

function affordable(base: Series, plans: number): number {
  const { about, rows } = base.collected();
  const events = Math.max(1, quantile(rising(fieldOf(rows, about, 'events')), 0.5));
  return Math.min(SCENARIOS, Math.max(LEAST, Math.floor(EVENTS_MAX / (events * plans))));
}

function factsOf(plan: Plan, base: Series, one: Series, past: readonly PastMark[]): Facts {
  const collected = base.collected();
  const { about, rows } = collected;
  const single = one.collected();
  return {
    plan,
    nodes: about.counted,
    scenarios: base.count,
    collected,
    oneNodeMin: spreadOf(curveOf(single.rows, single.about, 100)),
    mark: (percent) => spreadOf(curveOf(rows, about, percent)),
    gpuHours: spreadOf(fieldOf(rows, about, 'gpuHoursNotReturned')),
    past,
  };
}

/** None as long as not a single scenario of it is there. */
function outcomeOf(base: Series, { variant, series }: Rehearsed): Outcome[] {
  const both = Math.min(base.count, series.count);
  if (both === 0) return [];
  const [before, after] = [base.collected(both), series.collected(both)];
  const hours = [after, before].map(({ rows, about }) => fieldOf(rows, about, 'gpuHoursNotReturned')) as [Float64Array, Float64Array];
  return [
    {
      ...variant,
      collected: after,
      later: (percent) => pairedDifference(curveOf(after.rows, after.about, percent), curveOf(before.rows, before.about, percent)),
      moreGpuHours: meanDifference(...hours),
    },
  ];
}
