// A project with all its times as whole ticks since its start, where a tick is the longest time of which all are multiples. Whole numbers
// make sums exact, and long ticks make the search fast.
import { assert } from '../../std/assert.ts';
import type { Activity, CapacityStep, Project } from './problem.ts';

export interface Timed {
  readonly tickMin: number;
  readonly resources: readonly TimedResource[];
  readonly activities: readonly TimedActivity[];
}

export interface TimedResource {
  readonly name: string;
  readonly capacity: readonly CapacityStep[];
}

export interface TimedActivity {
  readonly name: string;
  readonly release: number;
  readonly modes: readonly TimedMode[];
}

export interface TimedMode {
  /** In the project's activity. */
  readonly index: number;
  readonly duration: number;
  readonly demands: readonly number[];
}

/** A project that contradicts its own types (an unsorted calendar, a negative duration) is a bug of the caller. */
export function inTicks(project: Project): Timed {
  checkShape(project);
  const { fromMin, activities, resources } = project;
  const since = (clockMin: number): number => wholeSeconds(clockMin - fromMin);
  const seconds = [
    ...activities.flatMap(({ modes }) => modes.map(({ durationMin }) => secondsUp(durationMin))),
    ...activities.map(({ releaseMin }) => Math.max(0, since(releaseMin ?? fromMin))),
    ...resources.flatMap(({ capacity }) => capacity.map(([at]) => Math.max(0, since(at)))),
  ];
  const tick = seconds.reduce(greatestCommonDivisor, 0) || 1;
  return {
    tickMin: tick / 60,
    resources: resources.map(({ name, capacity }) => ({
      name,
      // What changes before the start need not be on a tick.
      capacity: capacity.map(([at, units]) => [Math.max(-1, since(at) / tick), units] as const),
    })),
    activities: activities.map(({ name, modes, releaseMin }) => ({
      name,
      release: Math.max(0, since(releaseMin ?? fromMin)) / tick,
      modes: modes.map(({ durationMin, demands }, index) => ({ index, duration: secondsUp(durationMin) / tick, demands })),
    })),
  };
}

/** A clock time must be there to the second; a sum of binary fractions may miss it by a little. */
function wholeSeconds(minutes: number): number {
  const seconds = Math.round(minutes * 60);
  assert(Math.abs(minutes * 60 - seconds) < 1e-3, `a time of the project is not on a whole second: ${minutes} min after its start`);
  return seconds;
}

/** 20.1 minutes are 1206 seconds, although 20.1 x 60 is a little more in binary fractions. */
function secondsUp(minutes: number): number {
  return Math.ceil(minutes * 60 - 1e-6);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function checkShape({ activities, resources }: Project): void {
  assert(activities.length < 2 ** 16, 'a project has at most 65,535 activities');
  for (const { name, capacity } of resources) {
    const ascends = capacity.every(([at], i) => i === 0 || at > (capacity[i - 1]?.[0] ?? Infinity));
    assert(ascends, `the capacity of ${name} is not sorted by time`);
    assert(
      capacity.every(([, units]) => isCount(units)),
      `the capacity of ${name} is no whole number of units`,
    );
  }
  for (const activity of activities) checkActivity(activity, resources.length, activities.length);
}

function checkActivity({ name, modes, successors }: Activity, resources: number, activities: number): void {
  assert(modes.length > 0, `${name} has no mode`);
  assert(
    modes.every(({ durationMin }) => durationMin >= 0 && durationMin < Infinity),
    `${name} has a mode of no or negative duration`,
  );
  assert(
    modes.every(({ demands }) => demands.length === resources && demands.every(isCount)),
    `${name} does not say for each resource how many units it takes`,
  );
  assert(
    successors.every((k) => Number.isInteger(k) && k >= 0 && k < activities),
    `${name} has an unknown successor`,
  );
}

function isCount(units: number): boolean {
  return Number.isInteger(units) && units >= 0 && units < 2 ** 31;
}
