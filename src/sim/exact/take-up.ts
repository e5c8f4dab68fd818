// Sets the engine to where a run under way stands, so that a scenario goes on from there: whoever is at work, soaks, or waits for people
// has done so for as long as it has.
import { eventCode } from '../../core/run/advance.ts';
import type { Policy } from '../../core/change/policy.ts';
import type { Chain, Program } from '../../core/run/program.ts';
import { hasFlag, type MachineState } from '../../core/run/state.ts';
import { FLAG, stageCode } from '../../core/run/states.ts';
import { soakMsOf } from '../../core/run/soaks.ts';
import { isTry } from '../laws/plan-laws.ts';
import type { Attempts } from './attempts.ts';
import { CrewsAtWork } from './crews-at-work.ts';
import type { Present } from './present.ts';
import type { Tally } from './tally.ts';

interface Engine {
  readonly program: Program;
  readonly state: MachineState;
  readonly attempts: Attempts;
  readonly crews: Policy['crew'];
  readonly tally: Tally;
  /** Ms since the begin of the run. */
  readonly now: number;
  /** The target does what `attempts` judged last until that is over. */
  readonly goOn: (target: number) => void;
  /** It is back, and is looked at for so long still. */
  readonly soak: (target: number, restMs: number) => void;
  readonly callPeople: (target: number) => void;
  readonly ask: (wave: number, waveState: number) => void;
  /** -1: to the run as a whole. */
  readonly feed: (target: number, event: number) => void;
}

const STAGE = {
  running: stageCode('running'),
  queued: stageCode('queued'),
  parked: stageCode('parked'),
  straggling: stageCode('straggling'),
  returned: stageCode('returned'),
} as const;
const RESUME = eventCode('resume');
const UNHOLD = eventCode('unhold');
const FOREIGN_GONE = eventCode('foreign-gone');

/**
 * The machine's state is a copy of the run's already. What nobody can know is taken so: a pause, a hold and what others did to a target
 * end now; a question is answered as if it had just been asked; crews work on those that fell first, and have since they could.
 */
export function takeUp(present: Present, engine: Engine): void {
  restoreTally(present, engine);
  takeUpTroubles(present, engine);
  for (const target of engine.state.stage.keys()) takeUpTarget(present, engine, target);
  // Whoever fell first is at work, or first in line.
  for (const target of stragglersOf(present, engine.state)) if (engine.state.stage[target] === STAGE.straggling) engine.callPeople(target);
  for (const [wave, state] of engine.state.waveState.entries()) engine.ask(wave, state);
  liftHolds(engine);
}

function restoreTally({ beginMs, zeroMs, drainedAt, returnedAt }: Present, { tally }: Engine): void {
  const since = (at: number): number => Math.max(0, Math.round(at - beginMs));
  if (zeroMs !== null) tally.zero = since(zeroMs);
  for (const [target, at] of drainedAt.entries()) if (!Number.isNaN(at)) tally.drainedAt[target] = since(at);
  const back = Array.from(returnedAt.keys()).filter((target) => !Number.isNaN(returnedAt[target]));
  back.sort((a, b) => (returnedAt[a] as number) - (returnedAt[b] as number));
  for (const target of back) tally.returned(target, since(returnedAt[target] as number));
}

function takeUpTroubles(present: Present, engine: Engine): void {
  const { state, now } = engine;
  const { troubles } = engine.attempts;
  const crews = new CrewsAtWork(engine.crews, present.mendedAt, present.nowMs);
  for (const target of stragglersOf(present, state)) {
    const triedMs = sinceMs(present, present.troubleSince[target] as number);
    const calledAt = present.endedAt[target] as number;
    switch (troubleOf(present, engine, target)) {
      case 'rests':
        troubles.takeUp(
          target,
          now,
          (way) => (way.byTries ? triedMs : crews.elapsedMs(way, calledAt)),
          // What tries can mend they have mended.
          ({ byTries }) => !byTries || state.tries[target] === 0,
        );
        crews.take(troubles.wayOf(target));
        break;
      case 'tries':
        // Nobody is called as long as there are tries left.
        troubles.takeUp(target, now, ({ byTries }) => (byTries ? triedMs : 0), ANY);
        break;
      case 'tried':
        troubles.takeUp(target, now, () => 0, ANY);
        if (troubles.wayOf(target).byTries) troubles.mended(target, now);
        break;
      case 'mended':
        troubles.hadSome(target);
        break;
      default:
    }
  }
}

const ANY = (): boolean => true;

/** tried: a try has ended well, and the step that had failed is done again: it will show whether that was of any use. */
function troubleOf(
  { mendedAt, troubleSince }: Present,
  { program, state }: Engine,
  target: number,
): 'rests' | 'tries' | 'tried' | 'mended' {
  if (state.stage[target] === STAGE.straggling) return 'rests';
  const step = state.step[target] as number;
  if (isTry(program.chains[program.chainOf[target] as number] as Chain, step)) return 'tries';
  const byPeople = (mendedAt[target] as number) >= (troubleSince[target] as number);
  return step === state.failedStep[target] && (state.tries[target] as number) > 0 && !byPeople ? 'tried' : 'mended';
}

function takeUpTarget(present: Present, engine: Engine, target: number): void {
  const { program, state, attempts, now } = engine;
  const stage = state.stage[target];
  const step = state.step[target] as number;
  const atWork = stage === STAGE.running || stage === STAGE.queued || stage === STAGE.parked || stage === STAGE.returned;
  if (atWork && hasFlag(state, target, FLAG.drained | FLAG.changed)) attempts.troubles.entered(target, now);
  if (stage === STAGE.running) {
    attempts.judgeOn(target, step, now, sinceMs(present, present.stepSince[target] as number));
    engine.goOn(target);
  } else if (stage === STAGE.returned)
    engine.soak(target, Math.max(0, soakMsOf(program, target) - sinceMs(present, present.returnedAt[target] as number)));
}

/** `at` in Unix ms; 0: never, or now. */
function sinceMs({ nowMs }: Present, at: number): number {
  return at < nowMs ? Math.round(nowMs - at) : 0;
}

/** Whoever fell first comes first. */
function stragglersOf({ troubleSince }: Present, state: MachineState): number[] {
  const stragglers = Array.from(state.stage.keys()).filter((target) => hasFlag(state, target, FLAG.straggler));
  const since = (target: number): number => troubleSince[target] || Infinity;
  return stragglers.sort((a, b) => (since(a) < since(b) ? -1 : 1));
}

function liftHolds({ state, feed }: Engine): void {
  if (state.run.paused) feed(-1, RESUME);
  for (const target of state.stage.keys()) {
    if (hasFlag(state, target, FLAG.held)) feed(target, UNHOLD);
    if (hasFlag(state, target, FLAG.foreign)) feed(target, FOREIGN_GONE);
  }
}
