// How a target gets from one step to the next: what may forbid a step, which limits it takes, and when waves open.
import { judgeWave } from '../gate/wave-gate.ts';
import { COMMAND, emit } from './commands.ts';
import { giveLimits, joinLine, leaveLine, takeLimits } from './limits.ts';
import { FLAG, nodeStateCode, stageCode, WAVE_STATES, type WaveState } from './states.ts';
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
const SHOWN_RETURNED = nodeStateCode('returned');
const IN_SERVICE = nodeStateCode('in-service');

const WAVE = Object.fromEntries(WAVE_STATES.map((name, code) => [name, code])) as Record<WaveState, number>;

export const chainOf = (m: Move, target: number): Chain => m.program.chains[m.program.chainOf[target] as number] as Chain;
export const stepOf = (m: Move, step: number): ProgramStep => m.program.steps[step] as ProgramStep;
export const waveIndexOf = (m: Move, target: number): number => m.program.waveOf[target] as number;

/** Starts the target's current step, or leaves it waiting, parked or in line, whichever holds it up. */
export function proceed(m: Move, target: number): void {
  const { state } = m;
  if (state.stage[target] === IDLE) state.step[target] = chainOf(m, target).first;
  if (hasFlag(state, target, FLAG.recalled) && turnBack(m, target)) return;
  const step = stepOf(m, state.step[target] as number);
  const first = step.id === chainOf(m, target).drain && !hasFlag(state, target, FLAG.drained);
  const block = first ? mayDrain(m, target) : mayGoOn(m, target);
  if (block !== RUNNING) {
    state.stage[target] = block;
    return;
  }
  const limits = first ? [...step.limits, ...m.program.actingLimits, ...m.program.unavailableLimits] : step.limits;
  const full = takeLimits(m.program, state, target, limits);
  if (full >= 0) {
    state.stage[target] = QUEUED;
    joinLine(state, full, target);
    return;
  }
  start(m, target, step, first);
}

/** The step ended well, or (`again`) was given up without fault and must start anew. */
export function stepDone(m: Move, target: number, how: 'next' | 'again' = 'next'): void {
  const { state } = m;
  const step = stepOf(m, state.step[target] as number);
  const chain = chainOf(m, target);
  state.stage[target] = PARKED;
  giveBack(m, target, step.limits);
  if (how === 'again') return;
  state.attempt[target] = 0;
  state.failures[target] = 0;
  if (step.id === chain.drain) state.shown[target] = CLEARED;
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
  if (!hasFlag(state, target, FLAG.drained)) {
    skipTarget(m, target);
    return true;
  }
  const changed = hasFlag(state, target, FLAG.changed);
  if (changed && (chain.back === chain.backEnd || stepOf(m, state.step[target] as number).back)) return false;
  state.step[target] = changed ? chain.back : chain.end - 1;
  state.attempt[target] = 0;
  state.failures[target] = 0;
  proceed(m, target);
  return true;
}

/** Takes the target out of the run unchanged: it never was drained, or nothing was done to it. */
export function skipTarget(m: Move, target: number): void {
  m.state.stage[target] = SKIPPED;
  m.state.shown[target] = IN_SERVICE;
  const wave = waveIndexOf(m, target);
  m.state.waveSkipped[wave] = (m.state.waveSkipped[wave] as number) + 1;
  m.state.run.open--;
  emit(m.out, COMMAND.skipped, target, -1);
  judge(m, wave);
}

/** Lets everything that a pause, hold, gate or foreign act had parked try again. */
export function proceedParked(m: Move): void {
  for (let target = 0; target < m.program.targets.length; target++) {
    const stage = m.state.stage[target] as number;
    if (stage === PARKED || stage === WAITING) proceed(m, target);
  }
}

/** Re-judges the wave's gate and opens what it was holding back. */
export function judge(m: Move, wave: number): void {
  const { state, program } = m;
  const now = state.waveState[wave] as number;
  if (now !== WAVE.open && now !== WAVE.held) return;
  const w = program.waves[wave] as ProgramWave;
  const verdict = judgeWave(w.gate, {
    members: w.members.length - (state.waveSkipped[wave] as number),
    started: state.waveStarted[wave] as number,
    failedEver: state.waveFailedEver[wave] as number,
    settled: state.waveSettled[wave] as number,
  });
  if (verdict === 'pass' || (verdict === 'hold' && state.waveApproved[wave] === 2))
    setWave(m, wave, verdict === 'pass' ? WAVE.passed : WAVE.open);
  else if (verdict === 'hold' && now === WAVE.open) setWave(m, wave, WAVE.held);
}

/** Opens every wave whose turn has come. An approval opens an asking wave and overrules a held one. */
export function openWaves(m: Move): void {
  const { state, program } = m;
  for (let wave = 0; wave < program.waves.length; wave++) {
    const w = program.waves[wave] as ProgramWave;
    const now = state.waveState[wave] as number;
    if (now === WAVE.held && state.waveApproved[wave] === 1) {
      setWave(m, wave, WAVE.passed);
      continue;
    }
    if (!state.run.begun || (now !== WAVE.closed && now !== WAVE.asking)) continue;
    if (!w.after.every((other) => state.waveState[other] === WAVE.passed)) continue;
    if (w.asks && state.waveApproved[wave] === 0) {
      if (now === WAVE.closed) setWave(m, wave, WAVE.asking);
      continue;
    }
    state.waveApproved[wave] = 0;
    setWave(m, wave, WAVE.open);
    for (const target of w.members) if (state.stage[target] === WAITING) proceed(m, target);
    judge(m, wave);
  }
}

/** Gives limits back and lets the lines before them move. */
export function giveBack(m: Move, target: number, limits: readonly number[]): void {
  giveLimits(m.program, m.state, target, limits, (counter) => {
    while ((m.state.inUse[counter] as number) < (m.program.capacity[counter] as number)) {
      const next = leaveLine(m.state, counter);
      if (next < 0) return;
      if (m.state.stage[next] === QUEUED) proceed(m, next);
    }
  });
}

export function giveBackActing(m: Move, target: number): void {
  if (!hasFlag(m.state, target, FLAG.acting)) return;
  setFlag(m.state, target, FLAG.acting, false);
  giveBack(m, target, m.program.actingLimits);
}

/** A drained target may go on unless somebody stopped it; what was changed is never left half way by an abort. */
function mayGoOn(m: Move, target: number): number {
  const { state } = m;
  if (hasFlag(state, target, FLAG.held | FLAG.foreign)) return PARKED;
  return state.run.paused ? PARKED : RUNNING;
}

function mayDrain(m: Move, target: number): number {
  const { state, program } = m;
  const wave = waveIndexOf(m, target);
  const go = mayGoOn(m, target);
  if (go !== RUNNING) return go;
  const waveState = state.waveState[wave] as number;
  const open = waveState === WAVE.open || waveState === WAVE.passed;
  const windowOpen = state.windowOpen[program.clusterOf[target] as number] === 1;
  if (!open || !windowOpen || !hasFlag(state, target, FLAG.released)) return WAITING;
  return anyGateHeld(m) ? PARKED : RUNNING;
}

function anyGateHeld(m: Move): boolean {
  return m.state.waveState.includes(WAVE.held);
}

function start(m: Move, target: number, step: ProgramStep, first: boolean): void {
  const { state } = m;
  state.stage[target] = RUNNING;
  state.attempt[target] = Math.min(255, (state.attempt[target] as number) + 1);
  state.starts[target] = (state.starts[target] as number) + 1;
  if (step.to >= 0) state.shown[target] = step.to;
  if (first) {
    setFlag(state, target, FLAG.drained | FLAG.acting | FLAG.unavailable, true);
    const wave = waveIndexOf(m, target);
    state.waveStarted[wave] = (state.waveStarted[wave] as number) + 1;
  }
  if (step.destructive) setFlag(state, target, FLAG.changed, true);
  emit(m.out, COMMAND.start, target, step.id);
}

/** The step after this one; -1 = the target is back. Mop-up tries lead back to where the target fell off. */
function nextStep(m: Move, target: number, step: ProgramStep, chain: Chain): number {
  if (step.id >= chain.mopUp && step.id < chain.mopUpEnd) {
    const failed = stepOf(m, m.state.failedStep[target] as number);
    return failed.to === nodeStateCode('rebooting') ? failed.id + 1 : failed.id;
  }
  if (step.id + 1 === chain.end || step.id + 1 === chain.backEnd) return -1;
  return step.id + 1;
}

function cameBack(m: Move, target: number): void {
  const { state } = m;
  giveBackActing(m, target);
  setFlag(state, target, FLAG.unavailable | FLAG.straggler | FLAG.drained, false);
  giveBack(m, target, m.program.unavailableLimits);
  if (!hasFlag(state, target, FLAG.changed)) {
    skipTarget(m, target);
    return;
  }
  state.stage[target] = RETURNED;
  state.shown[target] = SHOWN_RETURNED;
  emit(m.out, COMMAND.returned, target, -1);
}

function setWave(m: Move, wave: number, waveState: number): void {
  m.state.waveState[wave] = waveState;
  emit(m.out, COMMAND.wave, wave, waveState);
  if (waveState === WAVE.passed) {
    openWaves(m);
    proceedParked(m);
  }
}

/** A target without anything automatic left; it keeps its drain and counts as unavailable. */
export function rest(m: Move, target: number): void {
  m.state.stage[target] = STRAGGLING;
  m.state.run.open--;
  emit(m.out, COMMAND.straggling, target, m.state.failedStep[target] as number);
}
