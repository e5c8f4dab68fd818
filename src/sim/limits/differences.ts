// Paired differences: the same scenarios with and without something. What both have in common, chance above all, falls out.
import type { Difference } from '../../core/forecast/forecast.ts';
import { finite } from '../rehearse/collect.ts';
import { quantile, quantileInterval, rising } from '../rehearse/order-statistics.ts';

/**
 * The median of a - b over the scenarios, with its 95 % interval (order statistics). Where only one of the two came to its end within the
 * horizon the difference is infinite, and null where that is the median; where neither did, it is 0.
 */
export function pairedDifference(a: Float64Array, b: Float64Array): Difference {
  const sorted = rising(differences(a, b));
  const { low, high } = quantileInterval(sorted, 0.5);
  return { diffMin: finite(quantile(sorted, 0.5)), lowMin: finite(low), highMin: finite(high) };
}

/** For ordering: as `diffMin`, but Infinity where it is null because b alone came to its end. */
export function medianDifference(a: Float64Array, b: Float64Array): number {
  return quantile(rising(differences(a, b)), 0.5);
}

export const NO_DIFFERENCE: Difference = { diffMin: 0, lowMin: 0, highMin: 0 };

/** Variance of an unpaired difference by that of the paired one: so many times fewer scenarios do. null: they do not differ, or too few are finite. */
export function pairingRatio(a: Float64Array, b: Float64Array): number | null {
  const both = [...a.keys()].filter((i) => Number.isFinite(a[i]) && Number.isFinite(b[i]));
  const of = (values: Float64Array): number[] => both.map((i) => values[i] as number);
  const [ofA, ofB] = [of(a), of(b)];
  const paired = variance(ofA.map((value, i) => value - (ofB[i] as number)));
  return paired > 0 ? (variance(ofA) + variance(ofB)) / paired : null;
}

/** The mean of a - b, which adds up as hours do, with its 95 % interval (normal). All values are finite. */
export function meanDifference(a: Float64Array, b: Float64Array): { readonly diff: number; readonly low: number; readonly high: number } {
  const all = [...differences(a, b)];
  const diff = all.reduce((sum, value) => sum + value, 0) / all.length;
  const half = 1.96 * Math.sqrt(variance(all) / all.length);
  return { diff, low: diff - half, high: diff + half };
}

function differences(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => (value === b[i] ? 0 : value - (b[i] as number)));
}

function variance(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
