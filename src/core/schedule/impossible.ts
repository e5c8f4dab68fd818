// Why a project cannot be carried out, in words: which activity, which resource, what is missing.
import { must } from '../../std/assert.ts';
import { earliestStretch, longestStretch, mostUnits, unitsAt } from './calendar.ts';
import type { Impossible, Project } from './problem.ts';
import type { Timed, TimedActivity, TimedMode } from './timed.ts';

/** The reason for an activity that finds no place even alone, though it may start from a tick on. */
export function whyImpossible(timed: Timed, { name, modes }: TimedActivity, ready: number): Impossible {
  const { resource, reason } = blockingResource(timed, must(modes[0], 'mode'), ready);
  const prefix = modes.length > 1 ? `none of its ${modes.length} modes can be carried out; in the first it ` : '';
  return { activity: name, resource, reason: `${prefix}${reason}`, proven: true };
}

/** The activities that wait for themselves; those behind them are not named. `order` holds what is on no circle and behind none. */
export function activitiesInCircles({ activities }: Project, order: Int32Array): Impossible[] {
  const left = new Set(activities.keys());
  for (const j of order) left.delete(j);
  for (let before = Infinity; left.size < before;) {
    before = left.size;
    for (const j of left) if (!must(activities[j], 'activity').successors.some((k) => left.has(k))) left.delete(j);
  }
  return [...left].map((j) => ({
    activity: must(activities[j], 'activity').name,
    resource: null,
    reason: 'it waits for itself, by way of its successors',
    proven: true,
  }));
}

/** One activity in the best schedule of a search that found no valid one. */
export interface Attempt {
  readonly activity: TimedActivity;
  readonly mode: TimedMode;
  readonly successors: readonly number[];
  /** It could only be placed behind the end of the calendars. */
  readonly over: boolean;
}

/** The activities that found no place beside the others; those that wait for them are left out. */
export function leftOver({ resources }: Timed, attempts: readonly Attempt[], schedules: number): Impossible[] {
  const waits = new Set(attempts.flatMap(({ over, successors }) => (over ? successors : [])));
  return attempts.flatMap(({ activity, mode, over }, j) => {
    if (!over || waits.has(j)) return [];
    const short = resources.find(({ capacity }, r) => (mode.demands[r] ?? 0) > unitsAt(capacity, Infinity));
    const reason = `fits alone, but none of ${schedules} schedules has a place for it beside the others before the calendars end`;
    return [{ activity: activity.name, resource: short?.name ?? null, reason, proven: false }];
  });
}

function blockingResource(timed: Timed, { duration, demands }: TimedMode, ready: number): Pick<Impossible, 'resource' | 'reason'> {
  const minutes = (ticks: number): number => Math.round(ticks * timed.tickMin * 100) / 100;
  for (const [r, { name, capacity }] of timed.resources.entries()) {
    const units = demands[r] ?? 0;
    if (earliestStretch(capacity, units, duration, ready) < Infinity) continue;
    const most = mostUnits(capacity, ready);
    const from = `from minute ${minutes(ready)} of the project on`;
    const reason =
      most < units
        ? `needs ${units} of ${name}; ${from} there are never more than ${most}`
        : `needs ${units} of ${name} for ${minutes(duration)} min at a stretch; ${from} the longest is ${minutes(longestStretch(capacity, units, ready))} min`;
    return { resource: name, reason };
  }
  return {
    resource: null,
    reason: `needs several resources for ${minutes(duration)} min at a stretch; they are never free together so long`,
  };
}
