import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { focusScale } from './focus-scale.ts';

describe('focus scale', () => {
  it('one scale where nothing lies far out', () => {
    const scale = focusScale({ focusFromMin: 0, focusToMin: 480, leastMin: -60, mostMin: 500 }, 0, 560);
    expect(scale.breaksPx).toEqual([]);
    expect([-60, 0, 500].map((min) => Math.round(scale.place(min)))).toEqual([0, 60, 560]);
  });

  it('long ends get a fifth of the width each, the middle the rest', () => {
    const scale = focusScale({ focusFromMin: 0, focusToMin: 480, leastMin: -1_440, mostMin: 5_760 }, 0, 500);
    expect(scale.breaksPx).toEqual([100, 400]);
    expect([-1_440, 0, 240, 480, 5_760].map((min) => Math.round(scale.place(min)))).toEqual([0, 100, 250, 400, 500]);
    expect(scale.ticks).toContain(0);
    expect(scale.ticks.some((min) => min > 480)).toBe(true);
  });

  it('any range is placed in order, inside, with ticks that leave one another room', () => {
    const time = fc.double({ min: -100_000, max: 100_000, noNaN: true });
    fc.assert(
      fc.property(time, time, time, time, (focusFromMin, focusToMin, leastMin, mostMin) => {
        const scale = focusScale({ focusFromMin, focusToMin, leastMin, mostMin }, 0, 546);
        const places = [leastMin, focusFromMin, focusToMin, mostMin].toSorted((a, b) => a - b).map(scale.place);
        expect(places.every((px, i) => px >= 0 && px <= 546 && px >= (places[i - 1] ?? 0))).toBe(true);
        const ticks = scale.ticks.map(scale.place);
        expect(ticks.every((px, i) => i === 0 || px - (ticks[i - 1] ?? 0) > 50)).toBe(true);
      }),
    );
  });
});
