// Lower bounds of the makespan that need no more than heads, tails and sums. Times are minutes from the project's start.
import { must } from '../../std/assert.ts';
import { minuteOfWork, mostUnits } from './calendar.ts';
import type { Mode } from './problem.ts';
import type { Network } from './network.ts';

/** What an activity needs at the very least, over its modes. */
export interface Least {
  readonly headMin: number;
  readonly tailMin: number;
  readonly durationMin: number;
  /** By resource: units, while there is a duration, and unit-minutes. */
  readonly units: readonly number[];
  readonly work: readonly number[];
}

export function leastOf(network: Network): Least[] {
  const { project, usable, tickMin, head, tail } = network;
  return project.activities.map((_, j) => {
    const modes = must(usable[j], 'modes');
    const least = (of: (mode: Mode) => number): number => Math.min(...modes.map(of));
    return {
      headMin: (head[j] as number) * tickMin,
      tailMin: (tail[j] as number) * tickMin,
      durationMin: least(({ durationMin }) => durationMin),
      units: project.resources.map((_, r) => least(({ durationMin, demands }) => (durationMin > 0 ? (demands[r] ?? 0) : 0))),
      work: project.resources.map((_, r) => least(({ durationMin, demands }) => durationMin * (demands[r] ?? 0))),
    };
  });
}

export function criticalPath(least: readonly Least[]): number {
  return Math.max(0, ...least.map(({ headMin, durationMin, tailMin }) => headMin + durationMin + tailMin));
}

/** For all activities with at least some head and some tail: after the head, before the tail, their work has to pass. */
export function resourceWindows({ project }: Network, least: readonly Least[]): number {
  let bound = 0;
  for (const [r, { capacity }] of project.resources.entries()) {
    const users = least.filter(({ work }) => (work[r] ?? 0) > 0).sort((a, b) => b.tailMin - a.tailMin);
    for (const from of new Set(users.map(({ headMin }) => headMin))) {
      let work = 0;
      for (const each of users) {
        if (each.headMin < from) continue;
        work += each.work[r] ?? 0;
        bound = Math.max(bound, minuteOfWork(capacity, project.fromMin + from, work) - project.fromMin + each.tailMin);
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
  const byTail = set.toSorted((a, b) => b.tailMin - a.tailMin);
  let bound = 0;
  for (const from of new Set(set.map(({ headMin }) => headMin))) {
    let end = from;
    for (const each of byTail) {
      if (each.headMin < from) continue;
      end += each.durationMin;
      bound = Math.max(bound, end + each.tailMin);
    }
  }
  return bound;
}

/** A matrix: 1 where two activities can never run at the same time. */
function neverTogether({ project, count, order, successors }: Network, least: readonly Least[]): Uint8Array {
  const apart = new Uint8Array(count * count);
  for (const j of order.toReversed())
    for (let s = successors.from[j] as number; s < (successors.from[j + 1] as number); s++) {
      const next = successors.at[s] as number;
      for (let k = 0; k < count; k++) if (k === next || apart[next * count + k] === 1) apart[j * count + k] = 1;
    }
  const most = project.resources.map(({ capacity }) => mostUnits(capacity, project.fromMin));
  const tooMuch = (a: Least, b: Least): boolean => most.some((units, r) => (a.units[r] ?? 0) + (b.units[r] ?? 0) > units);
  for (const [i, a] of least.entries())
    for (const [j, b] of least.entries())
      if (i < j && (apart[i * count + j] === 1 || apart[j * count + i] === 1 || tooMuch(a, b)))
        apart[i * count + j] = apart[j * count + i] = 1;
  return apart;
}

function durationOf(least: readonly Least[], j: number): number {
  return least[j]?.durationMin ?? 0;
}
