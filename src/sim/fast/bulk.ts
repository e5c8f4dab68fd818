// One scenario of the sample, with what the exact engine's result does not tell: when each target began each step, when it came back, and
// whether it left the happy path.
import { eventCode } from '../../core/run/advance.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { createExactEngine, type ExactEngine } from '../exact/engine.ts';
import { stepFlags } from '../exact/step-flags.ts';
import { simModel, type SimModel, type SimOptions } from '../model.ts';
import type { ScenarioResult } from '../result.ts';

const DONE = eventCode('done');
const FAILED = eventCode('failed');
const EXPIRED = eventCode('expired');
const SOAK_PASSED = eventCode('soak-passed');
const SOAK_FAILED = eventCode('soak-failed');
const RECALL = eventCode('recall');
const SKIP = eventCode('skip');
const NOT_YET = -1;

/** All moments are ms since the begin of the run; -1: not (yet). They are overwritten by the next scenario. */
export class Bulk {
  readonly model: SimModel;
  // by target
  readonly returnedAt: Float64Array;
  readonly drainedAt: Float64Array;
  /** 1: it left the happy path at least once. */
  readonly failed: Uint8Array;
  /** 1: never taken, or given back unchanged. */
  readonly out: Uint8Array;
  /** Time zero; the horizon where nothing was begun. */
  zero = 0;
  readonly #engine: ExactEngine;
  /** [target * steps + step]: when its first attempt of the step began, on the happy path. */
  readonly #startedAt: Float64Array;
  // by target
  readonly #soaked: Uint8Array;
  readonly #turned: Uint8Array;
  // by step
  readonly #attempts: Int32Array;
  readonly #isLast: Uint8Array;
  readonly #isDrain: Uint8Array;
  readonly #isFirstAct: Uint8Array;

  constructor(plan: Plan, options: SimOptions) {
    const model = simModel(plan, options);
    const { program, counted } = model;
    const n = program.targets.length;
    this.model = model;
    this.#engine = createExactEngine(model);
    this.returnedAt = new Float64Array(n);
    this.drainedAt = new Float64Array(n);
    this.failed = new Uint8Array(n);
    this.out = new Uint8Array(n);
    this.#startedAt = new Float64Array(n * program.steps.length);
    this.#soaked = new Uint8Array(n);
    this.#turned = new Uint8Array(n);
    this.#attempts = Int32Array.from(program.steps, ({ attempts }) => attempts);
    this.#isLast = stepFlags(program, ({ id }, { end, backEnd }) => id + 1 === end || id + 1 === backEnd);
    this.#isDrain = stepFlags(program, ({ id }, { drain }) => id === drain);
    const drains = counted.some((target) => (program.chains[program.chainOf[target] as number]?.drain ?? -1) >= 0);
    this.#isFirstAct = drains ? this.#isDrain : stepFlags(program, ({ id }, { entry }) => id === entry);
  }

  run(scenario: number): ScenarioResult {
    for (const moments of [this.#startedAt, this.returnedAt, this.drainedAt]) moments.fill(NOT_YET);
    for (const flags of [this.failed, this.out, this.#soaked, this.#turned]) flags.fill(0);
    const { beginMs, endMs } = this.model;
    this.zero = NOT_YET;
    const result = this.#engine.run(scenario, {
      trace: (atMs, target, kind, step, attempt) => {
        if (target >= 0) this.#happened(atMs - beginMs, target, kind, step, attempt);
      },
      began: (atMs, target, step) => this.#begun(atMs - beginMs, target, step),
    });
    if (this.zero === NOT_YET) this.zero = endMs - beginMs;
    this.#findOut();
    return result;
  }

  /** When the target began the step for the first time, on the happy path; -1: it never did. */
  startOf(target: number, step: number): number {
    return this.#startedAt[target * this.#attempts.length + step] as number;
  }

  #begun(now: number, target: number, step: number): void {
    if (this.#isFirstAct[step] === 1 && this.zero === NOT_YET) this.zero = now;
    if (this.#isDrain[step] === 1) this.drainedAt[target] = now;
    const at = target * this.#attempts.length + step;
    if (this.failed[target] === 0 && this.#startedAt[at] === NOT_YET) this.#startedAt[at] = now;
  }

  #happened(now: number, target: number, kind: number, step: number, attempt: number): void {
    if (kind === DONE) {
      if (this.#isLast[step] === 1) this.returnedAt[target] = now;
    } else if (kind === SOAK_PASSED) this.#soaked[target] = 1;
    else if (kind === EXPIRED || kind === SOAK_FAILED || (kind === FAILED && attempt >= (this.#attempts[step] as number))) {
      this.failed[target] = 1;
      this.returnedAt[target] = NOT_YET;
    } else if (kind === RECALL || kind === SKIP) this.#turned[target] = 1;
  }

  /** A return is followed by a soak; what is given back unchanged is not. */
  #findOut(): void {
    const { chains, chainOf } = this.model.program;
    for (let target = 0; target < this.out.length; target++) {
      const entered = this.startOf(target, chains[chainOf[target] as number]?.entry ?? 0) >= 0;
      const unchanged = (this.returnedAt[target] as number) >= 0 && this.#soaked[target] === 0;
      if (unchanged) this.returnedAt[target] = NOT_YET;
      if (unchanged || (this.#turned[target] === 1 && !entered)) this.out[target] = 1;
    }
  }
}
