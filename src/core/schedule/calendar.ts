// Questions to a resource's capacity over time, which is given as steps [from, units]. Times are in any one unit.
import type { CapacityStep } from './problem.ts';

/** The units there are at a time. */
export function unitsAt(capacity: readonly CapacityStep[], time: number): number {
  return capacity.findLast(([from]) => from <= time)?.[1] ?? 0;
}

/** The most units there ever are from a time on. */
export function mostUnits(capacity: readonly CapacityStep[], from: number): number {
  return Math.max(unitsAt(capacity, from), ...capacity.filter(([at]) => at > from).map(([, units]) => units));
}

/** The first time, not before `from`, at which so many units are there for so long; Infinity when there is none. */
export function earliestStretch(capacity: readonly CapacityStep[], units: number, duration: number, from: number): number {
  return stretchesWith(capacity, units, from).find(([start, end]) => start + duration <= end)?.[0] ?? Infinity;
}

/** How long the longest stretch from a time on is in which so many units are there all the time; Infinity when it has no end. */
export function longestStretch(capacity: readonly CapacityStep[], units: number, from: number): number {
  return Math.max(0, ...stretchesWith(capacity, units, from).map(([start, end]) => end - start));
}

/** When so much work, in units x time, has passed through what is there from a time on; Infinity when it never will. */
export function timeOfWork(capacity: readonly CapacityStep[], from: number, work: number): number {
  return passing(capacity, from, work).end;
}

/** The mean time at which that work passes. */
export function meanTimeOfWork(capacity: readonly CapacityStep[], from: number, work: number): number {
  return passing(capacity, from, work).mean;
}

function passing(capacity: readonly CapacityStep[], from: number, work: number): { readonly end: number; readonly mean: number } {
  let at = from;
  let units = unitsAt(capacity, from);
  let left = work;
  let moment = 0;
  const pass = (until: number, part: number): void => {
    moment += (part * (at + until)) / 2;
    left -= part;
    at = until;
  };
  for (const [next, there] of capacity) {
    if (next <= at) continue;
    const part = (next - at) * units;
    if (part >= left) break;
    pass(next, part);
    units = there;
  }
  if (left > 0 && units === 0) return { end: Infinity, mean: Infinity };
  if (left > 0) pass(at + left / units, left);
  return { end: at, mean: work > 0 ? moment / work : from };
}

/** The stretches [start, end) from a time on that have so many units all the time, each as long as can be. */
function stretchesWith(capacity: readonly CapacityStep[], units: number, from: number): (readonly [number, number])[] {
  const stretches: (readonly [number, number])[] = [];
  let since = unitsAt(capacity, from) >= units ? from : null;
  for (const [at, there] of capacity) {
    if (at <= from || there >= units === (since !== null)) continue;
    if (since !== null) stretches.push([since, at]);
    since = since === null ? at : null;
  }
  if (since !== null) stretches.push([since, Infinity]);
  return stretches;
}
