// Lower bounds of the weighted completion: sums, over the activities, of weight x finish, in ticks.
import type { Least } from './bounds-makespan.ts';
import { meanTimeOfWork, timeOfWork } from './calendar.ts';
import type { Network } from './network.ts';
import type { CapacityStep, Project } from './problem.ts';

/** Every activity ends as early as its predecessors, its release and the calendars allow. */
export function criticalPaths({ project }: Network, least: readonly Least[]): number {
  return sum(least.map(({ head, duration }, j) => weightOf(project, j) * (head + duration)));
}

/**
 * The highest over the resources of this bound: if the work on the resource could be cut at will, it would be done in the order of weight per
 * work, with the whole capacity each; an activity cannot end earlier than half its duration after its mean time. After W. L. Eastman,
 * S. Even, I. M. Isaacs, Bounds for the optimal scheduling of n jobs on m processors, Management Science 11, 1964; the
 * order is best for any capacity over time, as only earlier and later count.
 */
export function fluid({ project, timed }: Network, least: readonly Least[]): number {
  return Math.max(0, ...timed.resources.map(({ capacity }, r) => fluidOn(project, least, capacity, r)));
}

function fluidOn(project: Project, least: readonly Least[], capacity: readonly CapacityStep[], r: number): number {
  const workOf = (j: number): number => least[j]?.work[r] ?? 0;
  const users = [...least.keys()].filter((j) => workOf(j) > 0);
  const others = least.map(({ head, duration }, j) => (workOf(j) > 0 ? 0 : weightOf(project, j) * (head + duration)));
  let total = sum(others);
  let at = 0;
  for (const j of users.sort((a, b) => weightOf(project, b) / workOf(b) - weightOf(project, a) / workOf(a))) {
    const mean = meanTimeOfWork(capacity, at, workOf(j));
    total += weightOf(project, j) * (mean + (least[j]?.duration ?? 0) / 2);
    at = timeOfWork(capacity, at, workOf(j));
  }
  return total;
}

function weightOf({ activities }: Project, j: number): number {
  return activities[j]?.weight ?? 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
