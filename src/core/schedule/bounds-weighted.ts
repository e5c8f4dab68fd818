// Lower bounds of the weighted completion: sums, over the activities, of weight x (finish - the project's start), in minutes.
import type { Least } from './bounds-makespan.ts';
import { meanMinuteOfWork, minuteOfWork } from './calendar.ts';
import type { Network } from './network.ts';
import type { CapacityStep, Project } from './problem.ts';

/** Every activity ends as early as its predecessors, its release and the calendars allow. */
export function criticalPaths({ project }: Network, least: readonly Least[]): number {
  return sum(least.map(({ headMin, durationMin }, j) => weightOf(project, j) * (headMin + durationMin)));
}

/**
 * The highest over the resources of this bound: if the work on the resource could be cut at will, it would be done in the order of weight per
 * work, with the whole capacity each; an activity cannot end earlier than half its duration after its mean minute. After W. L. Eastman,
 * S. Even, I. M. Isaacs, Bounds for the optimal scheduling of n jobs on m processors, Management Science 11, 1964; the
 * order is best for any capacity over time, as only earlier and later count.
 */
export function fluid({ project }: Network, least: readonly Least[]): number {
  return Math.max(0, ...project.resources.map(({ capacity }, r) => fluidOn(project, least, capacity, r)));
}

function fluidOn(project: Project, least: readonly Least[], capacity: readonly CapacityStep[], r: number): number {
  const workOf = (j: number): number => least[j]?.work[r] ?? 0;
  const users = [...least.keys()].filter((j) => workOf(j) > 0);
  const others = least.map(({ headMin, durationMin }, j) => (workOf(j) > 0 ? 0 : weightOf(project, j) * (headMin + durationMin)));
  let total = sum(others);
  let at = project.fromMin;
  for (const j of users.sort((a, b) => weightOf(project, b) / workOf(b) - weightOf(project, a) / workOf(a))) {
    const mean = meanMinuteOfWork(capacity, at, workOf(j)) - project.fromMin;
    total += weightOf(project, j) * (mean + (least[j]?.durationMin ?? 0) / 2);
    at = minuteOfWork(capacity, at, workOf(j));
  }
  return total;
}

function weightOf({ activities }: Project, j: number): number {
  return activities[j]?.weight ?? 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
