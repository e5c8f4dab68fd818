// One scenario of the sample, with what the exact engine's result does not tell: when each target began each step, when it came back, and
// whether it left the happy path.
import { eventCode } from '../../core/run/advance.ts';
import { createExactEngine, type ExactEngine } from '../exact/engine.ts';
import { simModel, type SimModel, type SimOptions } from '../model.ts';
import type { ScenarioResult } from '../result.ts';
import type { Plan } from '../../core/plan/plan.ts';

const DONE = eventCode('done');
const FAILED = eventCode('failed');
const EXPIRED = eventCode('expired');
const SOAK_FAILED = eventCode('soak-failed');
const RECALL = eventCode('recall');
const SKIP = eventCode('skip');
const NOT_YET = -1;

/** All moments are ms since the begin of the run; -1: not (yet). They are overwritten by the next scenario. */
export class Bulk {
  readonly model: SimModel;
  /** [target * steps + step]: when its first attempt of the step began, on the happy path. */
  readonly startedAt: Float64Array;
  /** By target. */
  readonly returnedAt: Float64Array;
  readonly drainedAt: Float64Array;
  /** 1: it left the happy path at least once. */
  readonly failed: Uint8Array;
  /** 1: it was told to turn back, or is not taken at all. */
  readonly recalled: Uint8Array;
  /** 1: something was changed on it; a recalled target that was not is out of the run. */
  readonly changed: Uint8Array;
  /** Time zero; the horizon where nothing was begun. */
  zero = 0;
  readonly #engine: ExactEngine;
  readonly #steps: number;
  readonly #attempts: Int32Array;
  // by step: 1 for the last one of a chain or of its way back, the drain, and what changes a target
  readonly #isLast: Uint8Array;
  readonly #isDrain: Uint8Array;
  readonly #isFirstAct: Uint8Array;
  readonly #destructive: Uint8Array;

  constructor(plan: Plan, options: SimOptions) {
    const model = simModel(plan, options);
    const { program, counted } = model;
    const n = program.targets.length;
    const flags = (test: (step: (typeof program.steps)[number], chain: (typeof program.chains)[number]) => boolean): Uint8Array =>
      Uint8Array.from(program.steps, (step) => {
        const chain = program.chains[step.chain];
        return Number(chain !== undefined && test(step, chain));
      });
    this.model = model;
    this.#engine = createExactEngine(model);
    this.#steps = program.steps.length;
    this.startedAt = new Float64Array(n * this.#steps);
    this.returnedAt = new Float64Array(n);
    this.drainedAt = new Float64Array(n);
    this.failed = new Uint8Array(n);
    this.recalled = new Uint8Array(n);
    this.changed = new Uint8Array(n);
    this.#attempts = Int32Array.from(program.steps, ({ attempts }) => attempts);
    this.#isLast = flags(({ id }, { end, backEnd }) => id + 1 === end || id + 1 === backEnd);
    this.#isDrain = flags(({ id }, { drain }) => id === drain);
    const drains = counted.some((target) => (program.chains[program.chainOf[target] as number]?.drain ?? -1) >= 0);
    this.#isFirstAct = drains ? this.#isDrain : flags(({ id }, { entry }) => id === entry);
    this.#destructive = flags(({ destructive }) => destructive);
  }

  run(scenario: number): ScenarioResult {
    this.startedAt.fill(NOT_YET);
    this.returnedAt.fill(NOT_YET);
    this.drainedAt.fill(NOT_YET);
    this.failed.fill(0);
    this.recalled.fill(0);
    this.changed.fill(0);
    const { beginMs, endMs } = this.model;
    this.zero = NOT_YET;
    const result = this.#engine.run(scenario, {
      trace: (atMs, target, kind, step, attempt) => {
        if (target >= 0) this.#happened(atMs - beginMs, target, kind, step, attempt);
      },
      began: (atMs, target, step) => this.#begun(atMs - beginMs, target, step),
    });
    if (this.zero === NOT_YET) this.zero = endMs - beginMs;
    return result;
  }

  startOf(target: number, step: number): number {
    return this.startedAt[target * this.#steps + step] as number;
  }

  #begun(now: number, target: number, step: number): void {
    if (this.#isFirstAct[step] === 1 && this.zero === NOT_YET) this.zero = now;
    if (this.#isDrain[step] === 1) this.drainedAt[target] = now;
    if (this.#destructive[step] === 1) this.changed[target] = 1;
    const at = target * this.#steps + step;
    if (this.failed[target] === 0 && this.startedAt[at] === NOT_YET) this.startedAt[at] = now;
  }

  #happened(now: number, target: number, kind: number, step: number, attempt: number): void {
    if (kind === DONE) {
      if (this.#isLast[step] === 1 && this.changed[target] === 1) this.returnedAt[target] = now;
    } else if (kind === EXPIRED || kind === SOAK_FAILED || (kind === FAILED && attempt >= (this.#attempts[step] as number))) {
      this.failed[target] = 1;
      this.returnedAt[target] = NOT_YET;
    } else if (kind === RECALL || kind === SKIP) this.recalled[target] = 1;
  }
}
