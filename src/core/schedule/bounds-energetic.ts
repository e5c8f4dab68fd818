// The energetic bound of the makespan: try one and refute it. P. Baptiste, C. Le Pape, W. Nuijten, Satisfiability tests and
// time-bound adjustments for cumulative scheduling problems, Annals of Operations Research 92, 1999; R. Klein, A. Scholl, Computing lower bounds
// by destructive improvement, European Journal of Operational Research 112, 1999.
import { unitsAt } from './calendar.ts';
import type { Network } from './network.ts';
import type { TimedMode, TimedResource } from './timed.ts';

/** The test looks at every activity for every stretch between two of some hundred times; beyond this it takes seconds. */
const ACTIVITIES_MAX = 150;
/** It keeps an entry for each tick. */
const TICKS_MAX = 200_000;

/**
 * Raises a lower bound while within the makespan some stretch of time would hold more work than a resource's capacity. Returns the bound as it
 * was for projects with many activities or ticks.
 */
export function energetic(network: Network, bound: number): number {
  const ticks = network.supply.endTick;
  if (network.count > ACTIVITIES_MAX || ticks > TICKS_MAX) return bound;
  const users = network.timed.resources.map((resource, r) => usersOf(network, resource, r));
  const impossible = (makespan: number): boolean => makespan <= ticks && users.some((each) => refuted(each, makespan));
  // What is refuted refutes everything shorter too, so it can be looked for in ever longer steps, and then in ever shorter ones.
  let highest = bound - 1;
  let step = 1;
  for (; impossible(highest + step); step *= 2) highest += step;
  for (; step > 1; step /= 2) if (impossible(highest + step / 2)) highest += step / 2;
  return highest + 1;
}

/** Who takes a resource: one entry for each mode, those of an activity next to each other. */
interface Users {
  readonly count: number;
  readonly activity: Int32Array;
  readonly head: Int32Array;
  readonly tail: Int32Array;
  readonly duration: Int32Array;
  readonly units: Int32Array;
  /** Unit-ticks of the resource that have passed by a tick. */
  readonly passed: Float64Array;
}

function usersOf(network: Network, resource: TimedResource, r: number): Users {
  const { timed, head, tail } = network;
  const takes = (mode: TimedMode): boolean => mode.duration > 0 && (mode.demands[r] ?? 0) > 0;
  const entries = timed.activities.flatMap(({ modes }, j) => (modes.every(takes) ? modes.map((mode) => ({ j, mode })) : []));
  return {
    count: entries.length,
    activity: Int32Array.from(entries, ({ j }) => j),
    head: Int32Array.from(entries, ({ j }) => head[j] as number),
    tail: Int32Array.from(entries, ({ j }) => tail[j] as number),
    duration: Int32Array.from(entries, ({ mode }) => mode.duration),
    units: Int32Array.from(entries, ({ mode }) => mode.demands[r] ?? 0),
    passed: unitTicksPassed(network, resource),
  };
}

function unitTicksPassed({ supply }: Network, { capacity }: TimedResource): Float64Array {
  const passed = new Float64Array(supply.endTick + 1);
  let units = unitsAt(capacity, 0);
  const steps = capacity.filter(([at]) => at > 0).values();
  let step = steps.next().value;
  for (let t = 0; t + 1 < passed.length; t++) {
    if (step?.[0] === t) {
      units = step[1];
      step = steps.next().value;
    }
    passed[t + 1] = (passed[t] as number) + units;
  }
  return passed;
}

function refuted(users: Users, makespan: number): boolean {
  const { head, tail, duration, passed } = users;
  const begins = new Set<number>();
  const ends = new Set<number>();
  for (let i = 0; i < users.count; i++) {
    const latestFinish = makespan - (tail[i] as number);
    begins.add(head[i] as number).add(latestFinish - (duration[i] as number));
    ends.add((head[i] as number) + (duration[i] as number)).add(latestFinish);
  }
  for (const begin of begins)
    for (const end of ends)
      if (end > begin && leastWork(users, makespan, begin, end) > (passed[end] as number) - (passed[begin] as number)) return true;
  return false;
}

/** What must be done between two ticks, however early or late each activity is within the makespan; in its least mode. */
function leastWork(users: Users, makespan: number, begin: number, end: number): number {
  const { count, activity, head, tail, duration, units } = users;
  let total = 0;
  let least = Infinity;
  for (let i = 0; i < count; i++) {
    const lasts = duration[i] as number;
    const whenEarly = (head[i] as number) + lasts - begin;
    const whenLate = end - (makespan - (tail[i] as number) - lasts);
    const within = Math.min(lasts, end - begin, whenEarly, whenLate);
    least = Math.min(least, within > 0 ? within * (units[i] as number) : 0);
    if (activity[i] === activity[i + 1]) continue;
    total += least;
    least = Infinity;
  }
  return total;
}
