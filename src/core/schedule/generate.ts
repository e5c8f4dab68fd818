// Schedules from activity lists. Serial: one activity after the other as early (or as late) as possible; reaches an optimum for the right
// list. Parallel: time after time whatever fits; good schedules at once, but perhaps never the optimum. R. Kolisch, Serial and parallel
// resource-constrained project scheduling methods revisited, European Journal of Operational Research 90, 1996.
import type { Network } from './network.ts';
import { GridProfile } from './profile-grid.ts';
import { profileOf } from './profile.ts';
import type { Profile } from './profile.ts';
import { serialBackwardOnGrid, serialForwardOnGrid } from './serial-grid.ts';
import { TimeOrder } from './time-order.ts';

/** Later than any time of a schedule. */
const NEVER = 0x7fffffff;

/** The activities, each after those that it waits for. */
export type ActivityList = Uint16Array;

/** Makes a schedule, in the timetable, of a list and the mode of each activity. Returns the last finish. */
export type Scheme = (network: Network, table: Timetable, list: ActivityList, modes: Int32Array) => number;

/** A schedule under construction; made once for a search and used over and over. Its times are ticks, by activity. */
export interface Timetable {
  readonly profile: Profile;
  readonly start: Int32Array;
  readonly finish: Int32Array;
  readonly order: TimeOrder;
  readonly waiting: ActivityList;
}

export function newTimetable(network: Network): Timetable {
  const { count } = network;
  return {
    profile: profileOf(network),
    start: new Int32Array(count),
    finish: new Int32Array(count),
    order: new TimeOrder(count),
    waiting: new Uint16Array(count),
  };
}

/** Places each activity of the list as early as possible. */
export function serialForward(network: Network, table: Timetable, list: ActivityList, modes: Int32Array): number {
  const { predecessors, duration, head } = network;
  const { profile, start, finish } = table;
  if (profile instanceof GridProfile) return serialForwardOnGrid(network, table, profile, list, modes);
  profile.clear();
  let last = 0;
  for (let i = 0; i < list.length; i++) {
    const j = list[i] as number;
    const mode = modes[j] as number;
    let from = head[j] as number;
    const end = predecessors.from[j + 1] as number;
    for (let p = predecessors.from[j] as number; p < end; p++) {
      const ready = finish[predecessors.at[p] as number] as number;
      if (ready > from) from = ready;
    }
    const begin = profile.earliest(mode, from);
    const done = begin + (duration[mode] as number);
    profile.take(mode, begin, done);
    start[j] = begin;
    finish[j] = done;
    if (done > last) last = done;
  }
  return last;
}

/**
 * Places each activity as late as possible, to be done by `until`. The list has each activity after its successors. Returns false, with the
 * timetable half filled, when there is not time enough.
 */
export function serialBackward(network: Network, table: Timetable, list: ActivityList, modes: Int32Array, until: number): boolean {
  const { successors, duration, head } = network;
  const { profile, start, finish } = table;
  if (profile instanceof GridProfile) return serialBackwardOnGrid(network, table, profile, list, modes, until);
  profile.clear();
  for (let i = 0; i < list.length; i++) {
    const j = list[i] as number;
    const mode = modes[j] as number;
    let by = until;
    const end = successors.from[j + 1] as number;
    for (let s = successors.from[j] as number; s < end; s++) {
      const needed = start[successors.at[s] as number] as number;
      if (needed < by) by = needed;
    }
    const done = profile.latest(mode, by);
    const begin = done - (duration[mode] as number);
    if (begin < (head[j] as number)) return false;
    profile.take(mode, begin, done);
    start[j] = begin;
    finish[j] = done;
  }
  return true;
}

/** Goes through time and starts, in the order of the list, whatever is ready and fits. */
export function parallelForward(network: Network, table: Timetable, list: ActivityList, modes: Int32Array): number {
  const { duration, head } = network;
  const { profile, start, finish, waiting } = table;
  profile.clear();
  finish.fill(NEVER);
  waiting.set(list);
  let last = 0;
  let now = 0;
  for (let left = list.length; left > 0;) {
    let next = Infinity;
    let kept = 0;
    for (let i = 0; i < left; i++) {
      const j = waiting[i] as number;
      const mode = modes[j] as number;
      const ready = Math.max(head[j] as number, lastFinishBefore(network, table, j));
      const begin = ready > now ? ready : profile.earliest(mode, now);
      if (begin > now) {
        if (begin < next) next = begin;
        waiting[kept++] = j;
        continue;
      }
      const done = begin + (duration[mode] as number);
      profile.take(mode, begin, done);
      start[j] = begin;
      finish[j] = done;
      if (done > last) last = done;
    }
    left = kept;
    now = next;
  }
  return last;
}

function lastFinishBefore({ predecessors }: Network, { finish }: Timetable, j: number): number {
  let last = 0;
  const end = predecessors.from[j + 1] as number;
  for (let p = predecessors.from[j] as number; p < end; p++) {
    const ready = finish[predecessors.at[p] as number] as number;
    if (ready > last) last = ready;
  }
  return last;
}
