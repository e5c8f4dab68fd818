import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw } from '../../std/draw.ts';
import { intervalRanks, quantile, quantileInterval, quantileRank, rising } from './order-statistics.ts';

describe('order statistics: quantile', () => {
  it.each([
    [10, 0.5, 5],
    [10, 0.9, 9],
    [100, 0.9, 90],
    [101, 0.5, 51],
    [1, 0.9, 1],
  ])('of %i values the %f-quantile has rank %i', (count, p, rank) => {
    expect(quantileRank(count, p)).toBe(rank);
  });

  it('is Infinity as soon as more than the rest are', () => {
    const values = (lost: number): Float64Array => rising(Array.from({ length: 10 }, (_, i) => (i < 10 - lost ? i + 1 : Infinity)));
    expect(quantile(values(1), 0.9)).toBe(9);
    expect(quantile(values(2), 0.9)).toBe(Infinity);
    expect(quantile(values(5), 0.5)).toBe(5);
    expect(quantile(values(6), 0.5)).toBe(Infinity);
  });
});

describe('order statistics: interval', () => {
  it('ranks are those that binomial tables give (20 and 100 values)', () => {
    expect(intervalRanks(100, 0.5)).toEqual({ low: 40, high: 61 });
    expect(intervalRanks(20, 0.5)).toEqual({ low: 6, high: 15 });
    expect(intervalRanks(100, 0.9)).toEqual({ low: 84, high: 96 });
  });

  it('of too few values has no upper end', () => {
    expect(quantileInterval(rising([1]), 0.5)).toEqual({ low: -Infinity, high: Infinity });
    expect(quantileInterval(rising([1, 2, 3]), 0.9)).toEqual({ low: 1, high: Infinity });
  });

  it('ranks enclose the quantile and rise with the share (any count, any share)', () => {
    const cases = fc.tuple(fc.integer({ min: 1, max: 3_000 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }));
    fc.assert(
      fc.property(cases, ([count, p]) => {
        const { low, high } = intervalRanks(count, p);
        expect(low).toBeLessThanOrEqual(quantileRank(count, p));
        expect(high).toBeGreaterThanOrEqual(quantileRank(count, p));
        expect(high).toBeLessThanOrEqual(count + 1);
      }),
    );
  });

  it('holds the true quantile in at least 95 of 100 samples', () => {
    const samples = 1_000;
    const held = Array.from({ length: samples }, (_, sample) => {
      const values = rising(Array.from({ length: 200 }, (_, i) => draw(7, sample, i, 0, 0)));
      const { low, high } = quantileInterval(values, 0.9);
      return low <= 0.9 && 0.9 < high;
    }).filter(Boolean).length;
    expect(held / samples).toBeGreaterThan(0.94);
  });
});
