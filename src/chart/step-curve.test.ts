import { describe, expect, it } from 'vitest';
import { cleanPoints, countAt, minuteTicks, reachedMin } from './step-curve.ts';

describe('step curve', () => {
  it('points: sorted, one a moment, inside the baseline, without what is no number', () => {
    const points = [
      [5, 9],
      [1, 2],
      [1, 3],
      [-2, 1],
      [Number.NaN, 4],
      [7, Number.POSITIVE_INFINITY],
    ] as const;
    expect(cleanPoints(points, 8)).toEqual([
      [0, 1],
      [1, 3],
      [5, 8],
    ]);
  });

  it('shares are rounded up, as the marks of a run are (95 % of 42 is 40)', () => {
    expect([50, 75, 95, 100].map((percent) => countAt(percent, 42))).toEqual([21, 32, 40, 42]);
    expect(
      reachedMin(
        [
          [3, 39],
          [4, 40],
        ],
        95,
        42,
      ),
    ).toBe(4);
    expect(reachedMin([[3, 39]], 95, 42)).toBeNull();
  });

  const ticks: [number, number, number[]][] = [
    [0.9, 4, [0, 0.5]],
    [75, 8, [0, 10, 20, 30, 40, 50, 60, 70]],
    [125, 4, [0, 60, 120]],
    [4_320, 4, [0, 1_440, 2_880, 4_320]],
  ];
  it.each(ticks)('ticks: %d minutes in at most %d steps', (end, max, expected) => {
    expect(minuteTicks(end, max)).toEqual(expected);
  });
});
