// Was what was claimed true? Coverage of claimed quantiles with its own uncertainty, and the score that honest quantiles minimise.
import { assert } from '../../std/assert.ts';
import { showShare } from '../../std/share.ts';
import { betaQuantile } from '../../std/special.ts';

/** k of n lay inside, with an interval for the true share. */
export interface Coverage {
  readonly k: number;
  readonly n: number;
  /** k / n; null: nothing was looked at. */
  readonly covered: number | null;
  readonly low: number;
  readonly high: number;
}

/** The exact interval of Clopper and Pearson (Biometrika 26 (1934) 404): never too narrow, whatever n is. */
export function coverage(k: number, n: number, confidence = 0.95): Coverage {
  assert(Number.isInteger(k) && Number.isInteger(n) && k >= 0 && k <= n, `${k} of ${n}`);
  const tail = (1 - confidence) / 2;
  return {
    k,
    n,
    covered: n === 0 ? null : k / n,
    low: k === 0 ? 0 : betaQuantile(tail, k, n - k + 1),
    high: k === n ? 1 : betaQuantile(1 - tail, k + 1, n - k),
  };
}

/**
 * What a claimed quantile p (0..1) costs when this happened, in its unit; the mean is least for the true quantile (R. Koenker and
 * G. Bassett, Econometrica 46 (1978) 33).
 */
export function pinballLoss(p: number, claimed: number, happened: number): number {
  return happened >= claimed ? p * (happened - claimed) : (1 - p) * (claimed - happened);
}

/** "17 of 20 inside P90 (85 %; 62.1 % to 96.7 % with 95 % confidence)": as people read it. */
export function showCoverage({ k, n, covered, low, high }: Coverage, claimed: number): string {
  const what = `${k} of ${n} inside P${Math.round(100 * claimed)}`;
  return covered === null ? what : `${what} (${showShare(k, n)}; ${showShare(low, 1)} to ${showShare(high, 1)} with 95 % confidence)`;
}
