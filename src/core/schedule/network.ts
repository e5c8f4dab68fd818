// A project compiled for the search: names become numbers, lists become typed arrays, minutes become ticks, modes that can never
// be carried out are gone. Or the reasons why the project cannot be carried out at all.
import { assert, must } from '../../std/assert.ts';
import { earliestStretch } from './calendar.ts';
import { activitiesInCircles, whyImpossible } from './impossible.ts';
import { pack, packingFor } from './packing.ts';
import type { Packing } from './packing.ts';
import type { Impossible, Mode, Project } from './problem.ts';
import { suppliedUnits } from './supply.ts';
import type { Supply } from './supply.ts';

/** Times in ticks since the project's start; whole numbers wherever the network is on a grid. */
export type Ticks = Int32Array | Float64Array;

/** Rows of different lengths in one array: row i is at[from[i]] up to at[from[i + 1]]. */
export interface Rows {
  readonly from: Int32Array;
  readonly at: Int32Array;
}

export interface Network {
  readonly project: Project;
  /** Activities. */
  readonly count: number;
  readonly tickMin: number;
  /** All times of the project are whole multiples of the tick. */
  readonly whole: boolean;
  /** They are so few, too, that a profile may keep an entry for each tick. */
  readonly onGrid: boolean;
  /** The activities, each after those that it waits for. */
  readonly order: Int32Array;
  readonly predecessors: Rows;
  readonly successors: Rows;
  /** The modes that can be carried out, by activity. */
  readonly usable: readonly (readonly Mode[])[];
  /** The same, numbered through. */
  readonly modes: Rows;
  /** Of each such mode: its index in the project's activity, its duration, its demands as packed words. */
  readonly modeIndex: Int32Array;
  readonly duration: Ticks;
  readonly use: Rows;
  readonly useUnits: Int32Array;
  readonly packing: Packing;
  readonly supply: Supply;
  /** No start of the activity is earlier, with releases, predecessors and calendars, if it had the resources for itself. */
  readonly head: Ticks;
  /** So much must at least follow the activity's finish. */
  readonly tail: Ticks;
}

export type Compiled =
  | { readonly ok: true; readonly network: Network }
  | { readonly ok: false; readonly impossible: readonly Impossible[] };

/** Grids longer than this cost more memory and time than a list of changes. */
const GRID_TICKS_MAX = 200_000;
/** Beyond so many ticks per activity, a list of changes is scanned faster than a grid. */
const GRID_DURATION_MAX = 40;

/** Compiles a project. A project that contradicts its own types (unsorted calendar, negative duration) is a bug of the caller. */
export function compile(project: Project): Compiled {
  checkShape(project);
  const count = project.activities.length;
  const successors = rowsOf(project.activities.map(({ successors: later }) => later));
  const predecessors = rowsOf(reversed(project.activities.map(({ successors: later }) => later)));
  const order = topologicalOrder(count, successors, predecessors);
  if (order.length < count) return { ok: false, impossible: activitiesInCircles(project, order) };

  const alone = earliestAlone(project, order, predecessors);
  if (alone.impossible.length > 0) return { ok: false, impossible: alone.impossible };

  const usable = project.activities.map(({ modes }, j) => modes.filter((_, m) => must(alone.usable[j], 'modes')[m]));
  const modes = usable.flat();
  const tickMin = commonTick(project, modes);
  const packing = packingFor(project.resources.map((_, r) => mostDemanded(project, usable, r)));
  const supply = suppliedUnits(project, usable, packing, tickMin ?? 1);
  const onGrid =
    tickMin !== null &&
    supply.endTick <= GRID_TICKS_MAX &&
    sum(modes.map(({ durationMin }) => durationMin)) <= GRID_DURATION_MAX * modes.length * tickMin;
  const ticks = (minutes: readonly number[]): Ticks => {
    const all = minutes.map((each) => each / (tickMin ?? 1));
    return onGrid ? Int32Array.from(all) : Float64Array.from(all);
  };
  const uses = modes.map((mode) => wordsOf(packing, mode));
  const network: Network = {
    project,
    count,
    tickMin: tickMin ?? 1,
    whole: tickMin !== null,
    onGrid,
    order,
    predecessors,
    successors,
    usable,
    modes: rowsOf(numberedThrough(usable)),
    modeIndex: Int32Array.from(alone.usable.flatMap((each) => each.flatMap((can, m) => (can ? [m] : [])))),
    duration: ticks(modes.map(({ durationMin }) => durationMin)),
    use: rowsOf(uses.map((each) => each.map(([word]) => word))),
    useUnits: Int32Array.from(uses.flatMap((each) => each.map(([, units]) => units))),
    packing,
    supply,
    head: ticks(alone.startMin.map((start) => start - project.fromMin)),
    tail: ticks(tailsMin(usable, order, successors)),
  };
  return { ok: true, network };
}

function checkShape(project: Project): void {
  const { activities, resources } = project;
  const ascends = (times: readonly number[]): boolean => times.every((time, i) => i === 0 || time > (times[i - 1] as number));
  const whole = (units: number): boolean => Number.isInteger(units) && units >= 0 && units < 2 ** 31;
  assert(activities.length < 2 ** 16, 'a project has at most 65,535 activities');
  for (const { name, capacity } of resources) {
    assert(ascends(capacity.map(([at]) => at)), `the capacity of ${name} is not sorted by time`);
    assert(
      capacity.every(([, units]) => whole(units)),
      `the capacity of ${name} is no whole number of units`,
    );
  }
  for (const { name, modes, successors } of activities) {
    assert(modes.length > 0, `${name} has no mode`);
    assert(
      modes.every(({ durationMin }) => durationMin >= 0 && durationMin < Infinity),
      `${name} has a mode of no or negative duration`,
    );
    assert(
      modes.every(({ demands }) => demands.length === resources.length && demands.every(whole)),
      `${name} does not say for each resource how many units it takes`,
    );
    assert(
      successors.every((k) => activities[k] !== undefined),
      `${name} has an unknown successor`,
    );
  }
}

interface Alone {
  readonly startMin: readonly number[];
  readonly usable: readonly (readonly boolean[])[];
  readonly impossible: readonly Impossible[];
}

/** Each activity as early as its release, its predecessors and the calendars let it start, as if it were alone on the resources. */
function earliestAlone(project: Project, order: Int32Array, predecessors: Rows): Alone {
  const startMin = project.activities.map(() => 0);
  const finishMin = project.activities.map(() => 0);
  const usable: boolean[][] = project.activities.map(() => []);
  const impossible: Impossible[] = [];
  for (const j of order) {
    const activity = must(project.activities[j], 'activity');
    const before = Array.from(row(predecessors, j), (i) => finishMin[i] as number);
    const readyMin = Math.max(project.fromMin, activity.releaseMin ?? project.fromMin, ...before);
    const starts = activity.modes.map((mode) => earliestForMode(project, mode, readyMin));
    usable[j] = starts.map((start) => start < Infinity);
    startMin[j] = Math.min(...starts);
    finishMin[j] = Math.min(...starts.map((start, m) => start + must(activity.modes[m], 'mode').durationMin));
    // What waits for something impossible is impossible too, but it is not the reason.
    if (startMin[j] === Infinity && readyMin < Infinity) impossible.push(whyImpossible(project, activity, readyMin));
  }
  return { startMin, usable, impossible };
}

function earliestForMode(project: Project, mode: Mode, readyMin: number): number {
  if (mode.durationMin === 0 || readyMin === Infinity) return readyMin;
  let start = readyMin;
  for (let before = -Infinity; start > before && start < Infinity;) {
    before = start;
    for (const [r, { capacity }] of project.resources.entries())
      start = earliestStretch(capacity, mode.demands[r] ?? 0, mode.durationMin, start);
  }
  return start;
}

function tailsMin(usable: readonly (readonly Mode[])[], order: Int32Array, successors: Rows): number[] {
  const tails = usable.map(() => 0);
  for (const j of order.toReversed())
    for (const k of row(successors, j)) {
      const shortest = Math.min(...must(usable[k], 'modes').map(({ durationMin }) => durationMin));
      tails[j] = Math.max(tails[j] as number, shortest + (tails[k] as number));
    }
  return tails;
}

/** Minutes of which all times of the project are whole multiples; null when some time is no whole minute. */
function commonTick(project: Project, modes: readonly Mode[]): number | null {
  const times = [
    ...modes.map(({ durationMin }) => durationMin),
    ...project.activities.map(({ releaseMin }) => Math.max(0, (releaseMin ?? project.fromMin) - project.fromMin)),
    ...project.resources.flatMap(({ capacity }) => capacity.map(([at]) => Math.max(0, at - project.fromMin))),
  ];
  return times.every(Number.isSafeInteger) ? times.reduce(greatestCommonDivisor, 0) || 1 : null;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** More units than all activities take at once need no room in a word. */
function mostDemanded(project: Project, usable: readonly (readonly Mode[])[], resource: number): number {
  const steps = must(project.resources[resource], 'resource').capacity;
  const demanded = sum(usable.map((modes) => Math.max(...modes.map(({ demands }) => demands[resource] ?? 0))));
  return Math.min(demanded, Math.max(0, ...steps.map(([, units]) => units)));
}

function wordsOf(packing: Packing, mode: Mode): (readonly [word: number, units: number])[] {
  if (mode.durationMin === 0) return [];
  return [...pack(packing, mode.demands).entries()].filter(([, units]) => units !== 0);
}

/** Kahn's algorithm; activities on or behind a circle are missing. */
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
