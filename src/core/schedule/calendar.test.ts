// Capacity over time: what is there, for how long, and when work has passed through it.
import { describe, expect, it } from 'vitest';
import { earliestStretch, longestStretch, meanTimeOfWork, timeOfWork, mostUnits, unitsAt } from './calendar.ts';
import type { CapacityStep } from './problem.ts';

/** Three from minute 10, none from 20, two from 30, four from 50 on. */
const shifts: readonly CapacityStep[] = [
  [10, 3],
  [20, 0],
  [30, 2],
  [50, 4],
];

describe('calendar', () => {
  it('units: none before the first step, and the last holds for ever', () => {
    expect([0, 10, 19.5, 20, 30, 1e9].map((minute) => unitsAt(shifts, minute))).toEqual([0, 3, 3, 0, 2, 4]);
    expect(unitsAt([], 5)).toBe(0);
  });

  it('most units: from a minute on, the step that holds there included', () => {
    expect(mostUnits(shifts, 0)).toBe(4);
    expect(mostUnits(shifts.slice(0, 3), 12)).toBe(3);
    expect(mostUnits(shifts.slice(0, 3), 20)).toBe(2);
  });

  it('earliest stretch: begins where it fits whole, and a step that has enough does not end it', () => {
    expect(earliestStretch(shifts, 2, 10, 0)).toBe(10);
    expect(earliestStretch(shifts, 2, 11, 0)).toBe(30);
    expect(earliestStretch(shifts, 2, 6, 15)).toBe(30);
    expect(earliestStretch(shifts, 2, 5, 15)).toBe(15);
    expect(earliestStretch(shifts, 5, 1, 0)).toBe(Infinity);
    expect(earliestStretch(shifts, 0, 100, 3)).toBe(3);
  });

  it('longest stretch: without end where the last step has enough', () => {
    expect(longestStretch(shifts, 1, 0)).toBe(Infinity);
    expect(longestStretch(shifts.slice(0, 2), 1, 0)).toBe(10);
    expect(longestStretch(shifts.slice(0, 2), 1, 14)).toBe(6);
    expect(longestStretch(shifts.slice(0, 2), 4, 0)).toBe(0);
  });

  it('work: passes at the rate of the units that are there', () => {
    expect(timeOfWork(shifts, 0, 0)).toBe(0);
    expect(timeOfWork(shifts, 0, 15)).toBe(15);
    expect(timeOfWork(shifts, 0, 30)).toBe(20);
    expect(timeOfWork(shifts, 0, 34)).toBe(32);
    expect(timeOfWork(shifts, 15, 15 + 40 + 8)).toBe(52);
    expect(timeOfWork(shifts.slice(0, 2), 0, 31)).toBe(Infinity);
  });

  it('mean minute of work: halves of it before and after, weighed', () => {
    expect(meanTimeOfWork(shifts, 10, 30)).toBe(15);
    expect(meanTimeOfWork(shifts, 0, 30 + 4)).toBeCloseTo((30 * 15 + 4 * 31) / 34);
    expect(meanTimeOfWork(shifts.slice(0, 2), 0, 31)).toBe(Infinity);
  });
});
