import { describe, expect, it } from 'vitest';
import { draw, normalQuantile } from '../../std/draw.ts';
import { betweenOf, defaultLaw, lawOf, sumOf } from './law.ts';

const MINUTE_MS = 60_000;
const prior = { medianMs: 10 * MINUTE_MS, logSd: 0.4, n: 16, source: 'test' };

describe('laws', () => {
  it('take what a prior states, and fill in what all targets have in common by its count', () => {
    expect(lawOf(prior)).toMatchObject({ between: Math.hypot(0.15, 0.1), df: Number.POSITIVE_INFINITY, assumed: false });
    expect(lawOf({ ...prior, n: 0 }).between).toBe(Math.hypot(0.15, 0.3));
    expect(lawOf({ ...prior, between: 0.05, df: 4 })).toMatchObject({ between: 0.05, df: 4 });
    expect(betweenOf(1_000_000, 0.4)).toBeCloseTo(0.15, 4);
  });

  it('stand in for what nobody stated, and say so', () => {
    expect(defaultLaw({ kind: 'do', act: 'power-cycle' })).toMatchObject({ medianMs: 10 * MINUTE_MS, logSd: 0.5, n: 0, assumed: true });
    expect(defaultLaw({ kind: 'read', read: {} })).toMatchObject({ medianMs: 5_000, assumed: true });
  });

  it('add up to the mean and the variance of the sum', () => {
    const laws = [
      lawOf(prior),
      lawOf({ ...prior, medianMs: 3 * MINUTE_MS, logSd: 0.7 }),
      lawOf({ ...prior, medianMs: MINUTE_MS, logSd: 0.2, n: 3 }),
    ];
    const sum = sumOf(laws);
    const N = 200_000;
    const drawn = Array.from({ length: N }, (_, i) =>
      laws.reduce((total, law, k) => total + law.medianMs * Math.exp(law.logSd * normalQuantile(draw(1, 2, i, k, 0))), 0),
    );
    const mean = drawn.reduce((a, b) => a + b, 0) / N;
    const variance = drawn.reduce((a, b) => a + (b - mean) ** 2, 0) / N;
    const sumMean = sum.medianMs * Math.exp(sum.logSd ** 2 / 2);
    expect(sumMean / mean).toBeCloseTo(1, 2);
    expect((sumMean ** 2 * Math.expm1(sum.logSd ** 2)) / variance).toBeCloseTo(1, 1);
    expect(sum.n).toBe(3);
  });

  it('add up to themselves when there is one, and to nothing when there is none', () => {
    expect(sumOf([lawOf(prior)])).toEqual(lawOf(prior));
    expect(sumOf([]).medianMs).toBe(0);
    expect(sumOf([lawOf({ ...prior, medianMs: 0 }), lawOf({ ...prior, medianMs: 0 })])).toMatchObject({ medianMs: 0, logSd: 0 });
  });
});
