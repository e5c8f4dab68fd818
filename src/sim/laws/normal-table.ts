// The normal quantile from a table: a scenario of 100,000 nodes wants millions of them.
import { normalQuantile } from '../../std/draw.ts';

const CELLS = 4_096;
/** Cells at either end in which the curve bends too much for a straight line. */
const EXACT_CELLS = 64;

const TABLE = Float64Array.from({ length: CELLS + 1 }, (_, i) => (i === 0 || i === CELLS ? 0 : normalQuantile(i / CELLS)));

/**
 * The standard normal quantile of u in (0, 1), off by at most 1.1e-5: linear between 4,096 points, exact in the outer 1/64 on each side.
 * Of a duration with log-sd 0.8 that is less than a hundred-thousandth.
 */
export function normalOf(u: number): number {
  const x = u * CELLS;
  const cell = Math.floor(x);
  if (cell < EXACT_CELLS || cell >= CELLS - EXACT_CELLS) return normalQuantile(u);
  const left = TABLE[cell] as number;
  return left + (x - cell) * ((TABLE[cell + 1] as number) - left);
}
