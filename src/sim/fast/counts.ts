// How many of so many happen, drawn whole: a binomial count from one uniform number.
import { normalQuantile } from '../../std/draw.ts';

/** Up to this mean the counts are gone through one by one. */
const EXACT_MEAN_MAX = 40;

/**
 * The u-quantile of the binomial law of n trials at p: exact by going up from zero for small means, by the normal law with the Cornish-
 * Fisher term of its skewness for others (E. A. Cornish, R. A. Fisher, Moments and cumulants in the specification of distributions, 1937).
 * The same u gives a count that rises with n and p, so plans that differ a little differ little here.
 */
export function binomialQuantile(n: number, p: number, u: number): number {
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  const mean = n * p;
  if (mean <= EXACT_MEAN_MAX) return upFromZero(n, p, u);
  const deviation = Math.sqrt(mean * (1 - p));
  const z = normalQuantile(u);
  const skewed = z + ((z * z - 1) * (1 - 2 * p)) / (6 * deviation);
  return Math.min(n, Math.max(0, Math.round(mean + deviation * skewed)));
}

function upFromZero(n: number, p: number, u: number): number {
  let mass = Math.exp(n * Math.log1p(-p));
  let below = mass;
  let count = 0;
  while (below < u && count < n) {
    mass *= ((n - count) / (count + 1)) * (p / (1 - p));
    count++;
    below += mass;
    if (mass < 1e-15 && count > n * p) break;
  }
  return count;
}
