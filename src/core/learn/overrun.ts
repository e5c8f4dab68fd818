// How much longer than planned windows took: all that can be learned of past windows of which nobody kept the nodes.
import { assert } from '../../std/assert.ts';
import { tQuantile } from '../../std/special.ts';

/** Factor of the planned length that the next window will take; 1.3: almost a third longer. */
export interface Overrun {
  /** Windows behind it. */
  readonly n: number;
  readonly median: number;
  /** null: one window says nothing of how they differ. */
  readonly p90: number | null;
}

/**
 * Lognormal factors, actual by planned, all above 0; null: there are none. P90 is that of one more window, so it is the wider the fewer
 * there were: the Student-t prediction bound (G. Hahn and W. Meeker, Statistical Intervals, 1991, chapter 4).
 */
export function overrunOf(factors: readonly number[]): Overrun | null {
  const n = factors.length;
  if (n === 0) return null;
  for (const factor of factors) assert(factor > 0 && Number.isFinite(factor), `an overrun factor of ${factor}`);
  const logs = factors.map(Math.log);
  const mean = logs.reduce((sum, log) => sum + log, 0) / n;
  if (n === 1) return { n, median: Math.exp(mean), p90: null };
  const sd = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (n - 1));
  return { n, median: Math.exp(mean), p90: Math.exp(mean + sd * Math.sqrt(1 + 1 / n) * tQuantile(0.9, n - 1)) };
}
