// What is believed of a duration before anything is seen here: what the catalogue says, as a few pseudo-observations, and how far that
// may be off. All on log time.
import { assert } from '../../std/assert.ts';
import type { Prior } from '../change/procedure.ts';

/** log median ~ N(logMedian, medianSd^2); variance within a run ~ scaled inverse chi-square(weight, variance). */
export interface Belief {
  readonly logMedian: number;
  readonly medianSd: number;
  readonly variance: number;
  readonly weight: number;
}

/** Log-sd between what a catalogue guesses and what is found: one guess in three is off by a factor of two or more. */
const GUESS_SD = 0.7;
/** The same where nobody has stated anything: within a factor of 7 in two cases of three. */
const NOTHING_SD = 2;
/** Log-sd 0.5, worth four observations: so chosen that a claimed P90 covers 0.88 to 0.92 for true log-sds of 0.3 to 0.9 (bench/honesty.ts). */
const VARIANCE = 0.25;
const VARIANCE_WEIGHT = 4;
/** A guessed spread counts as one observation of it; observations of others elsewhere as at most so many. */
const SPREAD_WEIGHT_MAX = 10;
/**
 * The run's common factor before two runs were seen: half Student-t with four degrees of freedom, of this scale; its median is 0.15, and
 * its tail lets the data say that nights differ by much (A. Gelman, Bayesian Analysis 1 (2006) 515: half-t priors for group-level sds).
 */
export const TAU_SCALE = 0.2025;
export const TAU_DF = 4;

/** What a stated prior makes one believe; `shift` is the log factor by which stated medians of this kind of step are off here. */
export function beliefOf(guess: Prior, shift = 0): Belief {
  assert(
    guess.medianMs > 0 && Number.isFinite(guess.medianMs + guess.logSd) && guess.logSd >= 0,
    `a prior of ${guess.medianMs} ms, log-sd ${guess.logSd}`,
  );
  const stated = Math.min(SPREAD_WEIGHT_MAX, Math.max(1, guess.n));
  const weight = VARIANCE_WEIGHT + stated;
  return {
    logMedian: Math.log(guess.medianMs) + shift,
    medianSd: guess.n === 0 ? GUESS_SD : Math.min(GUESS_SD, Math.hypot(TAU_SCALE, guess.logSd / Math.sqrt(guess.n))),
    variance: (VARIANCE_WEIGHT * VARIANCE + stated * guess.logSd ** 2) / weight,
    weight,
  };
}

/** What one believes where nobody has stated anything but something like it was seen, with this median (log ms). */
export function beliefAround(logMedian: number): Belief {
  return { logMedian, medianSd: NOTHING_SD, variance: VARIANCE, weight: VARIANCE_WEIGHT };
}
