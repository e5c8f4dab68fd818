// A promise that a signal may end the waiting for.

/** The promise, or `reason()` thrown as soon as the signal ends. A value that comes later is handed to `late`. */
export async function orAbort<T>(promise: Promise<T>, signal: AbortSignal, reason: () => Error, late?: (value: T) => void): Promise<T> {
  let abort = (): void => undefined;
  const aborted = new Promise<null>((resolve) => {
    abort = () => resolve(null);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    const first = await Promise.race([promise.then((value) => ({ value })), aborted]);
    if (first) return first.value;
  } finally {
    signal.removeEventListener('abort', abort);
  }
  void handLate(promise, late);
  throw reason();
}

async function handLate<T>(promise: Promise<T>, late?: (value: T) => void): Promise<void> {
  try {
    const value = await promise;
    late?.(value);
  } catch {
    // The one who asked has been told something else already.
  }
}
