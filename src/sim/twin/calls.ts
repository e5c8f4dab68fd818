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
  const stream = number * 4 + (system === 'scheduler' ? 0 : system === 'shell' ? 1 : 2);
  const latency = least + drawFor(world, 'latency', stream, 0) * (most - least);
  const { share, answerMs, dropShare } = world.config.slowScheduler;
  if (system !== 'scheduler') return { number, beforeMs: latency, afterMs: 0, lost: 'no' };
  const drop = drawFor(world, 'drop', stream, 0);
  if (drop < dropShare) return { number, beforeMs: latency / 2, afterMs: answerMs, lost: drop < dropShare / 2 ? 'before' : 'after' };
  const slow = drawFor(world, 'slow', stream, 0) < share ? answerMs : 0;
  return { number, beforeMs: latency / 2 + slow / 2, afterMs: latency / 2 + slow / 2, lost: 'no' };
}

/** Waits on the twin's clock. One listener per signal, however many calls wait on it: adding one costs as much as there are. */
export class Waits {
  readonly #world: World;
  readonly #bySignal = new WeakMap<AbortSignal, Set<() => void>>();
  /** Calls under way by system, and how many of them are slow. */
  readonly underWay: { [system in System]: Set<number> } = { scheduler: new Set(), shell: new Set(), bmc: new Set() };

  constructor(world: World) {
    this.#world = world;
  }

  /** Resolves true after this time, or false at once when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<boolean> {
    return this.until((settle) => this.#world.agenda.call(ms, settle), signal);
  }

  /** Resolves true when `arm` calls its argument back, or false at once when the signal aborts. `arm` returns how to cancel. */
  until(arm: (settle: () => void) => () => void, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const aborting = this.#listenersOf(signal);
      let over = false;
      let cancel: (() => void) | null = null;
      const settle = (answer: boolean): void => {
        over = true;
        aborting.delete(abort);
        cancel?.();
        resolve(answer);
      };
      const abort = (): void => settle(false);
      aborting.add(abort);
      cancel = arm(() => settle(true));
      if (over) cancel();
    });
  }

  #listenersOf(signal: AbortSignal): Set<() => void> {
    const known = this.#bySignal.get(signal);
    if (known) return known;
    const listeners = new Set<() => void>();
    this.#bySignal.set(signal, listeners);
    signal.addEventListener(
      'abort',
      () => {
        for (const abort of listeners) abort();
      },
      { once: true },
    );
    return listeners;
  }
}
