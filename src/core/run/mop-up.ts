// Off the happy path and back: failures, time limits, automatic tries, what people say of a straggler, and failed soaks.
import { COMMAND, emit } from './commands.ts';
import { judge } from './gates.ts';
import { chainOf, giveBack, giveBackActing, proceed, rest, stepOf, turnBack, waveIndexOf } from './proceed.ts';
import { FLAG, stageCode } from './states.ts';
import { hasFlag, setFlag } from './state.ts';
import type { Move } from './move.ts';
import type { Chain } from './program.ts';

const PARKED = stageCode('parked');
const SETTLED = stageCode('settled');
const DROPPED = stageCode('dropped');
const RETURNED = stageCode('returned');
const STRAGGLING = stageCode('straggling');

/** One attempt failed: another one, while there are any. */
export function fail(m: Move): void {
  const { state, target } = m;
  const step = stepOf(m, state.step[target] as number);
  giveBack(m, target, step.limits);
  state.failures[target] = Math.min(255, (state.failures[target] as number) + 1);
  state.stage[target] = PARKED;
  if (state.failures[target] < step.attempts) proceed(m, target);
  else straggle(m, target);
}

/** The step's time is up: no further attempt. */
export function expire(m: Move): void {
  giveBack(m, m.target, stepOf(m, m.state.step[m.target] as number).limits);
  straggle(m, m.target);
}

/** Somebody says: try the step again that failed. A version that did not take is applied again: to read it again would change nothing. */
export function retry(m: Move): void {
  const chain = chainOf(m, m.target);
  const failed = stepOf(m, m.state.failedStep[m.target] as number);
  const drained = hasFlag(m.state, m.target, FLAG.drained);
  if (!drained && failed.id > chain.entry) resumeAt(m, chain.entry);
  else resumeAt(m, failed.id === chain.conform && failed.action.kind === 'read' ? firstDestructive(m, chain) : failed.id);
}

function firstDestructive(m: Move, chain: Chain): number {
  for (let step = chain.first; step < chain.end; step++) if (stepOf(m, step).destructive) return step;
  return chain.conform;
}

/** Somebody says it is mended: look what runs, validate, return. */
export function fix(m: Move): void {
  const chain = chainOf(m, m.target);
  const failed = m.state.failedStep[m.target] as number;
  const back = stepOf(m, failed).back;
  const look = hasFlag(m.state, m.target, FLAG.drained) ? chain.conform : chain.entry;
  resumeAt(m, back ? failed : look);
}

export function drop(m: Move): void {
  m.state.stage[m.target] = DROPPED;
  emit(m.out, COMMAND.dropped, m.target, -1);
}

export function recallStraggler(m: Move): void {
  reopen(m);
  setFlag(m.state, m.target, FLAG.recalled, true);
  if (!turnBack(m, m.target)) retry(m);
}

/** The soak held: the return is confirmed. */
export function settle(m: Move): void {
  const wave = waveIndexOf(m, m.target);
  m.state.stage[m.target] = SETTLED;
  m.state.waveSettled[wave] = (m.state.waveSettled[wave] as number) + 1;
  m.state.run.open--;
  emit(m.out, COMMAND.settled, m.target, -1);
  judge(m, wave);
}

/** A returned target fell out of service or was touched by somebody during its soak: the return is taken back. */
export function regress(m: Move): void {
  const { state, target } = m;
  if (state.stage[target] === SETTLED) {
    const wave = waveIndexOf(m, target);
    state.waveSettled[wave] = (state.waveSettled[wave] as number) - 1;
    state.run.open++;
  }
  state.stage[target] = RETURNED;
  state.step[target] = chainOf(m, target).conform;
  straggle(m, target);
}

function straggle(m: Move, target: number): void {
  const { state } = m;
  const chain = chainOf(m, target);
  const step = state.step[target] as number;
  giveBackActing(m, target);
  if (step < chain.mopUp || step >= chain.mopUpEnd) state.failedStep[target] = step;
  const wave = waveIndexOf(m, target);
  if (!hasFlag(state, target, FLAG.failedOnce)) state.waveFailedEver[wave] = (state.waveFailedEver[wave] as number) + 1;
  setFlag(state, target, FLAG.failedOnce | FLAG.straggler, true);
  state.attempt[target] = 0;
  state.failures[target] = 0;
  emit(m.out, COMMAND.failed, target, state.failedStep[target] as number);
  nextTry(m, target);
  judge(m, wave);
}

/** The next automatic mop-up try, or people. Only a drained, changed target is rebooted without asking. */
function nextTry(m: Move, target: number): void {
  const { state } = m;
  const chain = chainOf(m, target);
  const step = chain.mopUp + (state.tries[target] as number);
  if (step >= chain.mopUpEnd || !hasFlag(state, target, FLAG.changed) || !hasFlag(state, target, FLAG.drained)) {
    rest(m, target);
    return;
  }
  state.tries[target] = (state.tries[target] as number) + 1;
  state.step[target] = step;
  state.stage[target] = PARKED;
  proceed(m, target);
}

function resumeAt(m: Move, step: number): void {
  reopen(m);
  m.state.step[m.target] = step;
  m.state.attempt[m.target] = 0;
  m.state.failures[m.target] = 0;
  proceed(m, m.target);
}

function reopen(m: Move): void {
  const stage = m.state.stage[m.target] as number;
  if (stage === STRAGGLING || stage === DROPPED) m.state.run.open++;
  m.state.stage[m.target] = PARKED;
}
