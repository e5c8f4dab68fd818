// The fraction of the fleet at which limits come out nearly whole: a limit of 8.4 places rounded to 8 would make everybody wait 5 % longer.

/** Rounding errors below this are lost in the noise of the sample. */
const ERROR_MAX = 0.003;
const TRIES = 400;

/** The smallest fraction from `least` to `most` whose products with the counts are near whole numbers, or the best of those tried. */
export function fractionFor(least: number, most: number, counts: readonly number[]): number {
  let best = least;
  let bestError = Infinity;
  for (let i = 0; i <= TRIES; i++) {
    const fraction = least + ((most - least) * i) / TRIES;
    const error = counts.reduce((worst, count) => Math.max(worst, roundingError(count * fraction)), 0);
    if (error < bestError) [best, bestError] = [fraction, error];
    if (error <= ERROR_MAX) break;
  }
  return best;
}

function roundingError(places: number): number {
  return Math.abs(Math.max(1, Math.round(places)) - places) / places;
}
