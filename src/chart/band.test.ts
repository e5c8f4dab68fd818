import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawnLine, pictureEndMin, shareAt, shareLine } from './band.ts';

const point = (share: number, p50Min: number | null): { share: number; p50Min: number | null } => ({ share, p50Min });

describe('band', () => {
  it('a line rises in both, without what was not reached and what is no number', () => {
    const points = [point(50, 30), point(1, 20), point(40, 31), point(99, null), point(98, Number.NaN), point(101, 40), point(0, 1)];
    expect(shareLine(points, 'p50Min')).toEqual([
      [20, 1],
      [31, 40],
      [31, 50],
    ]);
  });

  it('drawn: from nothing, and level to the edge where no more is reached', () => {
    expect(
      drawnLine(
        [
          [20, 1],
          [30, 60],
        ],
        50,
      ),
    ).toEqual([
      [0, 0],
      [20, 0],
      [20, 1],
      [30, 60],
      [50, 60],
    ]);
  });

  it('drawn: cut at the edge on the way to what lies beyond it', () => {
    expect(
      drawnLine(
        [
          [20, 40],
          [60, 80],
        ],
        40,
      ).at(-1),
    ).toEqual([40, 60]);
    expect(drawnLine([[20, 40]], 10)).toEqual([
      [0, 0],
      [10, 0],
    ]);
  });

  it('drawn: any line stays inside the picture and never falls', () => {
    const line = fc.array(fc.tuple(fc.double({ min: 0, max: 1e4, noNaN: true }), fc.integer({ min: 1, max: 100 })), { maxLength: 30 });
    fc.assert(
      fc.property(line, fc.double({ min: 0.1, max: 1e4, noNaN: true }), (points, endMin) => {
        const drawn = drawnLine(
          shareLine(
            points.map(([min, share]) => point(share, min)),
            'p50Min',
          ),
          endMin,
        );
        expect(drawn.every(([min, share]) => min >= 0 && min <= endMin && share >= 0 && share <= 100)).toBe(true);
        expect(drawn.every(([min, share], i) => i === 0 || (min >= (drawn[i - 1]?.[0] ?? 0) && share >= (drawn[i - 1]?.[1] ?? 0)))).toBe(
          true,
        );
        expect(drawn.at(-1)?.[0]).toBe(endMin);
      }),
    );
  });

  it('shareAt: what is back at a minute, its own moment included', () => {
    const line = [
      [20, 10],
      [30, 50],
    ] as const;
    expect([0, 19.9, 20, 29, 30, 99].map((min) => shareAt(line, min))).toEqual([0, 0, 10, 10, 50, 50]);
  });

  it('the picture goes to the forecast and the goal, to other plans while they are near, and never to a far tail', () => {
    const end = (own: number | null, within: number | null, ifNear: number | null): number =>
      pictureEndMin({ own: [own], within: [within], ifNear: [ifNear] }) / 1.06;
    expect(end(100, 60, null)).toBeCloseTo(100);
    expect(end(100, 120, null)).toBeCloseTo(120);
    expect(end(100, null, 240)).toBeCloseTo(240);
    expect(end(100, null, 260)).toBeCloseTo(100);
    expect(end(null, null, 260)).toBeCloseTo(260);
    expect(pictureEndMin({ own: [null], within: [], ifNear: [] })).toBe(0.1);
  });
});
