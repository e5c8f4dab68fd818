import { describe, expect, it } from 'vitest';
import { draw } from '../../std/draw.ts';
import { coverage, pinballLoss, showCoverage } from './calibration.ts';

describe('coverage', () => {
  // scipy 1.17.1, binomtest(k, n).proportion_ci(0.95, 'exact')
  const known: [number, number, number, number][] = [
    [0, 10, 0, 0.308497],
    [8, 10, 0.443905, 0.974789],
    [17, 20, 0.621073, 0.967929],
    [1800, 2000, 0.88601, 0.912804],
    [10, 10, 0.691503, 1],
  ];
  it.each(known)('%d of %d: from %d to %d', (k, n, low, high) => {
    const found = coverage(k, n);
    expect(found.low).toBeCloseTo(low, 6);
    expect(found.high).toBeCloseTo(high, 6);
    expect(found.covered).toBe(k / n);
  });

  it('nothing looked at: nothing known', () => {
    expect(coverage(0, 0)).toEqual({ k: 0, n: 0, covered: null, low: 0, high: 1 });
    expect(showCoverage(coverage(0, 0), 0.9)).toBe('0 of 0 inside P90');
  });

  it('more confidence is a wider interval; more than all is a bug', () => {
    expect(coverage(8, 10, 0.99).low).toBeLessThan(coverage(8, 10).low);
    expect(() => coverage(11, 10)).toThrow('11 of 10');
  });

  it('in words: what is nearly all is never shown as all', () => {
    expect(showCoverage(coverage(17, 20), 0.9)).toBe('17 of 20 inside P90 (85 %; 62.1 % to 96.7 % with 95 % confidence)');
    expect(showCoverage(coverage(1_999, 2_000), 0.9)).toContain('(99.9 %;');
  });
});

describe('pinball loss', () => {
  it('is least, in the mean, for the true quantile', () => {
    const drawn = Array.from({ length: 4_000 }, (_, i) => draw(3, i, 0, 0, 0));
    const mean = (claimed: number): number => drawn.reduce((sum, each) => sum + pinballLoss(0.9, claimed, each), 0) / drawn.length;
    expect(mean(0.9)).toBeLessThan(Math.min(mean(0.85), mean(0.95)));
  });

  it('being late costs nine times what being early does, at P90', () => {
    expect(pinballLoss(0.9, 10, 11)).toBeCloseTo(9 * pinballLoss(0.9, 10, 9), 12);
    expect(pinballLoss(0.9, 10, 10)).toBe(0);
  });
});
