// How a target gets from one step to the next: what may forbid a step, which limits it takes, and how it leaves the work.
import { COMMAND, emit } from './commands.ts';
import { judge, markBusy, markQuiet, WAVE } from './gates.ts';
import { giveLimit, hasRoom, joinLine, leaveLine, takeLimits } from './limits.ts';
import { FLAG, nodeStateCode, stageCode } from './states.ts';
import { hasFlag, setFlag } from './state.ts';
import type { Move } from './move.ts';
import type { Chain, ProgramStep, ProgramWave } from './program.ts';

const IDLE = stageCode('idle');
const WAITING = stageCode('waiting');
const QUEUED = stageCode('queued');
const PARKED = stageCode('parked');
const RUNNING = stageCode('running');
const STRAGGLING = stageCode('straggling');
const RETURNED = stageCode('returned');
const SKIPPED = stageCode('skipped');
const CLEARED = nodeStateCode('cleared');
const REBOOTING = nodeStateCode('rebooting');
const SHOWN_RETURNED = nodeStateCode('returned');
const IN_SERVICE = nodeStateCode('in-service');

/** What holds of the plan say to a step: none is about it, one still waits for its waves, all of them are behind the target. */
const FREE = 0;
const WAITS = 1;
const LIFTED = 2;

export const chainOf = (m: Move, target: number): Chain => m.program.chains[m.program.chainOf[target] as number] as Chain;
/** As `chainOf`, for who has the step at hand: one table less to look into, which counts when targets come in any order. */
const chainOfStep = (m: Move, step: ProgramStep): Chain => m.program.chains[step.chain] as Chain;
export const stepOf = (m: Move, step: number): ProgramStep => m.program.steps[step] as ProgramStep;
export const waveIndexOf = (m: Move, target: number): number => m.program.waveOf[target] as number;

/** Starts the target's current step, or leaves it waiting, parked or in line, whichever holds it up. */
export function proceed(m: Move, target: number): void {
  const { state } = m;
  if (state.stage[target] === IDLE) state.step[target] = chainOf(m, target).first;
  if (hasFlag(state, target, FLAG.recalled) && turnBack(m, target)) return;
  const step = stepOf(m, state.step[target] as number);
  const chain = chainOfStep(m, step);
  const enters = step.id === chain.entry && !hasFlag(state, target, FLAG.drained);
  const stage = enters ? mayEnter(m, target) : mayGoOn(m, target);
  if (stage === SKIPPED) skipTarget(m, target);
  if (stage !== RUNNING) {
    state.stage[target] = stage;
    return;
  }
  const held = heldAt(m, target, step.id, chain);
  if (held === WAITS || (held === LIFTED && !mayBegin(m, target))) {
    waitAside(m, target);
    return;
  }
  const rejoins = hasFlag(state, target, FLAG.aside) && !hasFlag(state, target, FLAG.leaving);
  const limits = enters ? chain.entryLimits : rejoins ? [...step.limits, ...m.program.actingLimits] : step.limits;
  const full = takeLimits(m.program, state, target, limits);
  if (full >= 0) {
    state.stage[target] = QUEUED;
    joinLine(state, full, target);
    return;
  }
  if (enters) enter(m, target);
  if (step.id === chain.entry) markBusy(m, target);
  if (rejoins) rejoin(m, target);
  // What it hangs on was worked on meanwhile: its return counts, and an abort does not give it back unlooked-at.
  if (held === LIFTED) markChanged(m, target);
  start(m, target, step);
}

/** The step ended well, or (`again`) was given up without fault and must start anew. */
export function stepDone(m: Move, target: number, how: 'next' | 'again' = 'next'): void {
  const { state } = m;
  const step = stepOf(m, state.step[target] as number);
  const chain = chainOfStep(m, step);
  state.stage[target] = PARKED;
  giveBack(m, target, step.limits);
  if (how === 'again') return;
  state.attempt[target] = 0;
  state.failures[target] = 0;
  if (step.id === chain.drain) state.shown[target] = CLEARED;
  if (step.id === chain.entry) markQuiet(m, target);
  const next = nextStep(m, target, step, chain);
  if (next < 0) cameBack(m, target);
  else {
    state.step[target] = next;
    proceed(m, target);
  }
}

/** Sends a recalled target back: untouched ones to their return, changed ones to the way back. False: it goes on forward. */
export function turnBack(m: Move, target: number): boolean {
  const { state } = m;
  setFlag(state, target, FLAG.recalled, false);
  const chain = chainOf(m, target);
  const changed = hasFlag(state, target, FLAG.changed);
  if (!hasFlag(state, target, FLAG.drained)) skipTarget(m, target);
  else if (!changed && chain.drain < 0) cameBack(m, target);
  else if (changed && (chain.back === chain.backEnd || stepOf(m, state.step[target] as number).back)) return false;
  else {
    setFlag(state, target, FLAG.leaving, !changed);
    state.step[target] = changed ? chain.back : chain.end - 1;
    state.attempt[target] = 0;
    state.failures[target] = 0;
    proceed(m, target);
  }
  return true;
}

/** Takes the target out of the run unchanged: it never entered, or nothing was done to it. */
export function skipTarget(m: Move, target: number): void {
  m.state.stage[target] = SKIPPED;
  m.state.shown[target] = IN_SERVICE;
  const wave = waveIndexOf(m, target);
  m.state.waveSkipped[wave] = (m.state.waveSkipped[wave] as number) + 1;
  m.state.run.open--;
  emit(m.out, COMMAND.skipped, target, -1);
  markQuiet(m, target);
  judge(m, wave);
}

/** Lets everything that a pause, hold, gate or foreign act had parked try again. */
export function proceedParked(m: Move): void {
  for (let target = 0; target < m.program.targets.length; target++) {
    const stage = m.state.stage[target] as number;
    if (stage === PARKED || stage === WAITING) proceed(m, target);
  }
}

/** Gives limits back and lets the lines before them move. */
export function giveBack(m: Move, target: number, limits: readonly number[]): void {
  const { state, program } = m;
  for (const limit of limits) {
    const counter = giveLimit(program, state, target, limit);
    if (counter < 0) continue;
    while (hasRoom(program, state, counter)) {
      const next = leaveLine(state, counter);
      if (next < 0) break;
      if (state.stage[next] === QUEUED) proceed(m, next);
    }
  }
}

export function giveBackActing(m: Move, target: number): void {
  if (!hasFlag(m.state, target, FLAG.acting)) return;
  setFlag(m.state, target, FLAG.acting, false);
  giveBack(m, target, m.program.actingLimits);
}

/** A target without anything automatic left; it keeps its drain and counts as unavailable. */
export function rest(m: Move, target: number): void {
  m.state.stage[target] = STRAGGLING;
  m.state.run.open--;
  emit(m.out, COMMAND.straggling, target, m.state.failedStep[target] as number);
  markQuiet(m, target);
}

/** One that entered may go on unless somebody stopped it; what was changed is never left half way by an abort. */
function mayGoOn(m: Move, target: number): number {
  const { state } = m;
  if (hasFlag(state, target, FLAG.held | FLAG.foreign)) return PARKED;
  return state.run.paused ? PARKED : RUNNING;
}

function mayEnter(m: Move, target: number): number {
  const { state, program } = m;
  if (state.run.aborted && !hasFlag(state, target, FLAG.changed)) return SKIPPED;
  const go = mayGoOn(m, target);
  if (go !== RUNNING) return go;
  const waveState = state.waveState[waveIndexOf(m, target)] as number;
  const open = waveState === WAVE.open || waveState === WAVE.passed;
  const windowOpen = state.windowOpen[program.clusterOf[target] as number] === 1;
  if (!open || !windowOpen || !hasFlag(state, target, FLAG.released)) return WAITING;
  return state.run.gatesHeld > 0 ? PARKED : RUNNING;
}

/**
 * Whether the plan holds the target at this step of its way forward, wherever it came from: somebody may have mended it past the held step.
 * An aborted run waits for no gate, and who is given back untouched for nobody.
 */
function heldAt(m: Move, target: number, step: number, chain: Chain): number {
  if (m.program.holds.length === 0) return FREE;
  const { holds } = m.program.waves[waveIndexOf(m, target)] as ProgramWave;
  if (step >= chain.end || hasFlag(m.state, target, FLAG.leaving)) return FREE;
  let held = FREE;
  for (const hold of holds) {
    if (step < hold.step) continue;
    if ((m.state.holdWaits[hold.id] as number) > 0 && !m.state.run.aborted) return WAITS;
    held = LIFTED;
  }
  return held;
}

/** While a gate holds, nothing new is begun: who was drained and then held begins only here. */
function mayBegin(m: Move, target: number): boolean {
  const { gatesHeld, aborted } = m.state.run;
  return gatesHeld === 0 || aborted || hasFlag(m.state, target, FLAG.changed);
}

/** Who waits for other waves is not at work: its place among those at once is somebody else's meanwhile. */
function waitAside(m: Move, target: number): void {
  m.state.stage[target] = PARKED;
  if (!hasFlag(m.state, target, FLAG.acting)) return;
  setFlag(m.state, target, FLAG.aside, true);
  giveBackActing(m, target);
}

function rejoin(m: Move, target: number): void {
  setFlag(m.state, target, FLAG.aside, false);
  setFlag(m.state, target, FLAG.acting, true);
}

function enter(m: Move, target: number): void {
  const { state } = m;
  setFlag(state, target, FLAG.drained | FLAG.acting | FLAG.unavailable, true);
  if (!isHeldOnTheWay(m, target)) countStarted(m, target);
}

function markChanged(m: Move, target: number): void {
  if (hasFlag(m.state, target, FLAG.changed)) return;
  setFlag(m.state, target, FLAG.changed, true);
  if (isHeldOnTheWay(m, target)) countStarted(m, target);
}

/** A failure rate is one of those on which something was begun: not of all that stand drained and wait for others. */
function isHeldOnTheWay(m: Move, target: number): boolean {
  return m.program.holds.length > 0 && (m.program.waves[waveIndexOf(m, target)] as ProgramWave).holds.length > 0;
}

function countStarted(m: Move, target: number): void {
  const wave = waveIndexOf(m, target);
  m.state.waveStarted[wave] = (m.state.waveStarted[wave] as number) + 1;
}

function start(m: Move, target: number, step: ProgramStep): void {
  const { state } = m;
  state.stage[target] = RUNNING;
  state.attempt[target] = Math.min(255, (state.attempt[target] as number) + 1);
  state.starts[target] = (state.starts[target] as number) + 1;
  if (step.to >= 0) state.shown[target] = step.to;
  if (step.destructive) markChanged(m, target);
  emit(m.out, COMMAND.start, target, step.id);
}

/** The step after this one; -1 = the target is back. Mop-up tries lead back to where the target fell off. */
function nextStep(m: Move, target: number, step: ProgramStep, chain: Chain): number {
  if (step.id >= chain.mopUp && step.id < chain.mopUpEnd) {
    const failed = stepOf(m, m.state.failedStep[target] as number);
    // What was rebooted because it could not be given back is looked at anew.
    if (failed.action.kind === 'do' && failed.action.act === 'return') return chain.conform;
    return failed.to === REBOOTING ? following(failed.id, chain) : failed.id;
  }
  return following(step.id, chain);
}

function following(step: number, chain: Chain): number {
  return step + 1 === chain.end || step + 1 === chain.backEnd ? -1 : step + 1;
}

function cameBack(m: Move, target: number): void {
  const { state } = m;
  giveBackActing(m, target);
  setFlag(state, target, FLAG.unavailable | FLAG.straggler | FLAG.drained | FLAG.aside | FLAG.leaving, false);
  giveBack(m, target, m.program.unavailableLimits);
  if (!hasFlag(state, target, FLAG.changed)) {
    skipTarget(m, target);
    return;
  }
  state.stage[target] = RETURNED;
  state.shown[target] = SHOWN_RETURNED;
  emit(m.out, COMMAND.returned, target, -1);
}
