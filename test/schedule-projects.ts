// Projects for tests of the schedule search: random ones after ProGen (R. Kolisch, A. Sprecher, A. Drexl, Management Science 41, 1995), the
// optimum of tiny ones by trying everything, and transforms whose optimum is known from the original's.
import type { Activity, CapacityStep, Mode, Project } from '../src/core/schedule/problem.ts';
import { must } from '../src/std/assert.ts';
import { draw } from '../src/std/draw.ts';

export interface ProjectWishes {
  readonly activities: number;
  readonly resources?: number;
  readonly durationMax?: number;
  readonly modes?: number;
  /** Capacities that change, releases. */
  readonly calendars?: boolean;
  readonly objective?: Project['objective'];
}

/** A random project that can be carried out; equal seeds give equal projects. Whole minutes from 0. */
export function randomProject(seed: number, wishes: ProjectWishes): Project {
  const { activities: count, resources = 2, durationMax = 5, modes = 1, calendars = false, objective = 'makespan' } = wishes;
  const chance = stream(seed);
  const below = (n: number): number => Math.floor(chance() * n);
  const capacities = Array.from({ length: resources }, () => 2 + below(4));
  const mode = (): Mode => ({
    durationMin: below(durationMax + 1),
    demands: capacities.map((most) => (chance() < 0.3 ? 0 : below(most + 1))),
  });
  const activities = Array.from({ length: count }, (_, j): Activity => ({
    name: `a${j}`,
    modes: Array.from({ length: 1 + below(modes) }, mode),
    successors: Array.from({ length: count }, (_, k) => k).filter((k) => k > j && chance() < 1.5 / count),
    ...(calendars && chance() < 0.3 ? { releaseMin: below(8) } : {}),
    weight: below(4),
  }));
  const calendar = (most: number): CapacityStep[] => {
    const opensAt = below(4);
    const shutAt = opensAt + 1 + below(8);
    const reopensAt = shutAt + 1 + below(4);
    return [
      [opensAt, Math.max(1, most - below(3))],
      [shutAt, below(2)],
      [reopensAt, most],
    ];
  };
  return {
    fromMin: 0,
    objective,
    resources: capacities.map((most, r) => ({ name: `r${r}`, capacity: calendars && chance() < 0.7 ? calendar(most) : [[0, most]] })),
    activities,
  };
}

/**
 * The least cost of a tiny project of whole minutes: every order, every mode, each activity as early as the ones before leave room, minute
 * by minute. Some such schedule is optimal, as neither objective ever gains by waiting.
 */
export function leastCost(project: Project): number {
  const { activities } = project;
  const horizon = horizonOf(project);
  const left = project.resources.map(({ capacity }) =>
    Array.from({ length: horizon }, (_, t) => unitsThere(capacity, project.fromMin + t)),
  );
  const finish = activities.map(() => -1);
  let least = Infinity;
  const place = (placed: number, cost: number): void => {
    if (cost >= least) return;
    if (placed === activities.length) least = cost;
    for (const [j, activity] of activities.entries()) {
      const before = activities.flatMap(({ successors }, i) => (successors.includes(j) ? [must(finish[i], 'finish')] : []));
      if (finish[j] !== -1 || before.includes(-1)) continue;
      const ready = Math.max(0, (activity.releaseMin ?? 0) - project.fromMin, ...before);
      for (const { durationMin, demands } of activity.modes) {
        const room = (t: number): boolean => durationMin === 0 || demands.every((units, r) => units <= (left[r]?.[t] ?? -1));
        let start = ready;
        while (start + durationMin <= horizon && !minutes(start, durationMin).every(room)) start++;
        if (start + durationMin > horizon) continue;
        const take = (sign: 1 | -1): void => {
          for (const t of minutes(start, durationMin))
            for (const [r, units] of demands.entries()) left[r]?.splice(t, 1, (left[r]?.[t] ?? 0) - sign * units);
        };
        take(1);
        finish[j] = start + durationMin;
        const next =
          project.objective === 'makespan' ? Math.max(cost, start + durationMin) : cost + (activity.weight ?? 0) * (start + durationMin);
        place(placed + 1, next);
        finish[j] = -1;
        take(-1);
      }
    }
  };
  place(0, 0);
  return least;
}

/** The same work backwards in time, for projects without calendars and releases: the same makespan. */
export function backwards(project: Project): Project {
  const activities = project.activities.map((activity, j) => ({
    ...activity,
    successors: project.activities.flatMap(({ successors }, i) => (successors.includes(j) ? [i] : [])),
  }));
  return { ...project, activities };
}

/** Every time multiplied by a factor: so is the cost. */
export function stretched(project: Project, factor: number): Project {
  return {
    ...project,
    fromMin: project.fromMin * factor,
    resources: project.resources.map(({ name, capacity }) => ({
      name,
      capacity: capacity.map(([at, units]): CapacityStep => [at * factor, units]),
    })),
    activities: project.activities.map(({ releaseMin, modes, ...rest }) => ({
      ...rest,
      modes: modes.map(({ durationMin, demands }) => ({ durationMin: durationMin * factor, demands })),
      ...(releaseMin === undefined ? {} : { releaseMin: releaseMin * factor }),
    })),
  };
}

/** The activities and resources in another order: the same cost. */
export function renumbered(project: Project, seed: number): Project {
  const order = shuffled(project.activities.length, seed);
  const place = order.map((_, j) => order.indexOf(j));
  const resourceOrder = shuffled(project.resources.length, seed + 1);
  return {
    ...project,
    resources: resourceOrder.map((r) => must(project.resources[r], 'resource')),
    activities: order.map((j) => {
      const activity = must(project.activities[j], 'activity');
      return {
        ...activity,
        successors: activity.successors.map((k) => must(place[k], 'place')),
        modes: activity.modes.map(({ durationMin, demands }) => ({ durationMin, demands: resourceOrder.map((r) => demands[r] ?? 0) })),
      };
    }),
  };
}

/** Numbers in (0, 1), one after the other. */
export function stream(seed: number): () => number {
  let step = 0;
  return () => draw(seed, 0, 0, step++, 0);
}

/** The numbers below count in a random order. */
export function shuffled(count: number, seed: number): number[] {
  const chance = stream(seed);
  return Array.from({ length: count }, (_, i) => ({ i, at: chance() }))
    .sort((a, b) => a.at - b.at)
    .map(({ i }) => i);
}

function horizonOf({ fromMin, resources, activities }: Project): number {
  const changes = resources.flatMap(({ capacity }) => capacity.map(([at]) => at - fromMin));
  const releases = activities.map(({ releaseMin }) => (releaseMin ?? fromMin) - fromMin);
  const work = activities.map(({ modes }) => Math.max(...modes.map(({ durationMin }) => durationMin)));
  return Math.max(0, ...changes, ...releases) + work.reduce((sum, each) => sum + each, 0);
}

function unitsThere(capacity: readonly CapacityStep[], minute: number): number {
  let there = 0;
  for (const [at, units] of capacity) if (at <= minute) there = units;
  return there;
}

function minutes(start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start + i);
}
