// Waits for what a thread works out, but no longer than somebody in front of a screen does: it is there when they look again.
import { setTimeout as pause } from 'node:timers/promises';

/** null: it is not there yet, or cannot be had. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  const stop = new AbortController();
  const over = pause(ms, null, { ref: false, signal: stop.signal }).catch(() => null);
  try {
    return await Promise.race([work.catch(() => null), over]);
  } finally {
    stop.abort();
  }
}
