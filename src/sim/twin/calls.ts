// One call to an outside system of the twin: its latency, whether it is slow or its answer lost, and giving up when the caller does.
import { drawFor, type World } from './world.ts';

export type System = keyof World['calls'];

/** How a call goes: `beforeMs` until the system sees it, `afterMs` until the answer is back. */
export interface CallFate {
  readonly number: number;
  readonly beforeMs: number;
  readonly afterMs: number;
  /** before: never seen by the system; after: it happened, but nobody says so. */
  readonly lost: 'no' | 'before' | 'after';
}

/** Draws the fate of the next call to this system. Only the scheduler is ever slow or silent. */
export function nextCall(world: World, system: System): CallFate {
  const number = world.calls[system]++;
  const [least, most] = world.config.latencyMs;
  const stream = streamOf(system, number);
  const latency = Math.round(least + drawFor(world, 'latency', stream, 0) * (most - least));
  const { share, answerMs, dropShare } = world.config.slowScheduler;
  if (system !== 'scheduler') return { number, beforeMs: latency, afterMs: 0, lost: 'no' };
  const half = Math.floor(latency / 2);
  const drop = drawFor(world, 'drop', stream, 0);
  if (drop < dropShare) return { number, beforeMs: half, afterMs: answerMs, lost: drop < dropShare / 2 ? 'before' : 'after' };
  const slow = drawFor(world, 'slow', stream, 0) < share ? Math.floor(answerMs / 2) : 0;
  return { number, beforeMs: half + slow, afterMs: latency - half + slow, lost: 'no' };
}

/** Newer systems draw below zero, so that they change nothing of what the first three draw. */
function streamOf(system: System, number: number): number {
  const first = FIRST.indexOf(system);
  return first >= 0 ? number * 4 + first : -1 - (number * 4 + LATER.indexOf(system));
}

const FIRST: readonly System[] = ['scheduler', 'shell', 'bmc'];
const LATER: readonly System[] = ['fabric', 'allocator', 'alerts'];

interface GivesUp {
  giveUp(): void;
}

/** A call under way: it is answered once, by the system, by its deadline or because its caller gave up. */
export class Call<T> {
  live = true;
  readonly #resolve: (value: T) => void;
  readonly #givenUp: T;
  readonly #others: Set<GivesUp>;
  #due: Set<GivesUp> | null = null;

  constructor(resolve: (value: T) => void, givenUp: T, others: Set<GivesUp>) {
    this.#resolve = resolve;
    this.#givenUp = givenUp;
    this.#others = others;
    others.add(this);
  }

  answer(value: T): void {
    if (!this.live) return;
    this.live = false;
    this.#others.delete(this);
    this.#due?.delete(this);
    this.#resolve(value);
  }

  giveUp(): void {
    this.answer(this.#givenUp);
  }

  /** Is given up together with these, unless it is answered before. */
  joins(due: Set<GivesUp>): void {
    this.#due = due;
    due.add(this);
  }
}

/** All calls under way. One listener per signal and one timer per second of deadlines, however many calls there are. */
export class Calls {
  readonly #world: World;
  readonly #bySignal = new WeakMap<AbortSignal, Set<GivesUp>>();
  readonly #bySecond = new Map<number, Set<GivesUp>>();
  readonly underWay: { scheduler: number } = { scheduler: 0 };

  constructor(world: World) {
    this.#world = world;
  }

  /** Resolves with the call's answer, or with `givenUp` at once when the signal aborts; `body` must look at `live` after each wait. */
  open<T>(signal: AbortSignal, givenUp: T, body: (call: Call<T>) => void): Promise<T> {
    if (signal.aborted) return Promise.resolve(givenUp);
    return new Promise((resolve) => {
      body(new Call(resolve, givenUp, this.#callsOf(signal)));
    });
  }

  /** Resolves true after this time, or false at once when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<boolean> {
    return this.open<boolean>(signal, false, (call) => this.#world.agenda.call(ms, () => call.answer(true)));
  }

  /** Gives the call up at its deadline, to the next full second; never for an infinite one. */
  giveUpAt(deadline: number, call: GivesUp & { joins(due: Set<GivesUp>): void }): void {
    if (!Number.isFinite(deadline)) return;
    const second = Math.max(Math.ceil(deadline / 1_000) * 1_000, this.#world.clock.now());
    const due = this.#bySecond.get(second) ?? this.#newSecond(second);
    call.joins(due);
  }

  #newSecond(second: number): Set<GivesUp> {
    const due = new Set<GivesUp>();
    this.#bySecond.set(second, due);
    this.#world.agenda.call(second - this.#world.clock.now(), () => {
      this.#bySecond.delete(second);
      for (const call of due) call.giveUp();
    });
    return due;
  }

  #callsOf(signal: AbortSignal): Set<GivesUp> {
    const known = this.#bySignal.get(signal);
    if (known) return known;
    const calls = new Set<GivesUp>();
    this.#bySignal.set(signal, calls);
    signal.addEventListener(
      'abort',
      () => {
        for (const call of calls) call.giveUp();
      },
      { once: true },
    );
    return calls;
  }
}
