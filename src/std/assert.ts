// Tells a bug of ours from everything else: a failed assertion is exit code 4, never a message to the operator about their input.

export class PitstopBugError extends Error {
  override name = 'PitstopBugError';
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new PitstopBugError(message);
}

/** The value, or a bug report naming what was missing. */
export function must<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new PitstopBugError(`missing: ${what}`);
  return value;
}
