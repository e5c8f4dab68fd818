// A caller's signal together with a time limit of the clock, as one signal that knows which of the two ended it.
import type { Clock } from '../../std/clock.ts';

/** Timers of Node end at once beyond this. */
export const TIMER_MS_MAX = 2_147_483_647;

export interface Limit {
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
