// What each event does to a target or to the run: the handlers behind the tables of advance.ts.
import { drop, expire, fail, fix, recallStraggler, regress, retry, settle } from './mop-up.ts';
import { setWave, WAVE } from './gates.ts';
import { openWave } from './opening.ts';
import { proceed, proceedParked, skipTarget, stepDone, turnBack } from './proceed.ts';
import { quitLine } from './limits.ts';
import { FLAG, stageCode } from './states.ts';
import { hasFlag, setFlag } from './state.ts';
import type { Move } from './move.ts';

const IDLE = stageCode('idle');
const WAITING = stageCode('waiting');
const QUEUED = stageCode('queued');
const PARKED = stageCode('parked');
const RUNNING = stageCode('running');

export const TARGET_HANDLERS = {
  done: (m: Move) => stepDone(m, m.target),
  fail,
  expire,
  retry,
  fix,
  drop,
  settle,
  regress,
  recallStraggler,
  skip: (m: Move) => {
    quitLine(m.state, m.target);
    skipTarget(m, m.target);
  },
  hold: (m: Move) => setFlag(m.state, m.target, FLAG.held, true),
  unhold: (m: Move) => lift(m, FLAG.held),
  markForeign: (m: Move) => setFlag(m.state, m.target, FLAG.foreign, true),
  clearForeign: (m: Move) => lift(m, FLAG.foreign),
  /** A foreign act in the middle of a step: the step is given up, not counted as a failure, and starts anew once it is lifted. */
  interrupt: (m: Move) => {
    setFlag(m.state, m.target, FLAG.foreign, true);
    stepDone(m, m.target, 'again');
  },
  release: (m: Move) => {
    setFlag(m.state, m.target, FLAG.released, true);
    if (m.state.stage[m.target] === WAITING) proceed(m, m.target);
  },
  enterBaseline: (m: Move) => setFlag(m.state, m.target, FLAG.baseline, true),
  markRecalled: (m: Move) => setFlag(m.state, m.target, FLAG.recalled, true),
  recallQueued: (m: Move) => {
    quitLine(m.state, m.target);
    m.state.stage[m.target] = PARKED;
    if (!turnBack(m, m.target)) proceed(m, m.target);
  },
  recallParked: (m: Move) => {
    if (!turnBack(m, m.target)) proceed(m, m.target);
  },
} as const satisfies Record<string, (move: Move) => void>;

export type Handler = keyof typeof TARGET_HANDLERS;

export const RUN_HANDLERS = {
  confirm: (m: Move) => {
    m.state.run.confirmed = true;
  },
  begin: (m: Move) => {
    m.state.run.begun = true;
    for (const wave of m.program.waves.keys()) openWave(m, wave);
    forEach(m, (target) => {
      if (m.state.stage[target] === IDLE) proceed(m, target);
    });
  },
  pause: (m: Move) => {
    m.state.run.paused = true;
  },
  resume: (m: Move) => {
    m.state.run.paused = false;
    proceedParked(m);
  },
  /** Nothing new is touched; the untouched are given back; what was changed goes on to its return. */
  abort: (m: Move) => {
    m.state.run.aborted = true;
    m.state.run.paused = false;
    forEach(m, (target) => abortTarget(m, target));
    proceedParked(m);
  },
  /** Approves a wave: one that asks is opened; the gate of one at work is passed with what is back. arg -1: the return gate. */
  approve: (m: Move) => {
    const now = m.state.waveState[m.arg];
    if (m.arg < 0) {
      m.state.run.returnGateApproved = true;
      m.state.run.returnGateHeld = false;
    } else if (now === WAVE.open || now === WAVE.held) setWave(m, m.arg, WAVE.passed);
    else {
      m.state.waveApproved[m.arg] = 1;
      openWave(m, m.arg);
    }
    proceedParked(m);
  },
  /** arg = cluster * 2 + (1 open, 0 closed). */
  window: (m: Move) => {
    const cluster = m.arg >> 1;
    m.state.windowOpen[cluster] = m.arg & 1;
    for (const wave of m.program.waves) {
      if (wave.cluster !== cluster) continue;
      for (const target of wave.members) if (m.state.stage[target] === WAITING) proceed(m, target);
    }
  },
  gateTimeout: (m: Move) => {
    if (!m.state.run.returnGateApproved) m.state.run.returnGateHeld = true;
  },
} as const satisfies Record<string, (move: Move) => void>;

function lift(m: Move, flag: number): void {
  setFlag(m.state, m.target, flag, false);
  if (m.state.stage[m.target] === PARKED) proceed(m, m.target);
}

function abortTarget(m: Move, target: number): void {
  const stage = m.state.stage[target] as number;
  if (hasFlag(m.state, target, FLAG.changed)) return;
  if (stage === IDLE || stage === WAITING) skipTarget(m, target);
  else if (stage === RUNNING) setFlag(m.state, target, FLAG.recalled, true);
  else if (stage === QUEUED || stage === PARKED) {
    quitLine(m.state, target);
    m.state.stage[target] = PARKED;
    turnBack(m, target);
  }
}

function forEach(m: Move, visit: (target: number) => void): void {
  for (let target = 0; target < m.program.targets.length; target++) visit(target);
}
