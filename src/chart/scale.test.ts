import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeScale, showMinutes, ticksBetween, timeScale, timeUnitOf } from './scale.ts';

describe('scale', () => {
  it.each([
    [0.5, '30 s'],
    [161, '2 h 41 min'],
    [-30, '-30 min'],
    [7 * 1_440, '7 d'],
    [400 * 1_440, '400 d'],
    [4_306 * 1_440, '4,306 d'],
  ])('showMinutes: %d reads %s', (min, words) => {
    expect(showMinutes(min)).toBe(words);
  });

  it('showMinutes: what was not reached, and what is no time, has the words of the caller', () => {
    expect([showMinutes(null), showMinutes(Number.NaN, 'never'), showMinutes(null, '>336 h')]).toEqual([
      'not within the horizon',
      'never',
      '>336 h',
    ]);
  });

  it('units: minutes, hours, days, by how far an axis goes', () => {
    expect([60, 180, 181, 5_760, 5_761].map((end) => timeUnitOf(end).words)).toEqual(['minutes', 'minutes', 'hours', 'hours', 'days']);
  });

  it('ticks: round, with zero among them when it is in range', () => {
    expect(ticksBetween(-90, 100, 4)).toEqual([-60, 0, 60]);
    expect(ticksBetween(480, 4_300, 2)).toEqual([2_880]);
    expect(ticksBetween(0, 0.9, 4)).toEqual([0, 0.5]);
  });

  it('ticks: of any range are few and inside', () => {
    const times = fc.double({ min: -50_000_000, max: 50_000_000, noNaN: true });
    fc.assert(
      fc.property(times, times, fc.integer({ min: 1, max: 12 }), (from, to, max) => {
        const ticks = ticksBetween(from, to, max);
        expect(ticks.length).toBeLessThanOrEqual(max + 1);
        expect(ticks.every((min) => min >= from - 0.1 && min <= to + 0.1)).toBe(true);
      }),
    );
  });

  it('times: linear from zero, by powers of ten where they lie far apart', () => {
    const near = timeScale([60, 162], 0, 100, 6);
    expect([near.log, near.place(0)]).toEqual([false, 0]);
    const far = timeScale([60, 6_000_000], 100, 0, 6);
    expect(far.log).toBe(true);
    expect(far.ticks.map(({ words }) => words)).toEqual(['1 h', '10 h', '4 d', '40 d', '1 year', '10 years']);
    expect(far.place(600)).toBeLessThan(far.place(60));
  });

  it('times: any of them are placed in order and inside', () => {
    const times = fc.array(fc.double({ min: 0, max: 5e7, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(times, (list) => {
        const { place } = timeScale(list, 10, 500, 6);
        const places = list.toSorted((a, b) => a - b).map(place);
        expect(places.every((px, i) => px >= 10 && px <= 500 && px >= (places[i - 1] ?? 10))).toBe(true);
      }),
    );
  });

  it('nodes: one decade as wide as the next', () => {
    const { place, ticks } = nodeScale(10_000, 0, 400);
    expect([1, 10, 100, 1_000, 10_000].map((nodes) => Math.round(place(nodes)))).toEqual([0, 100, 200, 300, 400]);
    expect(ticks.map(({ words }) => words)).toEqual(['1', '10', '100', '1,000', '10,000']);
  });
});
