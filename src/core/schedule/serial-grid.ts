// The serial scheme on a grid: the same as in generate.ts, with the profile's scan written into the loop. Nearly all of a search is spent
// here, and a call for each activity takes half as long again, as the arrays' addresses and lengths are looked up anew each time.
import type { ActivityList, Timetable } from './generate.ts';
import type { Network } from './network.ts';
import type { GridProfile } from './profile-grid.ts';

export function serialForwardOnGrid(
  { predecessors, duration, head }: Network,
  { start, finish }: Timetable,
  profile: GridProfile,
  list: ActivityList,
  modes: Int32Array,
): number {
  profile.clear();
  const { free, guards, units } = profile;
  const { from: firsts, at: before } = predecessors;
  let last = 0;
  for (let i = 0; i < list.length; i++) {
    const j = list[i] as number;
    const mode = modes[j] as number;
    let begin = head[j] as number;
    const end = firsts[j + 1] as number;
    for (let p = firsts[j] as number; p < end; p++) {
      const ready = finish[before[p] as number] as number;
      if (ready > begin) begin = ready;
    }
    const taken = units[mode] as number;
    const lasts = duration[mode] as number;
    let done = begin + lasts;
    for (let seen = begin, t = done - 1; t >= seen;) {
      if ((((free[t] as number) - taken) & guards) === guards) t--;
      else {
        begin = t + 1;
        seen = done;
        done = begin + lasts;
        t = done - 1;
      }
    }
    for (let t = begin; t < done; t++) free[t] = (free[t] as number) - taken;
    start[j] = begin;
    finish[j] = done;
    if (done > last) last = done;
  }
  profile.end = last;
  return last;
}

export function serialBackwardOnGrid(
  { successors, duration, head }: Network,
  { start, finish }: Timetable,
  profile: GridProfile,
  list: ActivityList,
  modes: Int32Array,
  until: number,
): boolean {
  profile.clear();
  const { free, guards, units } = profile;
  const { from: firsts, at: behind } = successors;
  profile.end = until;
  for (let i = 0; i < list.length; i++) {
    const j = list[i] as number;
    const mode = modes[j] as number;
    const earliest = head[j] as number;
    let done = until;
    const end = firsts[j + 1] as number;
    for (let s = firsts[j] as number; s < end; s++) {
      const needed = start[behind[s] as number] as number;
      if (needed < done) done = needed;
    }
    const taken = units[mode] as number;
    const lasts = duration[mode] as number;
    let begin = done - lasts;
    for (let seen = done, t = begin; t < seen && begin >= earliest;) {
      if ((((free[t] as number) - taken) & guards) === guards) t++;
      else {
        done = t;
        seen = begin;
        begin = done - lasts;
        t = begin;
      }
    }
    if (begin < earliest) return false;
    for (let t = begin; t < done; t++) free[t] = (free[t] as number) - taken;
    start[j] = begin;
    finish[j] = done;
  }
  return true;
}
