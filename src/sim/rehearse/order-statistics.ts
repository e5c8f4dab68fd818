// Quantiles over scenarios and what their number leaves uncertain: order statistics only, so a scenario that never came back (Infinity)
// counts like any other and no law is assumed.

/**
 * The p-quantile of rising values: the smallest one that at least a share p of them do not exceed (type 1 of Hyndman & Fan 1996).
 * Infinity when more than a share 1 - p of them are. Throws nothing; NaN for no values.
 */
export function quantile(rising: Float64Array, p: number): number {
  return rising[quantileRank(rising.length, p) - 1] ?? Number.NaN;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The interval that holds the true p-quantile with a confidence of at least 95 %: between two order statistics whose ranks are binomial
 * tails of 2.5 % each (W. J. Conover, Practical Nonparametric Statistics, section 3.2). Where there are too few values for a rank, the
 * end is -Infinity or Infinity.
 */
export function quantileInterval(rising: Float64Array, p: number): Interval {
  const { low, high } = intervalRanks(rising.length, p);
  return {
    low: low < 1 ? -Infinity : (rising[low - 1] ?? Infinity),
    high: high > rising.length ? Infinity : (rising[high - 1] ?? Infinity),
  };
}

/** The values in rising order, Infinity last; NaN is not allowed. */
export function rising(values: Iterable<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/** From 1. */
export function quantileRank(count: number, p: number): number {
  // The nudge keeps 0.9 * 10 from becoming 9.000000000000002 and then rank 10.
  return Math.max(1, Math.ceil(p * count - 1e-9));
}

/**
 * Ranks (from 1) of the interval of `quantileInterval`; 0 and count + 1 stand for "no such value". With B binomial (count, p):
 * P(B < low) <= tail and P(B >= high) <= tail.
 */
export function intervalRanks(count: number, p: number, tail = 0.025): { readonly low: number; readonly high: number } {
  let logMass = count * Math.log1p(-p);
  const logOdds = Math.log(p) - Math.log1p(-p);
  let below = 0;
  let low = 0;
  let high = count + 1;
  for (let i = 0; i <= count; i++) {
    // `below` is P(B < i) here.
    if (below <= tail) low = i;
    if (1 - below <= tail + 1e-12) {
      high = i;
      break;
    }
    below += Math.exp(logMass);
    logMass += Math.log((count - i) / (i + 1)) + logOdds;
  }
  return { low, high };
}
