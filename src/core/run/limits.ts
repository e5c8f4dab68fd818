// Counted limits with first-come lines: a step takes every limit it needs at once or none, and stands in line at the first that is
// used up, so nothing is held while waiting and nothing can deadlock.
import type { Program } from './program.ts';
import type { MachineState } from './state.ts';

/** Takes one place of each limit for the target; or takes none and returns the counter that is used up. -1 = taken. */
export function takeLimits(program: Program, state: MachineState, target: number, limits: readonly number[]): number {
  for (const limit of limits) {
    const counter = counterOf(program, limit, target);
    if (counter >= 0 && !hasRoom(program, state, counter)) return counter;
  }
  for (const limit of limits) {
    const counter = counterOf(program, limit, target);
    if (counter >= 0) state.inUse[counter] = (state.inUse[counter] as number) + 1;
  }
  return -1;
}

/** Gives one place of the limit back; returns its counter, whose line may move on, or -1 where the limit does not bind the target. */
export function giveLimit(program: Program, state: MachineState, target: number, limit: number): number {
  const counter = counterOf(program, limit, target);
  if (counter >= 0) state.inUse[counter] = (state.inUse[counter] as number) - 1;
  return counter;
}

export function hasRoom(program: Program, state: MachineState, counter: number): boolean {
  return (state.inUse[counter] as number) < (program.capacity[counter] as number);
}

export function joinLine(state: MachineState, counter: number, target: number): void {
  const tail = state.lineTail[counter] as number;
  if (tail < 0) state.lineHead[counter] = target;
  else state.lineNext[tail] = target;
  state.lineTail[counter] = target;
  state.lineNext[target] = -1;
  state.lineOf[target] = counter;
}

/** Takes a target out of the line it stands in, wherever it stands. */
export function quitLine(state: MachineState, target: number): void {
  const counter = state.lineOf[target] as number;
  if (counter < 0) return;
  let before = -1;
  let at = state.lineHead[counter] as number;
  while (at !== target) {
    before = at;
    at = state.lineNext[at] as number;
  }
  const next = state.lineNext[target] as number;
  if (before < 0) state.lineHead[counter] = next;
  else state.lineNext[before] = next;
  if (next < 0) state.lineTail[counter] = before;
  state.lineNext[target] = -1;
  state.lineOf[target] = -1;
}

/** The first target in line, taken out of it; -1 when nobody waits. */
export function leaveLine(state: MachineState, counter: number): number {
  const head = state.lineHead[counter] as number;
  if (head < 0) return -1;
  const next = state.lineNext[head] as number;
  state.lineHead[counter] = next;
  if (next < 0) state.lineTail[counter] = -1;
  state.lineNext[head] = -1;
  state.lineOf[head] = -1;
  return head;
}

function counterOf(program: Program, limit: number, target: number): number {
  return (program.limits[limit] as Program['limits'][number]).counterOf[target] as number;
}
