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
  let at = fromMin;
  let units = unitsAt(capacity, fromMin);
  let left = unitMinutes;
  for (const [next, there] of capacity) {
    if (next <= at) continue;
    const passed = (next - at) * units;
    if (passed >= left) break;
    left -= passed;
    at = next;
    units = there;
  }
  if (left <= 0) return at;
  return units === 0 ? Infinity : at + left / units;
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
