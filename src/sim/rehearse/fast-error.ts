// How far the fast engine is off, measured: the same scenarios by both engines.
import { curveOf } from './rows.ts';
import type { Collected } from './series.ts';

const MARKS = [50, 75, 95] as const;

export interface FastError {
  /** The largest of the mean relative differences of T50, T75 and T95, in per cent: what a forecast over many scenarios is off by. */
  readonly biasPct: number;
  /** The largest root mean square of them: what a single scenario is off by, mostly the luck of the sample. */
  readonly spreadPct: number;
}

/** Both are of the same scenarios. One that is beyond the horizon in both agrees; in one alone, it differs by all of it. */
export function fastError(fast: Collected, exact: Collected): FastError {
  const errors = MARKS.map((mark) => {
    const [ofFast, ofExact] = [curveOf(fast.rows, fast.about, mark), curveOf(exact.rows, exact.about, mark)];
    const differences = Array.from(ofFast, (value, i) => relative(value, ofExact[i] as number));
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    return { biasPct: 100 * Math.abs(mean(differences)), spreadPct: 100 * Math.sqrt(mean(differences.map((value) => value ** 2))) };
  });
  return {
    biasPct: Math.max(...errors.map(({ biasPct }) => biasPct)),
    spreadPct: Math.max(...errors.map(({ spreadPct }) => spreadPct)),
  };
}

function relative(fast: number, exact: number): number {
  if (fast === exact) return 0;
  if (!Number.isFinite(fast) || !Number.isFinite(exact) || exact === 0) return 1;
  return (fast - exact) / exact;
}
