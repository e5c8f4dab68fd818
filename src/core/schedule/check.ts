// An independent look at a schedule: whatever made it, does it keep to the project? Shares no code with what makes schedules, so that a
// mistake of the one is found by the other.
import type { Activity, Mode, Project, Resource, Schedule } from './problem.ts';

export interface Flaw {
  readonly rule: 'shape' | 'release' | 'precedence' | 'resource' | 'figures';
  readonly message: string;
}

/** Minutes that are no binary fractions do not add up exactly; a difference below this is none. */
const ROUNDING_MIN = 1e-6;

/** Everything that is wrong with a schedule; nothing for a valid one. */
export function checkSchedule(project: Project, schedule: Schedule): Flaw[] {
  const { activities } = project;
  if (schedule.startMin.length !== activities.length || schedule.modes.length !== activities.length)
    return [{ rule: 'shape', message: `the project has ${activities.length} activities, the schedule ${schedule.startMin.length}` }];
  const placed: Placed[] = [];
  for (const [j, activity] of activities.entries()) {
    const mode = activity.modes[schedule.modes[j] as number];
    const startMin = schedule.startMin[j] as number;
    if (mode === undefined || !Number.isFinite(startMin))
      return [{ rule: 'shape', message: `${activity.name} starts at ${startMin} in its mode ${schedule.modes[j]}` }];
    placed.push({ activity, mode, startMin, finishMin: startMin + wholeSeconds(mode.durationMin) });
  }
  return [
    ...placed.flatMap((each) => checkRelease(project, each)),
    ...placed.flatMap((each) => checkPrecedence(placed, each)),
    ...project.resources.flatMap((resource, r) => checkResource(project, placed, resource, r)),
    ...checkFigures(project, placed, schedule),
  ];
}

interface Placed {
  readonly activity: Activity;
  readonly mode: Mode;
  readonly startMin: number;
  readonly finishMin: number;
}

/** A duration counts in whole seconds, rounded up. */
function wholeSeconds(durationMin: number): number {
  const seconds = Math.round(durationMin * 60);
  return (seconds < durationMin * 60 - 60 * ROUNDING_MIN ? seconds + 1 : seconds) / 60;
}

function checkRelease(project: Project, { activity, startMin }: Placed): Flaw[] {
  const releaseMin = Math.max(project.fromMin, activity.releaseMin ?? -Infinity);
  if (startMin >= releaseMin - ROUNDING_MIN) return [];
  return [{ rule: 'release', message: `${activity.name} starts at ${startMin}, before ${releaseMin}` }];
}

function checkPrecedence(placed: readonly Placed[], { activity, finishMin }: Placed): Flaw[] {
  return activity.successors.flatMap((k) => {
    const later = placed[k];
    if (later !== undefined && later.startMin >= finishMin - ROUNDING_MIN) return [];
    return [
      {
        rule: 'precedence' as const,
        message: `${later?.activity.name} starts at ${later?.startMin}, ${activity.name} ends at ${finishMin}`,
      },
    ];
  });
}

/** Looks just after each moment at which more may be taken or less may be there. */
function checkResource(project: Project, placed: readonly Placed[], resource: Resource, r: number): Flaw[] {
  const takers = placed.filter(({ mode }) => (mode.demands[r] ?? 0) > 0 && mode.durationMin > 0);
  const moments = new Set([...takers.map(({ startMin }) => startMin), ...resource.capacity.map(([at]) => at), project.fromMin]);
  return [...moments].flatMap((moment) => {
    const at = moment + ROUNDING_MIN;
    const running = takers.filter(({ startMin, finishMin }) => startMin <= at && at < finishMin);
    const taken = running.reduce((total, { mode }) => total + (mode.demands[r] ?? 0), 0);
    let there = 0;
    for (const [fromMin, units] of resource.capacity) if (fromMin <= at) there = units;
    if (taken <= there) return [];
    const names = running.map(({ activity }) => activity.name).join(', ');
    return [{ rule: 'resource' as const, message: `${resource.name} at ${moment}: ${names} take ${taken} of ${there}` }];
  });
}

function checkFigures(project: Project, placed: readonly Placed[], schedule: Schedule): Flaw[] {
  const makespanMin = placed.reduce((last, { finishMin }) => Math.max(last, finishMin - project.fromMin), 0);
  const weighted = placed.reduce((total, { activity, finishMin }) => total + (activity.weight ?? 0) * (finishMin - project.fromMin), 0);
  const cost = project.objective === 'makespan' ? makespanMin : weighted;
  const differ = (a: number, b: number): boolean => Math.abs(a - b) > ROUNDING_MIN * Math.max(1, placed.length, Math.abs(b));
  return [
    ...(differ(schedule.makespanMin, makespanMin) ? [`the makespan is ${makespanMin}, not ${schedule.makespanMin}`] : []),
    ...(differ(schedule.cost, cost) ? [`the cost is ${cost}, not ${schedule.cost}`] : []),
  ].map((message) => ({ rule: 'figures', message }));
}
