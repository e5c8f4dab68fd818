import { describe, expect, it } from 'vitest';
import { normalDensity, normalTail } from '../../std/special.ts';
import { beliefOf, TAU_DF, TAU_SCALE, type Belief } from './belief.ts';
import { explain, startAt, type RunLogs } from './likelihood.ts';

const BELIEF = beliefOf({ medianMs: Math.E ** 3, logSd: 0.4, n: 0, source: '' });
const LOGS = [
  [3.1, 3.4, 2.9],
  [3.8, 3.7],
];
const PAIRS: [sigma: number, tau: number][] = [
  [0.2, 0.1],
  [0.4, 0.3],
  [0.9, 0.05],
  [0.3, 1],
];

function runsWith(censored: readonly number[]): RunLogs[] {
  return LOGS.map((logs, run) => {
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    return {
      whole: logs.length,
      mean,
      squares: logs.reduce((sum, log) => sum + (log - mean) ** 2, 0),
      censored: run === 0 ? censored.map((log) => ({ log, count: 1 })) : [],
    };
  });
}

/** The same by brute force: a sum over mu, and for each run over its own factor. */
function bruteForce(censored: readonly number[], { logMedian, medianSd, variance, weight }: Belief, sigma: number, tau: number): number {
  const sumOver = (from: number, to: number, value: (x: number) => number): number => {
    // Finer than the narrowest peak.
    const cells = 160;
    const width = (to - from) / cells;
    return Array.from({ length: cells }, (_, i) => value(from + (i + 0.5) * width)).reduce((sum, each) => sum + each * width, 0);
  };
  const likelihood = (run: number, median: number): number =>
    (LOGS[run] ?? []).reduce((product, log) => (product * normalDensity((log - median) / sigma)) / sigma, 1) *
    (run === 0 ? censored.reduce((product, log) => product * (0.02 + 0.98 * normalTail((log - median) / sigma)), 1) : 1);
  const evidence = sumOver(logMedian - 5, logMedian + 5, (mu) =>
    [0, 1].reduce(
      (product, run) => product * sumOver(-6, 6, (u) => normalDensity(u) * likelihood(run, mu + tau * u)),
      normalDensity((mu - logMedian) / medianSd) / medianSd,
    ),
  );
  const spread = -weight * Math.log(sigma) - (0.5 * weight * variance) / sigma ** 2;
  return Math.log(evidence) + spread - 0.5 * (TAU_DF + 1) * Math.log1p((tau / TAU_SCALE) ** 2 / TAU_DF);
}

function differences(censored: readonly number[]): { readonly found: number; readonly known: number }[] {
  const runs = runsWith(censored);
  const both = PAIRS.map(([sigma, tau]) => ({
    found: explain(runs, BELIEF, sigma, tau, startAt(BELIEF.logMedian, 2)).logDensity,
    known: bruteForce(censored, BELIEF, sigma, tau),
  }));
  return both.slice(1).map(({ found, known }) => ({ found: found - (both[0]?.found ?? 0), known: known - (both[0]?.known ?? 0) }));
}

describe('likelihood of spreads', () => {
  it('whole durations: exactly the integral over median and run factors', () => {
    for (const { found, known } of differences([])) expect(found).toBeCloseTo(known, 5);
  });

  it('censored durations: the integral to within what a grid of spreads can tell', () => {
    for (const { found, known } of differences([3.2, 3.9])) expect(Math.abs(found - known)).toBeLessThan(0.12);
  });

  it('from wherever the climb starts it ends at the same place', () => {
    const runs = runsWith([3.2, 3.9]);
    const [near, far] = [3, -20].map((mu) => explain(runs, BELIEF, 0.4, 0.2, startAt(mu, 2)));
    expect(far?.mu).toBeCloseTo(near?.mu ?? 0, 5);
    expect(far?.logDensity).toBeCloseTo(near?.logDensity ?? 0, 5);
  });
});
