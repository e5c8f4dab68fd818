// Why a project cannot be carried out, in words: which activity, which resource, what is missing.
import { must } from '../../std/assert.ts';
import { earliestStretch, longestStretchMin, mostUnits, unitsAt } from './calendar.ts';
import type { Activity, Impossible, Mode, Project, Schedule } from './problem.ts';

/** The reason for an activity that finds no place even alone, though it may start from a minute on. */
export function whyImpossible(project: Project, activity: Activity, readyMin: number): Impossible {
  const [mode, ...others] = activity.modes;
  const { resource, reason } = blockingResource(project, must(mode, 'mode'), readyMin);
  const prefix = others.length > 0 ? `none of its ${activity.modes.length} modes can be carried out; in the first it ` : '';
  return { activity: activity.name, resource, reason: `${prefix}${reason}`, proven: true };
}

/** The activities that wait for themselves; those behind them are not named. `order` holds what is on no circle and behind none. */
export function activitiesInCircles(project: Project, order: Int32Array): Impossible[] {
  const left = new Set(project.activities.keys());
  for (const j of order) left.delete(j);
  for (let before = Infinity; left.size < before;) {
    before = left.size;
    for (const j of left) if (!must(project.activities[j], 'activity').successors.some((k) => left.has(k))) left.delete(j);
  }
  return [...left].map((j) => ({
    activity: must(project.activities[j], 'activity').name,
    resource: null,
    reason: 'it waits for itself, by way of its successors',
    proven: true,
  }));
}

/** The activities that the best of the schedules could only place behind the end of the calendars, those that wait for them left out. */
export function leftOver(project: Project, best: Schedule, overflowMin: number, schedules: number): Impossible[] {
  const over = project.activities.map(({ modes }, j) => {
    const { durationMin } = must(modes[best.modes[j] ?? 0], 'mode');
    return (best.startMin[j] as number) + durationMin > overflowMin;
  });
  const waits = new Set(project.activities.flatMap(({ successors }, j) => (over[j] ? successors : [])));
  return project.activities.flatMap(({ name, modes }, j) => {
    if (!over[j] || waits.has(j)) return [];
    const { demands } = must(modes[best.modes[j] ?? 0], 'mode');
    const short = project.resources.find(({ capacity }, r) => (demands[r] ?? 0) > unitsAt(capacity, overflowMin));
    const reason = `fits alone, but none of ${schedules} schedules has a place for it beside the others before the calendars end`;
    return [{ activity: name, resource: short?.name ?? null, reason, proven: false }];
  });
}

function blockingResource(project: Project, mode: Mode, readyMin: number): Pick<Impossible, 'resource' | 'reason'> {
  for (const [r, { name, capacity }] of project.resources.entries()) {
    const units = mode.demands[r] ?? 0;
    if (earliestStretch(capacity, units, mode.durationMin, readyMin) < Infinity) continue;
    const most = mostUnits(capacity, readyMin);
    const from = `from minute ${readyMin - project.fromMin} of the project on`;
    const reason =
      most < units
        ? `needs ${units} of ${name}; ${from} there are never more than ${most}`
        : `needs ${units} of ${name} for ${mode.durationMin} min at a stretch; ${from} the longest is ${longestStretchMin(capacity, units, readyMin)} min`;
    return { resource: name, reason };
  }
  return {
    resource: null,
    reason: `needs several resources for ${mode.durationMin} min at a stretch; they are never free together so long`,
  };
}
