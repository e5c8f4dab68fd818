// What a scenario leaves behind, computed from its tally once it is over: the curve, the gate, mop-up, GPU-hours.
import { resolveQuantity } from '../../core/change/quantity.ts';
import type { Program } from '../../core/run/program.ts';
import type { MachineState } from '../../core/run/state.ts';
import { FLAG, stageCode } from '../../core/run/states.ts';
import type { SimModel } from '../model.ts';
import { CLUSTER_MARKS, type ScenarioResult } from '../result.ts';
import type { Tally } from './tally.ts';
import { windowEnds } from './windows.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What a target can cost at most in gpuHoursNotReturned (docs/concepts.md). */
const NOT_RETURNED_HOURS_MAX = 72;
/** Taken where nobody said how many a node has. */
const GPUS = 8;
const NEVER = Number.POSITIVE_INFINITY;

const SKIPPED = stageCode('skipped');

/** What of a model does not change from scenario to scenario. */
export interface OutcomeTables {
  readonly program: Program;
  /** By target: 1 where its return is counted. */
  readonly isCounted: Uint8Array;
  /** All counted targets, and by cluster. */
  readonly counted: number;
  readonly countedIn: Int32Array;
  /** By cluster: its last window is over, ms since the begin; Infinity: it has none, or is only observed. */
  readonly windowEnds: Float64Array;
  /** Target -> the scopes of the return gate that it counts in are [scopesFrom[target], scopesFrom[target + 1]) of `scopesOf`. */
  readonly scopesFrom: Int32Array;
  readonly scopesOf: Int32Array;
  readonly horizonMs: number;
}

export function outcomeTables({ program, plan, counted, beginMs, endMs }: SimModel): OutcomeTables {
  const isCounted = new Uint8Array(program.targets.length);
  const countedIn = new Int32Array(program.clusters.length);
  for (const target of counted) {
    const cluster = program.clusterOf[target] as number;
    isCounted[target] = 1;
    countedIn[cluster] = (countedIn[cluster] as number) + 1;
  }
  const ends = windowEnds(plan);
  return {
    program,
    isCounted,
    counted: counted.length,
    countedIn,
    windowEnds: Float64Array.from(program.clusters, ({ name, mode }) => (mode === 'observe' ? NEVER : (ends.get(name) ?? NEVER) - beginMs)),
    ...scopeTables(program),
    horizonMs: endMs - beginMs,
  };
}

function scopeTables({ targets, scopes }: Program): Pick<OutcomeTables, 'scopesFrom' | 'scopesOf'> {
  const scopesFrom = new Int32Array(targets.length + 1);
  for (const { members } of scopes) for (const target of members) scopesFrom[target + 1] = (scopesFrom[target + 1] as number) + 1;
  for (let target = 0; target < targets.length; target++)
    scopesFrom[target + 1] = (scopesFrom[target + 1] as number) + (scopesFrom[target] as number);
  const filled = scopesFrom.slice();
  const scopesOf = new Int32Array(scopesFrom[targets.length] as number);
  for (const [scope, { members }] of scopes.entries()) {
    for (const target of members) {
      scopesOf[filled[target] as number] = scope;
      filled[target] = (filled[target] as number) + 1;
    }
  }
  return { scopesFrom, scopesOf };
}

export function outcomeOf(tables: OutcomeTables, state: MachineState, tally: Tally, events: number): ScenarioResult {
  const zero = tally.zero < 0 ? tables.horizonMs : tally.zero;
  const gateMs = gateMet(tables, state, tally, zero);
  return {
    ...curves(tables, tally, zero),
    gateMin: (gateMs - zero) / MINUTE_MS,
    ...mopUp(state, tally, zero),
    gpuHoursNotReturned: notReturnedHours(tables, state, tally),
    short: tables.windowEnds.some((end) => end < gateMs) ? 1 : 0,
    waitMin: tally.waitMs.map((ms) => ms / MINUTE_MS),
    came: tally.came.slice(),
    limitWaitMin: tally.lineMs.map((ms) => ms / MINUTE_MS),
    events,
  };
}

/** The targets that are back at the end, in the order of their returns, with the moment. */
function forEachReturn(tally: Tally, visit: (target: number, at: number) => void): void {
  for (let i = 0; i < tally.returnCount; i++) {
    const target = tally.returns[i] as number;
    if (tally.backAs[target] === i) visit(target, tally.returnsAt[i] as number);
  }
}

function curves(tables: OutcomeTables, tally: Tally, zero: number): Pick<ScenarioResult, 'curve' | 'clusters'> {
  const { program, isCounted, counted, countedIn } = tables;
  const times = new Float64Array(counted);
  const timesIn = Array.from(countedIn, (count) => new Float64Array(count));
  const back = new Int32Array(countedIn.length);
  let all = 0;
  forEachReturn(tally, (target, at) => {
    if (isCounted[target] === 0) return;
    const cluster = program.clusterOf[target] as number;
    const minutes = (at - zero) / MINUTE_MS;
    times[all++] = minutes;
    (timesIn[cluster] as Float64Array)[back[cluster] as number] = minutes;
    back[cluster] = (back[cluster] as number) + 1;
  });
  // The first `all` of the counted were back, in this order; what lies behind them never was.
  const marks = (shares: readonly number[], sorted: Float64Array, reached: number): Float64Array =>
    Float64Array.from(shares, (share) => {
      const needed = Math.ceil((share / 100) * sorted.length);
      return needed === 0 ? 0 : needed <= reached ? (sorted[needed - 1] as number) : NEVER;
    });
  return {
    curve: marks(PER_CENT, times, all),
    clusters: timesIn.map((sorted, cluster) =>
      sorted.length === 0 ? new Float64Array(CLUSTER_MARKS.length).fill(Number.NaN) : marks(CLUSTER_MARKS, sorted, back[cluster] as number),
    ),
  };
}

const PER_CENT = Array.from({ length: 100 }, (_, i) => i + 1);

/** Ms since the begin at which the last scope of the return gate had enough back, as status.ts counts them. */
function gateMet({ program, scopesFrom, scopesOf }: OutcomeTables, state: MachineState, tally: Tally, zero: number): number {
  const missing = Int32Array.from(program.scopes, ({ members, need }) => {
    const taken = takenOf(state, members);
    return taken === 0 ? 0 : Math.min(taken, resolveQuantity(need, taken));
  });
  let unmet = missing.reduce((sum, count) => sum + Number(count > 0), 0);
  let met = zero;
  forEachReturn(tally, (target, at) => {
    for (let i = scopesFrom[target] as number; i < (scopesFrom[target + 1] as number); i++) {
      const scope = scopesOf[i] as number;
      const left = (missing[scope] as number) - 1;
      missing[scope] = left;
      if (left !== 0) continue;
      unmet--;
      met = Math.max(met, at);
    }
  });
  return unmet > 0 ? NEVER : met;
}

function takenOf(state: MachineState, members: Int32Array): number {
  let taken = 0;
  for (let i = 0; i < members.length; i++) if (state.stage[members[i] as number] !== SKIPPED) taken++;
  return taken;
}

function mopUp(state: MachineState, tally: Tally, zero: number): Pick<ScenarioResult, 'mopUpMin' | 'stragglers'> {
  let [stragglers, open, bulkAt, lastAt] = [0, 0, zero, zero];
  for (let target = 0; target < state.stage.length; target++) {
    const failed = ((state.flags[target] as number) & FLAG.failedOnce) !== 0;
    const index = tally.backAs[target] as number;
    const at = index < 0 ? zero : (tally.returnsAt[index] as number);
    if (!failed) bulkAt = Math.max(bulkAt, at);
    else {
      stragglers++;
      lastAt = Math.max(lastAt, at);
      if (index < 0 && state.stage[target] !== SKIPPED) open++;
    }
  }
  const mopUpMin = open > 0 ? NEVER : Math.max(0, lastAt - bulkAt) / MINUTE_MS;
  return { mopUpMin: stragglers === 0 ? 0 : mopUpMin, stragglers };
}

/** As the retro counts it: GPUs x hours from the drain to the return, at most 72 hours each. */
function notReturnedHours({ program, horizonMs }: OutcomeTables, state: MachineState, tally: Tally): number {
  let hours = 0;
  for (let target = 0; target < tally.drainedAt.length; target++) {
    const drainedAt = tally.drainedAt[target] as number;
    if (drainedAt < 0 || state.stage[target] === SKIPPED) continue;
    const index = tally.backAs[target] as number;
    const until = index < 0 ? horizonMs : (tally.returnsAt[index] as number);
    const gpus = program.clusters[program.clusterOf[target] as number]?.gpusPerNode ?? GPUS;
    hours += gpus * Math.min(NOT_RETURNED_HOURS_MAX, (until - drainedAt) / HOUR_MS);
  }
  return hours;
}
