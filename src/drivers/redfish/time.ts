// A caller's signal together with a time limit of the clock, as one signal that knows which of the two ended it; and turns for few at once.
import type { Clock } from '../../std/clock.ts';

/** Timers of Node end at once beyond this. */
const TIMER_MS_MAX = 2_147_483_647;

interface Limit {
  readonly signal: AbortSignal;
  /** true once the time is over, rather than the caller having given up. */
  expired(): boolean;
  clear(): void;
}

/** `ms` from now on the clock; zero and less end at once. */
export function limitTime(clock: Clock, ms: number, outer: AbortSignal): Limit {
  const own = new AbortController();
  let expired = false;
  const expire = (): void => {
    expired = !outer.aborted;
    own.abort();
  };
  const abort = (): void => own.abort();
  const cancel = ms <= 0 ? null : clock.after(Math.min(ms, TIMER_MS_MAX), expire);
  if (ms <= 0) expire();
  if (outer.aborted) abort();
  outer.addEventListener('abort', abort, { once: true });
  return {
    signal: own.signal,
    expired: () => expired,
    clear: () => {
      cancel?.();
      outer.removeEventListener('abort', abort);
    },
  };
}

/** The body with a signal that ends with it, so that nothing it asked for is left under way. */
export async function inside<T>(outer: AbortSignal, body: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  try {
    return await body(AbortSignal.any([outer, own.signal]));
  } finally {
    own.abort();
  }
}

/** At most so many at once; the others wait in order. */
export class Turns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** null: the signal ended before there was a turn. */
  async through<T>(body: () => Promise<T>, signal: AbortSignal): Promise<T | null> {
    if (signal.aborted) return null;
    if (this.#free > 0) this.#free -= 1;
    else if (!(await this.#turn(signal))) return null;
    try {
      return await body();
    } finally {
      const [next] = this.#waiting;
      if (next) next();
      else this.#free += 1;
    }
  }

  #turn(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (mine: boolean): void => {
        this.#waiting.delete(take);
        signal.removeEventListener('abort', leave);
        resolve(mine);
      };
      const take = (): void => end(true);
      const leave = (): void => end(false);
      this.#waiting.add(take);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
