import { describe, expect, it } from 'vitest';
import { draw, normalQuantile } from '../../std/draw.ts';
import { tQuantile } from '../../std/special.ts';
import { durationQuantileMs, fold, runLogFactor } from './predictive.ts';

describe('predictive', () => {
  it('normal in both parts: the quantile of their sum', () => {
    const prior = { medianMs: 1_000, logSd: 0.4, between: 0.3, df: Number.POSITIVE_INFINITY };
    for (const p of [0.05, 0.5, 0.9, 0.99]) expect(Math.log(durationQuantileMs(prior, p) / 1_000)).toBeCloseTo(0.5 * normalQuantile(p), 2);
  });

  it('long tails: as drawn', () => {
    const prior = { medianMs: 1, logSd: 0.4, between: 0.3, df: 4 };
    const drawn = Float64Array.from({ length: 20_000 }, (_, i) => {
      const night = runLogFactor(prior, normalQuantile(draw(1, i, 0, 0, 0)));
      return Math.exp(night + prior.logSd * normalQuantile(draw(1, i, 1, 0, 0)));
    }).sort();
    for (const p of [0.1, 0.5, 0.9, 0.98])
      expect(durationQuantileMs(prior, p) / (drawn[Math.floor(p * drawn.length)] ?? Number.NaN)).toBeCloseTo(1, 1);
  });

  it('one part alone: its own quantile', () => {
    expect(Math.log(durationQuantileMs({ medianMs: 1, logSd: 0.7, between: 0, df: 5 }, 0.9))).toBeCloseTo(0.7 * normalQuantile(0.9), 6);
    expect(Math.log(durationQuantileMs({ medianMs: 1, logSd: 0, between: 0.7, df: 5 }, 0.9))).toBeCloseTo(0.7 * tQuantile(0.9, 5), 6);
    expect(durationQuantileMs({ medianMs: 7, logSd: 0, between: 0, df: 5 }, 0.9)).toBe(7);
  });

  it('the run factor: odd, rising, Student-t at the normal draw, and finite however far out', () => {
    const prior = { between: 0.2, df: 3 };
    expect(runLogFactor(prior, normalQuantile(0.9))).toBeCloseTo(0.2 * tQuantile(0.9, 3), 6);
    const factors = [-12, -3, -0.5, 0, 0.5, 3, 12].map((z) => runLogFactor(prior, z));
    expect(factors.every(Number.isFinite)).toBe(true);
    expect([...factors].sort((a, b) => a - b)).toEqual(factors);
    for (const [i, factor] of factors.entries()) expect(factor).toBeCloseTo(-(factors.at(-1 - i) ?? Number.NaN), 12);
  });
});

describe('folding truths into one law', () => {
  it('one truth: that one', () => {
    const { logSd, between, df } = fold([{ weight: 1, runVariance: 0.09, ownVariance: 0.25 }]);
    expect(logSd).toBeCloseTo(0.5, 6);
    expect(between).toBeCloseTo(0.3, 2);
    expect(df).toBe(200);
  });

  it('many possible run variances: long tails, and P90 and P99 as of their mixture', () => {
    const truths = [0.001, 0.01, 0.1, 1].map((runVariance) => ({ weight: 0.25, runVariance, ownVariance: 0.25 }));
    const { between, df } = fold(truths);
    expect(df).toBeLessThanOrEqual(4);
    const drawn = Float64Array.from({ length: 40_000 }, (_, i) => {
      const { runVariance } = truths[i % 4] as (typeof truths)[number];
      return Math.sqrt(runVariance) * normalQuantile(draw(2, i, 0, 0, 0));
    }).sort();
    expect((between * tQuantile(0.9, df)) / (drawn[36_000] ?? Number.NaN)).toBeCloseTo(1, 1);
  });
});
