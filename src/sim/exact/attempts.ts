// What each attempt of a step comes to: how long it takes, and by which event it ends.
import { eventCode } from '../../core/run/advance.ts';
import type { Program } from '../../core/run/program.ts';
import { nodeStateCode } from '../../core/run/states.ts';
import type { MachineState } from '../../core/run/state.ts';
import type { Chance } from '../laws/chance.ts';
import { isTry } from '../laws/plan-laws.ts';
import type { SimModel } from '../model.ts';
import { Looks } from './looks.ts';
import { stepFlags } from './step-flags.ts';
import { ATTEMPTS_AN_EPISODE, Troubles } from './troubles.ts';

const DONE = eventCode('done');
const FAILED = eventCode('failed');
const EXPIRED = eventCode('expired');
const REBOOTING = nodeStateCode('rebooting');
const NO_LIMIT = Number.POSITIVE_INFINITY;

/** Whether the step brings the target up: one that failed at it is up once it is mended, as the machine has it (`nextStep`). */
export const boots = (program: Program, step: number): boolean => program.steps[step]?.to === REBOOTING;

export class Attempts {
  /** Of the attempt judged last: ms from its begin, and the event that ends it. */
  takesMs = 0;
  ending = DONE;
  readonly troubles: Troubles;
  readonly #state: MachineState;
  readonly #chance: Chance;
  readonly #looks: Looks;
  readonly #instead: SimModel['instead'];
  readonly #clusterOf: Int32Array;
  readonly #openedAt: Float64Array;
  // by step
  readonly #timeoutMs: Float64Array;
  readonly #isEntry: Uint8Array;
  readonly #isTry: Uint8Array;
  readonly #boots: Uint8Array;
  /** Ends only when the node's job does. */
  readonly #waitsForJob: Uint8Array;
  /** In this scenario, its attempts on a target without troubles do nothing but take their time. */
  readonly #plain: Uint8Array;
  #scenario = 0;

  /** `openedAt`: by cluster, ms since the begin at which its window opened last; kept up to date by the engine. */
  constructor(model: SimModel, state: MachineState, chance: Chance, openedAt: Float64Array) {
    const { program, laws, instead } = model;
    this.troubles = new Troubles(model, state, chance);
    this.#state = state;
    this.#chance = chance;
    this.#looks = new Looks(model, state, chance);
    this.#instead = instead;
    this.#clusterOf = program.clusterOf;
    this.#openedAt = openedAt;
    this.#timeoutMs = Float64Array.from(program.steps, ({ timeoutMs }) => timeoutMs ?? NO_LIMIT);
    this.#isEntry = stepFlags(program, ({ id }, chain) => id === chain.entry);
    this.#isTry = stepFlags(program, ({ id }, chain) => isTry(chain, id));
    this.#boots = stepFlags(program, ({ id }) => boots(program, id));
    this.#waitsForJob = stepFlags(program, ({ id }, chain) => laws.jobs !== null && id === chain.drain);
    this.#plain = new Uint8Array(program.steps.length);
  }

  reset(scenario: number): void {
    this.#scenario = scenario;
    this.#looks.reset();
    this.troubles.reset();
    const told = this.#instead.takesMs !== undefined || this.#instead.fails !== undefined;
    for (let step = 0; step < this.#plain.length; step++) {
      const mayFail = this.#chance.failShare(step) > 0 || this.#looks.mayFind(step);
      this.#plain[step] = Number(!told && !mayFail && this.#isEntry[step] === 0 && this.#waitsForJob[step] === 0);
    }
  }

  /** Judges the attempt of the step that begins now. */
  judge(target: number, step: number, now: number): void {
    if (this.#isEntry[step] === 1) this.troubles.entered(target, now);
    if (this.troubles.isSpecial(target)) {
      this.#judgeSpecial(target, step, now);
      return;
    }
    const attempt = this.#state.attempt[target] as number;
    if (this.#plain[step] === 1) {
      this.takesMs = this.#chance.takesMs(target, step, attempt);
      this.ending = DONE;
    } else {
      this.takesMs = this.#naturalMs(target, step, attempt, now);
      this.ending = this.#fails(target, step, attempt) ? FAILED : DONE;
    }
    this.#cutShort(step);
  }

  /** Judges the attempt of the step that began `elapsedMs` ago and goes on. */
  judgeOn(target: number, step: number, now: number, elapsedMs: number): void {
    this.#judgeSpecial(target, step, now, elapsedMs);
  }

  /** The target has left the happy path, or a try has not helped. */
  fell(target: number, now: number): void {
    if (this.troubles.fell(target, now)) this.#looks.fell(target);
  }

  /** For a target that has trouble, has had some, or has a fault before it. */
  #judgeSpecial(target: number, step: number, now: number, elapsedMs = 0): void {
    const { troubles } = this;
    const attempt = (this.#state.attempt[target] as number) + ATTEMPTS_AN_EPISODE * troubles.episodes(target);
    this.takesMs = elapsedMs > 0 ? this.#restMs(target, step, attempt, now, elapsedMs) : this.#naturalMs(target, step, attempt, now);
    this.ending = DONE;
    if (troubles.lasts(target, now)) {
      this.#judgeInTrouble(target, step, now);
      this.#cutShort(step, elapsedMs);
      return;
    }
    if (!troubles.mendedAt(target, step) && this.#fails(target, step, attempt)) this.ending = FAILED;
    this.#cutShort(step, elapsedMs);
    const faultAt = troubles.strikeBefore(target, now, now + this.takesMs);
    if (faultAt < 0) return;
    // Found out when the step's time is up; where that has no limit, at once.
    const timeoutMs = this.#timeoutMs[step] as number;
    this.takesMs = timeoutMs === NO_LIMIT ? faultAt - now : Math.max(0, timeoutMs - elapsedMs);
    this.ending = EXPIRED;
  }

  /**
   * While trouble lasts, the step that failed fails again. A try mends only what its way is for, and then takes as long as that does.
   * For the rest it is a boot like any other; a target whose boot had failed does not come up from it.
   */
  #judgeInTrouble(target: number, step: number, now: number): void {
    const failedStep = this.#state.failedStep[target] as number;
    if (this.#isTry[step] === 0) this.ending = step === failedStep ? FAILED : DONE;
    else if (this.troubles.wayOf(target).byTries) this.takesMs = this.troubles.overAt(target) - now;
    else if (this.#boots[failedStep] === 1) this.takesMs = this.#timeoutMs[step] === NO_LIMIT ? this.takesMs : NO_LIMIT;
  }

  #cutShort(step: number, elapsedMs = 0): void {
    const leftMs = Math.max(0, (this.#timeoutMs[step] as number) - elapsedMs);
    if (this.takesMs <= leftMs) return;
    this.takesMs = leftMs;
    this.ending = EXPIRED;
  }

  #naturalMs(target: number, step: number, attempt: number, now: number): number {
    if (this.#instead.takesMs) {
      const known = this.#instead.takesMs(this.#scenario, target, step, attempt);
      if (known !== null) return known;
    }
    const ms = this.#chance.takesMs(target, step, attempt);
    if (this.#waitsForJob[step] === 0) return ms;
    const openedAt = this.#openedAt[this.#clusterOf[target] as number] as number;
    return ms + Math.max(0, openedAt + this.#chance.jobEndMs(target) - now);
  }

  #restMs(target: number, step: number, attempt: number, now: number, elapsedMs: number): number {
    if (this.#waitsForJob[step] === 0) return this.#chance.takesOnMs(target, step, attempt, elapsedMs);
    const openedAt = this.#openedAt[this.#clusterOf[target] as number] as number;
    return this.#chance.takesMs(target, step, attempt) + this.#chance.jobEndOnMs(target, now - openedAt);
  }

  #fails(target: number, step: number, attempt: number): boolean {
    if (this.#instead.fails) {
      const known = this.#instead.fails(this.#scenario, target, step, attempt);
      if (known !== null) return known;
    }
    return this.#chance.fails(target, step, attempt) || this.#looks.find(target, step);
  }
}
