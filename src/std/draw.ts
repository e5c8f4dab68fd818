// Chance as an argument: a counter-based hash gives each (seed, scenario, target, step, attempt) its own number, so that any
// engine, in any order, on any machine draws the same durations and failures.

/** A uniform number in (0, 1), never 0 or 1. All arguments are integers; equal arguments give equal numbers. */
export function draw(seed: number, scenario: number, target: number, step: number, attempt: number): number {
  let h = mix(seed | 0, 0x9e3779b9);
  h = mix(h ^ (scenario | 0), 0x85ebca6b);
  h = mix(h ^ (target | 0), 0xc2b2ae35);
  h = mix(h ^ (step | 0), 0x27d4eb2f);
  h = mix(h ^ (attempt | 0), 0x165667b1);
  return ((h >>> 0) + 0.5) / 4_294_967_296;
}

/** A lognormal duration with the given median (any unit) and log standard deviation at uniform u. */
export function logNormal(median: number, logSd: number, u: number): number {
  return logSd === 0 ? median : median * Math.exp(logSd * normalQuantile(u));
}

/** Inverse of the standard normal distribution; P. J. Acklam's rational approximation, relative error below 1.2e-9. */
export function normalQuantile(p: number): number {
  if (p < 0.02425) return tail(Math.sqrt(-2 * Math.log(p)));
  if (p > 1 - 0.02425) return -tail(Math.sqrt(-2 * Math.log(1 - p)));
  const q = p - 0.5;
  const r = q * q;
  const top =
    (((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r - 30.66479806614716) * r +
      2.506628277459239) *
    q;
  const bottom =
    ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r - 13.28068155288572) * r + 1;
  return top / bottom;
}

function tail(q: number): number {
  const top =
    ((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q + 4.374664141464968) * q +
    2.938163982698783;
  const bottom = (((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1;
  return top / bottom;
}

/** One round of the murmur3 finaliser (Austin Appleby, public domain), keyed. */
function mix(value: number, key: number): number {
  let h = Math.imul(value ^ (value >>> 16) ^ key, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
