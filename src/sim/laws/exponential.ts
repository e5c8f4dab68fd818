// The exponential function from two tables: several times faster than Math.exp, and the same number on every machine.

const FRACTION_BITS = 8;
const FRACTIONS = 1 << FRACTION_BITS;
const STEP = Math.LN2 / FRACTIONS;
/** Beyond this, e^x is no number that a duration can have. */
const LIMIT = 700;
const POWERS = Math.ceil(LIMIT / Math.LN2) + 1;

/** 2^(i / 256), and 2^(i - POWERS). */
const FRACTION = Float64Array.from({ length: FRACTIONS }, (_, i) => 2 ** (i / FRACTIONS));
const POWER = Float64Array.from({ length: 2 * POWERS + 1 }, (_, i) => 2 ** (i - POWERS));

/** e^x, off by at most 4e-9 of itself: x in steps of ln 2 / 256 from the tables, the rest by its first three terms. |x| <= 700, else cut there. */
export function expOf(x: number): number {
  const inside = Math.min(LIMIT, Math.max(-LIMIT, x));
  const steps = Math.floor(inside / STEP);
  const rest = inside - steps * STEP;
  const whole = (FRACTION[steps & (FRACTIONS - 1)] as number) * (POWER[(steps >> FRACTION_BITS) + POWERS] as number);
  return whole * (1 + rest * (1 + 0.5 * rest));
}
