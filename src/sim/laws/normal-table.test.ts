import { describe, expect, it } from 'vitest';
import { normalQuantile } from '../../std/draw.ts';
import { expOf } from './exponential.ts';
import { normalOf } from './normal-table.ts';

describe('the normal table', () => {
  it('is off by at most 1.1e-5 anywhere', () => {
    let worst = 0;
    for (let i = 1; i < 1_000_000; i++) worst = Math.max(worst, Math.abs(normalOf(i / 1_000_000) - normalQuantile(i / 1_000_000)));
    expect(worst).toBeLessThan(1.1e-5);
    expect(worst).toBeGreaterThan(0);
  });

  it('is exact in the tails, down to the smallest draw', () => {
    for (const u of [0.5 / 2 ** 32, 1e-6, 1e-3, 1 / 65]) {
      expect(normalOf(u)).toBe(normalQuantile(u));
      expect(normalOf(1 - u)).toBe(normalQuantile(1 - u));
    }
  });

  it('never turns back', () => {
    const values = Array.from({ length: 99_999 }, (_, i) => normalOf((i + 1) / 100_000));
    expect(values.filter((value, i) => i > 0 && value <= (values[i - 1] as number))).toEqual([]);
  });
});

describe('the exponential table', () => {
  it('is off by at most 4e-9 of itself', () => {
    let worst = 0;
    for (let x = -30; x < 30; x += 0.000_37) worst = Math.max(worst, Math.abs(expOf(x) / Math.exp(x) - 1));
    expect(worst).toBeLessThan(4e-9);
  });

  it('ends at numbers, however far out it is asked', () => {
    for (const x of [701, 1e9, Number.POSITIVE_INFINITY]) expect(expOf(x)).toBeCloseTo(Math.exp(700), -300);
    for (const x of [-701, -1e9, Number.NEGATIVE_INFINITY]) expect(expOf(x)).toBeLessThan(1e-303);
  });
});
