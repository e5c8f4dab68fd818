// Where a run under way stands, as the exact engine needs it to go on from there. Plain data: it is sent to worker threads.
import { logsOf } from '../../core/learn/fit.ts';
import type { RunLogs } from '../../core/learn/likelihood.ts';
import type { Chronicle } from '../../core/run/chronicle.ts';
import type { Program } from '../../core/run/program.ts';
import { createState, hasFlag, type MachineState } from '../../core/run/state.ts';
import { FLAG, stageCode } from '../../core/run/states.ts';
import { must } from '../../std/assert.ts';
import { copyState } from './start.ts';

export interface Present {
  /** Unix ms: the run was begun, and it is now. */
  readonly beginMs: number;
  readonly nowMs: number;
  /** Unix ms of time zero; null: nothing was drained yet. */
  readonly zeroMs: number | null;
  readonly state: MachineState;
  // by target, Unix ms; NaN: not (yet)
  readonly stepSince: Float64Array;
  readonly drainedAt: Float64Array;
  readonly returnedAt: Float64Array;
  readonly troubleSince: Float64Array;
  /** When its last attempt ended: a straggler for whom nothing automatic was left has waited for people since then. */
  readonly endedAt: Float64Array;
  /** When people last said that it is mended. */
  readonly mendedAt: Float64Array;
  /** By step of the program: what this run has shown of it; null: nothing. */
  readonly seen: readonly (StepSeen | null)[];
  /** Targets whose return counts: the baseline. */
  readonly baseline: Int32Array;
}

/** Attempts of one step in this run. */
export interface StepSeen {
  /** Those that ended well, and as censored those that were cut off or are still under way. */
  readonly times: RunLogs;
  readonly ended: number;
  /** Of those that ended. One whose time was up is none: it took too long. */
  readonly failed: number;
}

const RUNNING = stageCode('running');

/** A copy; the run goes on meanwhile. It has begun. */
export function presentOf(chronicle: Chronicle, nowMs: number): Present {
  const { program, timeZero, begunAt } = chronicle;
  const state = createState(program);
  copyState(chronicle.state, state);
  return {
    beginMs: must(begunAt, 'the begin of the run'),
    nowMs: Math.max(nowMs, chronicle.lastAt),
    zeroMs: timeZero,
    state,
    stepSince: chronicle.stepSince.slice(),
    drainedAt: chronicle.drainedAt.slice(),
    returnedAt: chronicle.returnedAt.slice(),
    troubleSince: chronicle.troubleSince.slice(),
    endedAt: lastOf(
      program,
      chronicle.ended.map(({ target, to }) => ({ target, at: to })),
    ),
    mendedAt: lastOf(
      program,
      chronicle.acts.filter(({ kind, target }) => target >= 0 && (kind === 'fixed' || kind === 'retry')),
    ),
    seen: seenOf(chronicle, nowMs),
    baseline: Int32Array.from(program.targets.keys()).filter((target) => hasFlag(state, target, FLAG.baseline)),
  };
}

/** By target, of what is given in the order in which it happened. */
function lastOf({ targets }: Program, happened: readonly { readonly target: number; readonly at: number }[]): Float64Array {
  const last = new Float64Array(targets.length).fill(Number.NaN);
  for (const { target, at } of happened) last[target] = at;
  return last;
}

interface Times {
  readonly doneMs: number[];
  readonly censoredMs: number[];
  ended: number;
  failed: number;
}

function seenOf({ program, state, ended, stepSince }: Chronicle, nowMs: number): (StepSeen | null)[] {
  const bySteps = program.steps.map((): Times => ({ doneMs: [], censoredMs: [], ended: 0, failed: 0 }));
  for (const { step, from, to, how } of ended) {
    const times = must(bySteps[step], 'a step');
    const tookMs = Math.max(0, to - from);
    if (how === 'done') times.doneMs.push(tookMs);
    else if (how !== 'failed') times.censoredMs.push(tookMs);
    if (how !== 'foreign') times.ended++;
    if (how === 'failed') times.failed++;
  }
  for (const [target, stage] of state.stage.entries()) {
    const since = stepSince[target] as number;
    if (stage === RUNNING && since < nowMs) must(bySteps[state.step[target] as number], 'a step').censoredMs.push(nowMs - since);
  }
  return bySteps.map(({ doneMs, censoredMs, ended: all, failed }) =>
    doneMs.length + censoredMs.length + all === 0 ? null : { times: logsOf({ doneMs, censoredMs }), ended: all, failed },
  );
}
