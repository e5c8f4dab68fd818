// Waiting for the thing itself: asks again and again until the answer is there, never sleeps a fixed time.
import { setTimeout as pause } from 'node:timers/promises';

class WaitTimeoutError extends Error {
  override readonly name = 'WaitTimeoutError';
}

/** Resolves with the probe's first answer that is not undefined or false; throws WaitTimeoutError, naming `what` and the last answer seen. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  seconds = 90,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new WaitTimeoutError(`after ${seconds} s still waiting for ${what}`);
    await pause(50);
  }
}
