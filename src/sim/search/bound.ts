// How soon 95 % could be back at best, whatever the order: three lower bounds, and which of them is the highest.
import type { Step } from '../../core/change/procedure.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { isDrain } from '../limits/lift.ts';
import { defaultLaw, lawOf } from '../laws/law.ts';
import { waveSize } from '../rehearse/sub-plan.ts';
import { sharedLimits } from './blocks.ts';

export interface LowerBound {
  /** critical path: one node that waits for nobody. resource: the work of a limit over its places. energetic: that, between the way to it and the way from it. */
  readonly kind: 'critical path' | 'resource' | 'energetic';
  /** The limit; null: none. */
  readonly limit: string | null;
  readonly minutes: number;
}

const MINUTE_MS = 60_000;
const BACK = 0.95;
/** Standard normal quantile of 5 %: fewer nodes than may be missing at T95 are faster than this on a step. */
const FAST_Z = -1.645;

/** `oneNodeMin`: P50 of one node alone. The highest of the bounds; medians and means of the priors, so it holds for P50 and not for a single night. */
export function lowerBoundOf(plan: Plan, oneNodeMin: number): LowerBound {
  const limits = sharedLimits(plan).flatMap((limit): LowerBound[] => {
    const count = plan.policy.limits[limit]?.count ?? 0;
    const work = workMin(plan, limit);
    if (count === 0 || work === 0) return [];
    const resource = (BACK * work) / count;
    return [
      { kind: 'resource', limit, minutes: resource },
      { kind: 'energetic', limit, minutes: resource + leastBesides(plan, limit) },
    ];
  });
  const all: readonly LowerBound[] = [{ kind: 'critical path', limit: null, minutes: oneNodeMin }, ...limits];
  return all.reduce((best, bound) => (bound.minutes > best.minutes ? bound : best));
}

/** Place-minutes of the limit that all nodes take between drain and return, in the mean. */
function workMin(plan: Plan, limit: string): number {
  return nodeWaves(plan).reduce((sum, { nodes, steps }) => {
    const own = afterDrain(steps).filter(({ uses }) => uses.includes(limit));
    return sum + nodes * own.reduce((minutes, step) => minutes + meanMin(step), 0);
  }, 0);
}

/** Minutes before the first and after the last use of the limit that even the fastest twentieth needs; the least of all chains. */
function leastBesides(plan: Plan, limit: string): number {
  const ways = nodeWaves(plan).flatMap(({ steps }) => {
    const uses = steps.map((step) => step.uses.includes(limit));
    const [first, last] = [afterDrain(steps).find((step) => step.uses.includes(limit)), uses.lastIndexOf(true)];
    if (!first) return [];
    const from = steps.indexOf(first);
    const besides = steps.filter((step, i) => !step.early && (i < from || i > last) && !isDrain(step));
    return [besides.reduce((sum, step) => sum + fastMin(step), 0)];
  });
  return ways.length === 0 ? 0 : Math.min(...ways);
}

function nodeWaves(plan: Plan): { readonly nodes: number; readonly steps: readonly Step[] }[] {
  return plan.waves.flatMap((wave) => {
    const steps = plan.procedures[wave.procedure]?.steps;
    return wave.kind === 'node' && steps ? [{ nodes: waveSize(wave), steps }] : [];
  });
}

/** What is done before the drain is done while the node works. */
function afterDrain(steps: readonly Step[]): readonly Step[] {
  return steps.filter(({ early }) => !early);
}

function lawIn(step: Step): ReturnType<typeof lawOf> {
  return step.takes ? lawOf(step.takes) : defaultLaw(step.action);
}

function meanMin(step: Step): number {
  const { medianMs, logSd } = lawIn(step);
  return (medianMs / MINUTE_MS) * Math.exp(logSd ** 2 / 2);
}

function fastMin(step: Step): number {
  const { medianMs, logSd } = lawIn(step);
  return (medianMs / MINUTE_MS) * Math.exp(FAST_Z * logSd);
}
