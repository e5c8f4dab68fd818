// Everything a proposal is built from, rehearsed here: the plan and what stands beside it, and what was seen of waves and of one
// customer's nodes. Whoever stops it is left with what is there.
import { MILESTONES, type Comparison, type Forecast } from '../../core/forecast/forecast.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { showMinutes } from '../../chart/scale.ts';
import type { ProposalAlternative } from '../../report/proposal.ts';
import { meanDifference, pairedDifference, pairingRatio } from '../../sim/limits/differences.ts';
import { proposing, type Proposed, type ProposingProgress } from '../../sim/propose/proposing.ts';
import type { Asking, EngineName } from '../../sim/rehearse/asking.ts';
import type { PartWatch } from '../../sim/rehearse/part-of-fleet.ts';
import { naivePlans, type NaivePlan } from '../../sim/search/naive.ts';
import type { Material } from './material.ts';
import { scopeOf, type Scope } from './scope.ts';
import { watchHere, type Watched } from './watch-here.ts';
import { counted } from '../../std/share.ts';

export interface Wishes {
  readonly seed: number;
  readonly scenarios?: number;
  readonly engine?: EngineName;
  readonly madeAtUnixMin: number;
}

/** Whoever carries the rehearsals out, and has a word for those who wait. */
export interface Hands {
  /** `line`: progress in words. null: stopped before there was anything. */
  carryOut<T, P>(asking: (onProgress: (progress: P) => void) => Asking<T>, line: (progress: P) => string): Promise<T | null>;
  /** The work's result; `what` is for whoever waits. */
  waiting<T>(what: string, work: Promise<T>): Promise<T>;
  /** Asked all the time; once true, what is there has to do. */
  stop(): boolean;
}

const OF_ALL = 40;

/** null: stopped before there was anything. */
export async function gather(hands: Hands, plan: Plan, scope: Scope, wishes: Wishes): Promise<Material | null> {
  const { madeAtUnixMin, ...options } = wishes;
  const own = scope.customer !== null;
  // Of the whole plan, one customer's proposal takes only what does not depend on their number.
  const scenarios = Math.min(options.scenarios ?? OF_ALL, OF_ALL);
  const naive = naivePlans(plan);
  const proposed = await hands.carryOut<Proposed, ProposingProgress>(
    (onProgress) => proposing(plan, { ...options, ...(own && { scenarios }), naive, withoutReasons: own }, onProgress),
    progressLine,
  );
  if (proposed === null) return null;
  const watch = (one: Plan): Promise<Watched> => {
    // Another plan has waves of its own.
    const watching = watchHere(one, scopeOf(one, scope.customer), { ...options, stop: () => hands.stop() });
    return hands.waiting('looking at single waves', watching);
  };
  const watched = await watch(plan);
  const material = { plan, scope, watched, madeAtUnixMin, limits: proposed.limits, questions: proposed.questions };
  if (!own) return { ...material, forecast: proposed.forecast, alternatives: proposed.alternatives.map(reasoned) };
  const alternatives: ProposalAlternative[] = [];
  for (const other of naive) alternatives.push(ownAlternative(proposed, watched, other, await watch(other.plan)));
  return { ...material, forecast: watched.part.forecast(proposed.forecast), alternatives };
}

function progressLine({ doing, forecast }: ProposingProgress): string {
  const goal = forecast?.milestones['95'];
  return goal ? `${doing}; 95 % back in ${showMinutes(goal.p50Min)} (P50), ${showMinutes(goal.p90Min)} (P90)` : doing;
}

/** Of one customer's nodes only, on the same scenarios. */
function ownAlternative({ forecast }: Proposed, { part }: Watched, { name }: NaivePlan, other: Watched): ProposalAlternative {
  return reasoned({ name, forecast: other.part.forecast(forecast), against: comparisonOf(part, other.part, forecast.seed) });
}

function comparisonOf(plan: PartWatch, other: PartWatch, seed: number): Comparison {
  const scenarios = Math.min(plan.gpuHours().length, other.gpuHours().length);
  const pair = (of: (part: PartWatch) => Float64Array): readonly [Float64Array, Float64Array] => [
    of(other).subarray(0, scenarios),
    of(plan).subarray(0, scenarios),
  ];
  return {
    seed,
    scenarios,
    engine: 'exact',
    milestones: Object.fromEntries(MILESTONES.map((percent) => [String(percent), pairedDifference(...pair((part) => part.mark(percent)))])),
    gpuHours: meanDifference(...pair((part) => part.gpuHours())),
    pairing: pairingRatio(...pair((part) => part.mark(95))),
  };
}

function reasoned(alternative: Omit<ProposalAlternative, 'why'>): ProposalAlternative {
  const why = alternative.name === 'all at once' ? ALL_AT_ONCE : ONE_AFTER_THE_OTHER;
  return { ...alternative, why: `${why}${neverWords(alternative.forecast)}` };
}

/** A plan that never begins most of its nodes costs few GPU-hours, which is no merit. */
function neverWords({ milestones, curve, nodes }: Forecast): string {
  if (milestones['95']?.p50Min !== null) return '';
  const reached = curve.reduce((most, { share, p50Min }) => (p50Min === null ? most : Math.max(most, share)), 0);
  const part = reached === 0 ? 'less than 1 %' : `${reached} %`;
  return ` Its windows are over before it is: in half of the scenarios ${part} of ${counted(nodes, 'node')} ever come back, and its GPU-hours are low because the others are never begun.`;
}

const ALL_AT_ONCE =
  'Nobody waits for a canary, and nothing is staged before the window: what is wrong with the new version is wrong everywhere at once, and all stand in the same lines.';
const ONE_AFTER_THE_OTHER =
  'One after the other, staged inside the window: the careful habit. Each waits for the reboot and the validation of the one before, in which it has no part.';
