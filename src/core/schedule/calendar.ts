// Questions to a resource's capacity over time, which is given as steps [fromMin, units].
import type { CapacityStep } from './problem.ts';

/** The units there are at a minute. */
export function unitsAt(capacity: readonly CapacityStep[], minute: number): number {
  return capacity.findLast(([fromMin]) => fromMin <= minute)?.[1] ?? 0;
}

/** The most units there ever are from a minute on. */
export function mostUnits(capacity: readonly CapacityStep[], fromMin: number): number {
  return Math.max(unitsAt(capacity, fromMin), ...capacity.filter(([at]) => at > fromMin).map(([, units]) => units));
}

/** The first minute, from a given one on, at which so many units are there for so long; Infinity when there is none. */
export function earliestStretch(capacity: readonly CapacityStep[], units: number, durationMin: number, fromMin: number): number {
  const stretches = stretchesWith(capacity, units, fromMin);
  return stretches.find(([start, end]) => start + durationMin <= end)?.[0] ?? Infinity;
}

/** Minutes of the longest stretch, from a minute on, in which so many units are there all the time; Infinity when it has no end. */
export function longestStretchMin(capacity: readonly CapacityStep[], units: number, fromMin: number): number {
  return Math.max(0, ...stretchesWith(capacity, units, fromMin).map(([start, end]) => end - start));
}

/** When so many unit-minutes have passed that were there from a minute on; Infinity when they never will. */
export function minuteOfWork(capacity: readonly CapacityStep[], fromMin: number, unitMinutes: number): number {
  return workFrom(capacity, fromMin, unitMinutes).endMin;
}

/** The mean minute at which those unit-minutes pass. */
export function meanMinuteOfWork(capacity: readonly CapacityStep[], fromMin: number, unitMinutes: number): number {
  return workFrom(capacity, fromMin, unitMinutes).meanMin;
}

function workFrom(capacity: readonly CapacityStep[], fromMin: number, unitMinutes: number): { endMin: number; meanMin: number } {
  let at = fromMin;
  let units = unitsAt(capacity, fromMin);
  let left = unitMinutes;
  let moment = 0;
  const pass = (until: number, work: number): void => {
    moment += (work * (at + until)) / 2;
    left -= work;
    at = until;
  };
  for (const [next, there] of capacity) {
    if (next <= at) continue;
    const work = (next - at) * units;
    if (work >= left) break;
    pass(next, work);
    units = there;
  }
  if (left > 0 && units === 0) return { endMin: Infinity, meanMin: Infinity };
  if (left > 0) pass(at + left / units, left);
  return { endMin: at, meanMin: unitMinutes > 0 ? moment / unitMinutes : fromMin };
}

/** The longest stretches [start, end) from a minute on that have so many units all the time. */
function stretchesWith(capacity: readonly CapacityStep[], units: number, fromMin: number): (readonly [number, number])[] {
  const stretches: (readonly [number, number])[] = [];
  let since = unitsAt(capacity, fromMin) >= units ? fromMin : null;
  for (const [at, there] of capacity) {
    if (at <= fromMin || there >= units === (since !== null)) continue;
    if (since !== null) stretches.push([since, at]);
    since = since === null ? at : null;
  }
  if (since !== null) stretches.push([since, Infinity]);
  return stretches;
}
