import { describe, expect, it } from 'vitest';
import { draw, logNormal, normalQuantile } from './draw.ts';

type Arguments = [seed: number, scenario: number, target: number, step: number, attempt: number];

const DRAWS = 100_000;
const BINS = 100;
/** Chi-square of 99 degrees of freedom stays below this in all but one of a hundred million honest samples. */
const CHI_SQUARE_MAX = 190;
const AXES = ['seed', 'scenario', 'target', 'step', 'attempt'].map((name, axis) => ({ name, axis }));

function alongAxis(axis: number, i: number): Arguments {
  const base: Arguments = [7, 3, 11, 2, 1];
  base[axis] = i;
  return base;
}

function chiSquare(counts: readonly number[], expected: number): number {
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe('draw', () => {
  it.each(AXES)('uniform along one argument ($name)', ({ axis }) => {
    const counts = Array.from({ length: BINS }, () => 0);
    for (let i = 0; i < DRAWS; i++) {
      const bin = Math.floor(draw(...alongAxis(axis, i)) * BINS);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    expect(chiSquare(counts, DRAWS / BINS)).toBeLessThan(CHI_SQUARE_MAX);
  });

  it.each(AXES)('neighbours along one argument are independent ($name)', ({ axis }) => {
    const side = 10;
    const counts = Array.from({ length: side * side }, () => 0);
    for (let i = 0; i < DRAWS; i++) {
      const pair = Math.floor(draw(...alongAxis(axis, i)) * side) * side + Math.floor(draw(...alongAxis(axis, i + 1)) * side);
      counts[pair] = (counts[pair] ?? 0) + 1;
    }
    expect(chiSquare(counts, DRAWS / (side * side))).toBeLessThan(CHI_SQUARE_MAX);
  });

  it('arguments are not interchangeable: the same numbers in other places draw anew', () => {
    const drawn = new Set([
      draw(1, 2, 3, 4, 5),
      draw(2, 1, 3, 4, 5),
      draw(1, 3, 2, 4, 5),
      draw(1, 2, 4, 3, 5),
      draw(1, 2, 3, 5, 4),
      draw(5, 4, 3, 2, 1),
    ]);
    expect(drawn.size).toBe(6);
  });

  it('equal arguments draw equally, and always the same on every machine', () => {
    expect(draw(42, 0, 17, 3, 1)).toBe(draw(42, 0, 17, 3, 1));
    expect([draw(0, 0, 0, 0, 0), draw(1, 2, 3, 4, 5), draw(-1, 0, 99_999, 15, 2)]).toMatchInlineSnapshot(`
      [
        0.34293179505039006,
        0.6893941409653053,
        0.17317722726147622,
      ]
    `);
  });

  it('stays inside (0, 1), so that its quantile is finite', () => {
    let [low, high] = [1, 0];
    for (let i = 0; i < DRAWS; i++) {
      const u = draw(9, i, i * 31, 0, 0);
      low = Math.min(low, u);
      high = Math.max(high, u);
    }
    expect(low).toBeGreaterThan(0);
    expect(high).toBeLessThan(1);
  });
});

describe('normal quantile', () => {
  const known: [number, number][] = [
    [0.5, 0],
    [0.75, 0.674489750196082],
    [0.9, 1.2815515655446],
    [0.975, 1.95996398454005],
    [0.99, 2.32634787404084],
    [0.999, 3.09023230616781],
    [0.001, -3.09023230616781],
    [0.0000001, -5.19933758219274],
  ];
  it.each(known)('at %d it is %d', (p, z) => {
    expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(1e-8);
  });

  it('is odd around one half and rises, also where the approximation changes over', () => {
    let last = Number.NEGATIVE_INFINITY;
    for (let i = 1; i < 10_000; i++) {
      const z = normalQuantile(i / 10_000);
      expect(z).toBeGreaterThan(last);
      expect(Math.abs(z + normalQuantile(1 - i / 10_000))).toBeLessThan(1e-7);
      last = z;
    }
  });

  it('lognormal: the median at one half, one log standard deviation at 84.1 %, no spread with sd 0', () => {
    expect(logNormal(12, 0.3, 0.5)).toBeCloseTo(12, 12);
    expect(logNormal(12, 0.3, 0.841344746068543)).toBeCloseTo(12 * Math.exp(0.3), 6);
    expect(logNormal(12, 0, 0.99)).toBe(12);
  });
});
