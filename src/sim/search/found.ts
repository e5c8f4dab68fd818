// What a search says: the plan it would run, what it was held against, and how far from the best possible that is.
import type { Difference } from '../../core/forecast/forecast.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { draw } from '../../std/draw.ts';
import { meanDifference } from '../limits/differences.ts';
import { finite } from '../rehearse/collect.ts';
import { quantile, rising } from '../rehearse/order-statistics.ts';
import type { Collected } from '../rehearse/series.ts';
import type { LowerBound } from './bound.ts';
import { hoursOf, mean, p90, t95Of } from './objective.ts';
import type { Settings } from './settings.ts';

export interface Found {
  /** The rules' plan, or a better one; its report says what the search did. With an empty id: whoever writes it gives it one. */
  readonly plan: Plan;
  /** null: the rules' plan stays. */
  readonly settings: Settings | null;
  /** Other plans that were rehearsed, and scenarios over all plans. */
  readonly tried: number;
  readonly scenarios: number;
  /** Settings that the planner's checker refused, and that came to a plan which was there already. */
  readonly refused: number;
  readonly repeated: number;
  /** The naive plans, the rules' and (where it is another) the found one. */
  readonly standings: readonly Standing[];
  readonly bound: LowerBound | null;
  /** P50 of T95 of the plan above the bound (per cent of the bound); null: no bound, or it is not reached. */
  readonly gapPct: number | null;
  /** Stopped, or out of time: more might have been found. */
  readonly stopped: boolean;
}

/** A plan beside the rules' on the same scenarios. */
export interface Standing {
  readonly name: string;
  readonly scenarios: number;
  readonly engine: 'fast' | 'exact';
  readonly p50Min: number | null;
  readonly p90Min: number | null;
  /** Mean of the nights. */
  readonly gpuHours: number;
  readonly rulesP90Min: number | null;
  readonly rulesGpuHours: number;
  /** The plan minus the rules' plan: of P90, with the 95 % interval of a bootstrap over nights; and of the mean of GPU-hours. */
  readonly later: Difference;
  readonly moreGpuHours: { readonly diff: number; readonly low: number; readonly high: number };
  /** Not among the scenarios by which the plan was chosen. */
  readonly unseen: boolean;
}

export function standingOf(
  name: string,
  { own, rules, scenarios }: { readonly own: Collected; readonly rules: Collected; readonly scenarios: number },
  more: Pick<Standing, 'engine' | 'unseen'>,
): Standing {
  const [times, before] = [t95Of(own), t95Of(rules)];
  return {
    name,
    scenarios,
    ...more,
    p50Min: finite(quantile(rising(times), 0.5)),
    p90Min: finite(p90(times)),
    gpuHours: mean(hoursOf(own)),
    rulesP90Min: finite(p90(before)),
    rulesGpuHours: mean(hoursOf(rules)),
    later: p90Difference(times, before),
    moreGpuHours: meanDifference(hoursOf(own), hoursOf(rules)),
  };
}

const RESAMPLES = 400;

/** P90(a) - P90(b) with the interval of a percentile bootstrap that draws whole nights (B. Efron, R. Tibshirani, An Introduction to the Bootstrap, 13.3). */
function p90Difference(a: Float64Array, b: Float64Array): Difference {
  const n = a.length;
  const differences = Float64Array.from({ length: RESAMPLES }, (_, i) => {
    const nights = Uint32Array.from({ length: n }, (__, k) => Math.floor(draw(n, i, k, 0, 0) * n));
    return minus(
      p90(Float64Array.from(nights, (night) => a[night] as number)),
      p90(Float64Array.from(nights, (night) => b[night] as number)),
    );
  }).sort();
  return {
    diffMin: finite(minus(p90(a), p90(b))),
    lowMin: finite(quantile(differences, 0.025)),
    highMin: finite(quantile(differences, 0.975)),
  };
}

/** Infinity on both sides is no difference. */
function minus(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
