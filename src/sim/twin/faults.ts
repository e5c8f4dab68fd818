// Faults that strike a node or a switch so and so often.
import type { Fault } from './config.ts';

export interface Faulty {
  /** Fault -> how often it still strikes. */
  faults: { [fault in Fault]?: number } | null;
}

export const ALWAYS = Number.MAX_SAFE_INTEGER;

/** Whether the fault happens now; it is used up by that where it has a count. */
export function strikes(subject: Faulty, fault: Fault): boolean {
  const left = subject.faults?.[fault] ?? 0;
  if (left <= 0 || !subject.faults) return false;
  subject.faults[fault] = left - 1;
  return true;
}
