// A project compiled for the search: names become numbers, lists become typed arrays, minutes become ticks, modes that can never
// be carried out are gone. Or the reasons why the project cannot be carried out at all.
import { assert, must } from '../../std/assert.ts';
import { earliestStretch } from './calendar.ts';
import { activitiesInCircles, whyImpossible } from './impossible.ts';
import { pack, packingFor } from './packing.ts';
import type { Packing } from './packing.ts';
import type { Impossible, Project } from './problem.ts';
import { suppliedUnits } from './supply.ts';
import type { Supply } from './supply.ts';
import { inTicks } from './timed.ts';
import type { Timed, TimedMode } from './timed.ts';

/** Rows of different lengths in one array: row i is at[from[i]] up to at[from[i + 1]]. */
interface Rows {
  readonly from: Int32Array;
  readonly at: Int32Array;
}

/** All times are ticks since the project's start. */
export interface Network {
  readonly project: Project;
  /** The same in ticks, with the modes that can be carried out. */
  readonly timed: Timed;
  /** Activities. */
  readonly count: number;
  /** The activities, each after those that it waits for. */
  readonly order: Int32Array;
  readonly predecessors: Rows;
  readonly successors: Rows;
  /** The modes of each activity, numbered through. */
  readonly modes: Rows;
  /** Of each mode: its index in the project's activity, its duration, its demands as packed words. */
  readonly modeIndex: Int32Array;
  readonly duration: Int32Array;
  readonly use: Rows;
  readonly useUnits: Int32Array;
  readonly packing: Packing;
  readonly supply: Supply;
  /** No start of the activity is earlier, with releases, predecessors and calendars, if it had the resources for itself. */
  readonly head: Int32Array;
  /** So much must at least follow the activity's finish. */
  readonly tail: Int32Array;
}

export type Compiled =
  | { readonly ok: true; readonly network: Network }
  | { readonly ok: false; readonly impossible: readonly Impossible[] };

/** Compiles a project. A project that contradicts its own types (an unsorted calendar, a negative duration) is a bug of the caller. */
export function compile(project: Project): Compiled {
  const asked = inTicks(project);
  const count = project.activities.length;
  const successors = rowsOf(project.activities.map((activity) => activity.successors));
  const predecessors = rowsOf(reversed(project.activities.map((activity) => activity.successors)));
  const order = topologicalOrder(count, successors, predecessors);
  if (order.length < count) return { ok: false, impossible: activitiesInCircles(project, order) };
  const alone = earliestAlone(asked, order, predecessors);
  if (alone.impossible.length > 0) return { ok: false, impossible: alone.impossible };

  const { timed, head } = alone;
  const modes = timed.activities.flatMap((activity) => activity.modes);
  const packing = packingFor(timed.resources.map((_, r) => mostTaken(timed, r)));
  const supply = suppliedUnits(timed, packing);
  assert(supply.endTick < 2 ** 31, 'the project may take longer than times can say');
  const uses = modes.map((mode) => wordsOf(packing, mode));
  const network: Network = {
    project,
    timed,
    count,
    order,
    predecessors,
    successors,
    modes: rowsOf(numberedThrough(timed.activities.map((activity) => activity.modes))),
    modeIndex: Int32Array.from(modes, ({ index }) => index),
    duration: Int32Array.from(modes, ({ duration }) => duration),
    use: rowsOf(uses.map((each) => each.map(([word]) => word))),
    useUnits: Int32Array.from(uses.flatMap((each) => each.map(([, units]) => units))),
    packing,
    supply,
    head,
    tail: tails(timed, order, successors),
  };
  return { ok: true, network };
}

interface Alone {
  readonly timed: Timed;
  readonly head: Int32Array;
  readonly impossible: readonly Impossible[];
}

/** Each activity as early as its release, its predecessors and the calendars let it start, as if it were alone on the resources. */
function earliestAlone(asked: Timed, order: Int32Array, predecessors: Rows): Alone {
  const finish = asked.activities.map(() => 0);
  const head = new Int32Array(finish.length);
  const activities = [...asked.activities];
  const impossible: Impossible[] = [];
  for (const j of order) {
    const activity = must(asked.activities[j], 'activity');
    const ready = Math.max(activity.release, ...Array.from(row(predecessors, j), (i) => finish[i] as number));
    const starts = activity.modes.map((mode) => earliestOf(asked, mode, ready));
    head[j] = Math.min(...starts);
    finish[j] = Math.min(...starts.map((start, m) => start + must(activity.modes[m], 'mode').duration));
    activities[j] = { ...activity, modes: activity.modes.filter((_, m) => (starts[m] as number) < Infinity) };
    // What waits for something impossible is impossible too, but it is not the reason.
    if (finish[j] === Infinity && ready < Infinity) impossible.push(whyImpossible(asked, activity, ready));
  }
  return { timed: { ...asked, activities }, head, impossible };
}

function earliestOf({ resources }: Timed, { duration, demands }: TimedMode, ready: number): number {
  if (duration === 0 || ready === Infinity) return ready;
  let start = ready;
  for (let before = -1; start > before && start < Infinity;) {
    before = start;
    for (const [r, { capacity }] of resources.entries()) start = earliestStretch(capacity, demands[r] ?? 0, duration, start);
  }
  return start;
}

function tails({ activities }: Timed, order: Int32Array, successors: Rows): Int32Array {
  const tail = new Int32Array(activities.length);
  for (const j of order.toReversed())
    for (const k of row(successors, j)) {
      const shortest = Math.min(...must(activities[k], 'activity').modes.map(({ duration }) => duration));
      tail[j] = Math.max(tail[j] as number, shortest + (tail[k] as number));
    }
  return tail;
}

/** More units than all activities can take at once need no room in a word. */
function mostTaken({ resources, activities }: Timed, r: number): number {
  const taken = sum(activities.map(({ modes }) => Math.max(...modes.map(({ demands }) => demands[r] ?? 0))));
  return Math.min(taken, Math.max(0, ...must(resources[r], 'resource').capacity.map(([, units]) => units)));
}

/** The words from which a mode takes anything. An activity without duration takes nothing. */
function wordsOf(packing: Packing, { duration, demands }: TimedMode): (readonly [word: number, units: number])[] {
  if (duration === 0) return [];
  return [...pack(packing, demands).entries()].filter(([, units]) => units !== 0);
}

/** A. B. Kahn's algorithm; activities on or behind a circle are missing. */
function topologicalOrder(count: number, successors: Rows, predecessors: Rows): Int32Array {
  const open = Array.from({ length: count }, (_, j) => row(predecessors, j).length);
  const order = [...open.keys()].filter((j) => open[j] === 0);
  for (const j of order)
    for (const k of row(successors, j)) {
      open[k] = (open[k] as number) - 1;
      if (open[k] === 0) order.push(k);
    }
  return Int32Array.from(order);
}

/** One row; reading it allocates, so it is for compiling only. */
function row({ from, at }: Rows, i: number): Int32Array {
  return at.subarray(from[i], from[i + 1]);
}

function rowsOf(lists: readonly (readonly number[])[]): Rows {
  const from = new Int32Array(lists.length + 1);
  for (const [i, list] of lists.entries()) from[i + 1] = (from[i] as number) + list.length;
  return { from, at: Int32Array.from(lists.flat()) };
}

function reversed(lists: readonly (readonly number[])[]): number[][] {
  const back: number[][] = lists.map(() => []);
  for (const [i, list] of lists.entries()) for (const k of list) back[k]?.push(i);
  return back;
}

function numberedThrough(lists: readonly (readonly unknown[])[]): number[][] {
  let next = 0;
  return lists.map((list) => list.map(() => next++));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
