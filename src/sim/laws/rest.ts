// What is left of a duration that has already gone on for a while.
import { normalQuantile } from '../../std/draw.ts';
import { normalTail } from '../../std/special.ts';

/** Ms that a lognormal duration still takes after `elapsedMs`, at uniform u (0..1): the inverse of its law, cut off at what has elapsed. */
export function restMs(medianMs: number, logSd: number, elapsedMs: number, u: number): number {
  if (elapsedMs <= 0) return medianMs * Math.exp(logSd * normalQuantile(u));
  if (logSd === 0) return Math.max(0, medianMs - elapsedMs);
  const from = Math.log(elapsedMs / medianMs) / logSd;
  return Math.max(0, medianMs * Math.exp(logSd * normalBeyond(from, u)) - elapsedMs);
}

/** The chance (0..1) that a lognormal duration is longer than `elapsedMs`. */
export function longerThan(medianMs: number, logSd: number, elapsedMs: number): number {
  if (elapsedMs <= 0) return 1;
  if (logSd === 0) return medianMs > elapsedMs ? 1 : 0;
  return normalTail(Math.log(elapsedMs / medianMs) / logSd);
}

/** Below this the tail of the normal has lost its digits. */
const TAIL_MIN = 1e-290;

/** The standard normal that is known to lie above `from`, at uniform u. */
function normalBeyond(from: number, u: number): number {
  const tail = normalTail(from) * (1 - u);
  // So far out the tail falls like an exponential with the rate `from`.
  return tail > TAIL_MIN ? -normalQuantile(tail) : from - Math.log(1 - u) / from;
}
