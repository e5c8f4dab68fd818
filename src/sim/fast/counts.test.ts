import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw } from '../../std/draw.ts';
import { binomialQuantile } from './counts.ts';

describe('counts: binomial', () => {
  it.each([
    [100_000, 0.02],
    [1_000, 0.01],
    [50, 0.5],
    [100_000, 0.000_01],
  ])('of %i at %f have the mean and the variance of the law', (n, p) => {
    const counts = Array.from({ length: 4_000 }, (_, i) => binomialQuantile(n, p, draw(3, i, 0, 0, 0)));
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
    expect(Math.abs(mean - n * p)).toBeLessThan(4 * Math.sqrt((n * p) / counts.length));
    expect(variance / (n * p * (1 - p))).toBeGreaterThan(0.9);
    expect(variance / (n * p * (1 - p))).toBeLessThan(1.1);
  });

  it('rise with the share and the number, and stay within it', () => {
    const cases = fc.tuple(
      fc.integer({ min: 0, max: 200_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }),
    );
    fc.assert(
      fc.property(cases, ([n, p, u]) => {
        const count = binomialQuantile(n, p, u);
        expect(Number.isInteger(count)).toBe(true);
        expect(count).toBeGreaterThanOrEqual(0);
        expect(count).toBeLessThanOrEqual(n);
      }),
    );
  });
});
