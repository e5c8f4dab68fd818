import { describe, expect, it } from 'vitest';
import { curvePicture, readAt, type CurveData } from './run-curve.ts';

const data: CurveData = {
  baseline: 200,
  planned: [10, 50, 75, 95, 100].map((share) => ({
    share,
    p10Min: share * 0.8,
    p50Min: share,
    p90Min: share === 100 ? null : share * 1.5,
  })),
  actual: [
    [20, 10],
    [40, 100],
    [60, 150],
  ],
  capacity: [],
  nowMin: 70,
  frozen: { '50': { p50Min: 50, p90Min: 75 }, '75': { p50Min: 75, p90Min: null }, '95': { p50Min: null, p90Min: null } },
  rolling: { '50': { p50Min: 40, p90Min: 40 }, '75': { p50Min: 80, p90Min: 90 }, '95': { p50Min: 100, p90Min: 140 } },
  northStarMin: 30,
  windowEndMin: 100_000,
  turnBackMin: null,
  needed: 190,
};
const room = { widthPx: 800, heightPx: 300 };

describe('curvePicture', () => {
  it('places minutes and shares, and reads a place back as its minute', () => {
    const { x, minAt, plot, shares } = curvePicture(data, room);
    expect(x(0)).toBe(plot.left);
    expect(minAt(x(50))).toBeCloseTo(50, 0);
    expect(minAt(-100)).toBe(0);
    expect(shares.find(({ percent }) => percent === 95)).toMatchObject({ count: 190 });
    expect(shares.map(({ y }) => y)).toEqual(shares.map(({ y }) => y).toSorted((a, b) => b - a));
  });

  it('steps to the right and then up, and goes on level until now', () => {
    const { actual, x, plot } = curvePicture(data, room);
    expect(actual.startsWith(`M${plot.left} ${plot.bottom}H${x(20)}V`)).toBe(true);
    expect(actual.endsWith(`H${x(70)}`)).toBe(true);
  });

  it('keeps frozen marks for ever, and lets rolling ones go once they are reached', () => {
    const { frozen, rolling, x } = curvePicture(data, room);
    expect(frozen.map(({ mark, p50X, p90X }) => [mark, p50X, p90X])).toEqual([
      ['50', x(50), x(75)],
      ['75', x(75), null],
      ['95', null, null],
    ]);
    expect(rolling.map(({ mark }) => mark)).toEqual(['75', '95']);
  });

  it('does not let a far window squeeze the picture', () => {
    const { uprights, endMin } = curvePicture(data, room);
    expect(endMin).toBeLessThan(300);
    expect(uprights.map(({ kind }) => kind)).toEqual(['goal', 'now']);
  });

  it('draws nothing of what is not there, and no NaN', () => {
    const empty = curvePicture(
      {
        ...data,
        baseline: 0,
        planned: [],
        actual: [],
        nowMin: null,
        frozen: null,
        rolling: null,
        northStarMin: null,
        windowEndMin: null,
        needed: 0,
      },
      { widthPx: 0, heightPx: 300 },
    );
    expect([empty.fan, empty.median, empty.actual, empty.neededY]).toEqual(['', '', '', null]);
    expect(JSON.stringify(empty)).not.toContain('NaN');
  });
});

describe('readAt', () => {
  it('cuts planned counts and knows nothing of the future', () => {
    expect(readAt(data, 50)).toEqual({ min: 50, planned: { late: 20, mid: 100, soon: 100 }, actual: 100, capacity: null });
    expect(readAt(data, 71).actual).toBeNull();
    expect(readAt({ ...data, planned: [] }, 10).planned).toBeNull();
  });
});
