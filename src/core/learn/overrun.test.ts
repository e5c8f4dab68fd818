import { describe, expect, it } from 'vitest';
import { draw, normalQuantile } from '../../std/draw.ts';
import { overrunOf } from './overrun.ts';

describe('overrun of past windows', () => {
  it('none, one, two', () => {
    expect(overrunOf([])).toBeNull();
    expect(overrunOf([2])).toEqual({ n: 1, median: expect.closeTo(2), p90: null });
    const two = overrunOf([1, 4]);
    expect(two?.median).toBeCloseTo(2);
    // Two windows leave nearly everything open: t with one degree of freedom at 0.9 is 3.0777.
    expect(two?.p90).toBeCloseTo(2 * Math.exp(Math.log(2) * Math.SQRT2 * Math.sqrt(1.5) * 3.0777), 1);
  });

  it('its P90 covers the next window nine times out of ten', () => {
    const factor = (i: number, j: number): number => 1.5 * Math.exp(0.4 * normalQuantile(draw(3, i, j, 0, 0)));
    const rounds = 2_000;
    let covered = 0;
    for (let i = 0; i < rounds; i++) {
      const p90 = overrunOf(Array.from({ length: 6 }, (_, j) => factor(i, j)))?.p90 ?? 0;
      if (factor(i, 99) <= p90) covered++;
    }
    // Four standard errors of 2,000 draws.
    expect(Math.abs(covered / rounds - 0.9)).toBeLessThan(0.027);
  });
});
