// How far a slow night is slow in all steps: the correlation between the steps' common factors of one run. Without it the sum of many
// steps would look surer than it is, since what is drawn apart evens out.
import type { RunTimes } from './fit.ts';

/** Before anything was seen: half of a night's factor belongs to the night, half to the step. Worth three runs. */
const TOGETHER = 0.5;
const TOGETHER_RUNS = 3;

/**
 * Correlation (0..1) of the run factors, one list of runs for each step: by moments of the runs' mean log times (what two steps of a
 * run share, by what each varies beyond the noise of its targets), drawn towards one half as long as there are few runs.
 */
export function togetherOf(steps: readonly (readonly RunTimes[])[]): number {
  const tables = steps.map(tableOf).filter((table) => table.size > 1);
  const runs = new Set(tables.flatMap((table) => [...table.keys()]));
  let [shared, own] = [0, 0];
  for (const [i, a] of tables.entries()) {
    for (const b of tables.slice(i + 1)) {
      const both = [...a.keys()].filter((run) => b.has(run));
      if (both.length < 2) continue;
      const [left, right] = [deviations(both, a), deviations(both, b)];
      shared += left.reduce((sum, value, r) => sum + value * (right[r] as number), 0);
      own += Math.sqrt(excess(left, both, a) * excess(right, both, b));
    }
  }
  if (own <= 0) return TOGETHER;
  // Chance makes the quotient leave 0..1, more so with few runs; cut off before it is drawn to one half, it would lean to the middle twice.
  const seen = Math.max(-1, Math.min(2, shared / own));
  const drawn = (TOGETHER_RUNS * TOGETHER + (runs.size - 1) * seen) / (TOGETHER_RUNS + runs.size - 1);
  return Math.max(0, Math.min(1, drawn));
}

interface Night {
  readonly mean: number;
  /** Variance of that mean, by the spread of the run's own targets. */
  readonly noise: number;
}

/** Runs with two whole times or more: a lone one says nothing of its own noise. */
function tableOf(runs: readonly RunTimes[]): ReadonlyMap<string, Night> {
  return new Map(
    runs.flatMap(({ run, doneMs }): [string, Night][] => {
      const n = doneMs.length;
      if (n < 2) return [];
      const logs = doneMs.map((ms) => Math.log(Math.max(1, ms)));
      const mean = logs.reduce((sum, log) => sum + log, 0) / n;
      return [[run, { mean, noise: logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (n - 1) / n }]];
    }),
  );
}

function deviations(runs: readonly string[], table: ReadonlyMap<string, Night>): number[] {
  const means = runs.map((run) => table.get(run)?.mean ?? 0);
  const centre = means.reduce((sum, mean) => sum + mean, 0) / means.length;
  return means.map((mean) => mean - centre);
}

/** Sum of squares beyond what noise alone would give. */
function excess(values: readonly number[], runs: readonly string[], table: ReadonlyMap<string, Night>): number {
  const noise = runs.reduce((sum, run) => sum + (table.get(run)?.noise ?? 0), 0) * (1 - 1 / runs.length);
  return Math.max(0, values.reduce((sum, value) => sum + value * value, 0) - noise);
}
