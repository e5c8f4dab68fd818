// Lower bounds of the makespan, in ticks, that need no more than heads, tails and sums.
import { must } from '../../std/assert.ts';
import { mostUnits, timeOfWork } from './calendar.ts';
import type { Network } from './network.ts';
import type { TimedMode } from './timed.ts';

/** What an activity needs at the very least, over its modes. */
export interface Least {
  readonly head: number;
  readonly tail: number;
  readonly duration: number;
  /** By resource: units, if it lasts at all, and units x duration. */
  readonly units: readonly number[];
  readonly work: readonly number[];
}

export function leastOf({ timed, head, tail }: Network): Least[] {
  return timed.activities.map(({ modes }, j) => {
    const least = (of: (mode: TimedMode) => number): number => Math.min(...modes.map(of));
    return {
      head: head[j] as number,
      tail: tail[j] as number,
      duration: least(({ duration }) => duration),
      units: timed.resources.map((_, r) => least(({ duration, demands }) => (duration > 0 ? (demands[r] ?? 0) : 0))),
      work: timed.resources.map((_, r) => least(({ duration, demands }) => duration * (demands[r] ?? 0))),
    };
  });
}

export function criticalPath(least: readonly Least[]): number {
  return Math.max(0, ...least.map(({ head, duration, tail }) => head + duration + tail));
}

/** For all activities with at least some head and some tail: after the head, before the tail, their work has to pass. */
export function resourceWindows({ timed }: Network, least: readonly Least[]): number {
  let bound = 0;
  for (const [r, { capacity }] of timed.resources.entries()) {
    const users = least.filter(({ work }) => (work[r] ?? 0) > 0).sort((a, b) => b.tail - a.tail);
    for (const from of new Set(users.map(({ head }) => head))) {
      let work = 0;
      for (const each of users) {
        if (each.head < from) continue;
        work += each.work[r] ?? 0;
        bound = Math.max(bound, timeOfWork(capacity, from, work) + each.tail);
      }
    }
  }
  return bound;
}

/**
 * Sets of activities no two of which can run side by side, as one waits for the other or both are more than a resource ever has; each set
 * grown from one activity, the longest first. After A. Mingozzi, V. Maniezzo, S. Ricciardelli, L. Bianco, Management Science 44, 1998.
 */
export function disjunctive(network: Network, least: readonly Least[]): number {
  const apart = neverTogether(network, least);
  const byDuration = [...least.keys()].filter((j) => durationOf(least, j) > 0).sort((a, b) => durationOf(least, b) - durationOf(least, a));
  let bound = 0;
  for (const first of byDuration) {
    const set = [first];
    for (const j of byDuration) if (set.every((i) => apart[i * least.length + j] === 1)) set.push(j);
    bound = Math.max(bound, oneAfterTheOther(set.map((j) => must(least[j], 'activity'))));
  }
  return bound;
}

function oneAfterTheOther(set: readonly Least[]): number {
  const byTail = set.toSorted((a, b) => b.tail - a.tail);
  let bound = 0;
  for (const from of new Set(set.map(({ head }) => head))) {
    let end = from;
    for (const each of byTail) {
      if (each.head < from) continue;
      end += each.duration;
      bound = Math.max(bound, end + each.tail);
    }
  }
  return bound;
}

/** A matrix: 1 where two activities can never run at the same time. */
function neverTogether({ timed, count, order, successors }: Network, least: readonly Least[]): Uint8Array {
  const apart = new Uint8Array(count * count);
  for (const j of order.toReversed())
    for (let s = successors.from[j] as number; s < (successors.from[j + 1] as number); s++) {
      const next = successors.at[s] as number;
      for (let k = 0; k < count; k++) if (k === next || apart[next * count + k] === 1) apart[j * count + k] = 1;
    }
  const most = timed.resources.map(({ capacity }) => mostUnits(capacity, 0));
  const tooMuch = (a: Least, b: Least): boolean => most.some((units, r) => (a.units[r] ?? 0) + (b.units[r] ?? 0) > units);
  for (const [i, a] of least.entries())
    for (const [j, b] of least.entries())
      if (i < j && (apart[i * count + j] === 1 || apart[j * count + i] === 1 || tooMuch(a, b)))
        apart[i * count + j] = apart[j * count + i] = 1;
  return apart;
}

function durationOf(least: readonly Least[], j: number): number {
  return least[j]?.duration ?? 0;
}
