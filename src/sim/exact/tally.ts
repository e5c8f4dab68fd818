// What is noted while a scenario runs: returns in their order, drains, and how long targets waited before which step and in which line.
import { stageCode } from '../../core/run/states.ts';
import type { MachineState } from '../../core/run/state.ts';
import type { SimModel } from '../model.ts';
import { stepFlags } from './step-flags.ts';

const QUEUED = stageCode('queued');
const NO_LINE = -1;
const NOT_BACK = -1;
const NOT_YET = -1;

/** All moments are ms since the begin of the run. */
export class Tally {
  /** Time zero; -1: nothing was drained yet. */
  zero = NOT_YET;
  // by step, of the targets that came to it and began it
  readonly waitMs: Float64Array;
  readonly came: Float64Array;
  /** By limit. */
  readonly lineMs: Float64Array;
  // by target; -1: not (yet)
  readonly drainedAt: Float64Array;
  /** Index in the list of returns. */
  readonly backAs: Int32Array;
  // the list of returns, rising; one that was taken back is no longer its target's
  returns: Int32Array;
  returnsAt: Float64Array;
  returnCount = 0;

  readonly #state: MachineState;
  readonly #limitOf: Int32Array;
  readonly #isEntry: Uint8Array;
  readonly #isDrain: Uint8Array;
  readonly #isFirstAct: Uint8Array;
  /** Since when a target waits that does nothing. */
  readonly #waitsSince: Float64Array;
  /** The limit in whose line it stands, and since when. */
  readonly #line: Int32Array;
  readonly #lineSince: Float64Array;

  constructor({ program, counted }: SimModel, state: MachineState) {
    const n = program.targets.length;
    const { chains, steps } = program;
    this.waitMs = new Float64Array(steps.length);
    this.came = new Float64Array(steps.length);
    this.lineMs = new Float64Array(program.limits.length);
    this.drainedAt = new Float64Array(n);
    this.backAs = new Int32Array(n);
    this.returns = new Int32Array(n);
    this.returnsAt = new Float64Array(n);
    this.#state = state;
    this.#limitOf = new Int32Array(program.capacity.length);
    for (const [limit, { counterOf }] of program.limits.entries())
      for (const counter of counterOf) if (counter >= 0) this.#limitOf[counter] = limit;
    this.#isEntry = stepFlags(program, ({ id }, chain) => id === chain.entry);
    this.#isDrain = stepFlags(program, ({ id }, chain) => id === chain.drain);
    const drains = counted.some((target) => (chains[program.chainOf[target] as number]?.drain ?? -1) >= 0);
    this.#isFirstAct = drains ? this.#isDrain : this.#isEntry;
    this.#waitsSince = new Float64Array(n);
    this.#line = new Int32Array(n);
    this.#lineSince = new Float64Array(n);
  }

  reset(): void {
    this.zero = NOT_YET;
    this.waitMs.fill(0);
    this.came.fill(0);
    this.lineMs.fill(0);
    this.drainedAt.fill(NOT_YET);
    this.backAs.fill(NOT_BACK);
    this.returnCount = 0;
    this.#waitsSince.fill(0);
    this.#line.fill(NO_LINE);
  }

  /** The target's own event has been fed, and set off no step. */
  stopped(target: number, now: number): void {
    this.#leaveLine(target, now, 0);
    this.#waitsSince[target] = now;
    if (this.#state.stage[target] === QUEUED) this.#joinLine(target, now);
  }

  /** An event has been fed that may have moved anybody: whoever stands in a line since. */
  lined(now: number): void {
    const { stage } = this.#state;
    for (let target = 0; target < stage.length; target++) {
      if (stage[target] === QUEUED && this.#line[target] === NO_LINE) this.#joinLine(target, now);
    }
  }

  /** An attempt begins. */
  began(target: number, step: number, now: number): void {
    if (this.#state.attempt[target] === 1) this.came[step] = (this.came[step] as number) + 1;
    if (this.#isEntry[step] === 0) return;
    if (this.zero === NOT_YET && this.#isFirstAct[step] === 1) this.zero = now;
    if (this.#isDrain[step] === 1) this.drainedAt[target] = now;
  }

  /** It begins by somebody else's event: it has waited. Before a window opened nobody waits, whatever line he stood in when the last one shut. */
  waited(target: number, step: number, now: number, openedAt: number): void {
    const from = this.#isEntry[step] === 1 ? openedAt : 0;
    this.#leaveLine(target, now, from);
    this.waitMs[step] = (this.waitMs[step] as number) + now - Math.max(from, this.#waitsSince[target] as number);
  }

  returned(target: number, now: number): void {
    if (this.returnCount === this.returns.length) this.#grow();
    this.backAs[target] = this.returnCount;
    this.returns[this.returnCount] = target;
    this.returnsAt[this.returnCount] = now;
    this.returnCount++;
  }

  /** Its return, if there was one, is taken back. */
  failed(target: number): void {
    this.backAs[target] = NOT_BACK;
  }

  #joinLine(target: number, now: number): void {
    this.#line[target] = this.#limitOf[this.#state.lineOf[target] as number] as number;
    this.#lineSince[target] = now;
  }

  /**
   * A target that stood in one line after the other before the same step is counted for the first: the machine does not say when it
   * changes, and only steps that need several limits at once have several lines.
   */
  #leaveLine(target: number, now: number, from: number): void {
    const limit = this.#line[target] as number;
    if (limit === NO_LINE) return;
    this.lineMs[limit] = (this.lineMs[limit] as number) + now - Math.max(from, this.#lineSince[target] as number);
    this.#line[target] = NO_LINE;
  }

  #grow(): void {
    const [returns, returnsAt] = [this.returns, this.returnsAt];
    this.returns = new Int32Array(returns.length * 2 + 16);
    this.returnsAt = new Float64Array(returns.length * 2 + 16);
    this.returns.set(returns);
    this.returnsAt.set(returnsAt);
  }
}
