// How long a step takes, from what was seen: a hierarchical fit on log time with a common factor for each run, so that many nodes of one
// night are not taken for many nights.
import { assert } from '../../std/assert.ts';
import type { Belief } from './belief.ts';
import { explain, startAt, type RunLogs } from './likelihood.ts';
import { fold, type LearnedPrior, type Possible } from './predictive.ts';

/** What one run showed of one step; censored: it took longer than that. */
export interface RunTimes {
  readonly run: string;
  readonly doneMs: readonly number[];
  readonly censoredMs: readonly number[];
}

/** Clocks tick in milliseconds, and zero has no logarithm: a step that took no time took less than one. */
const TICK_MS = 1;

/** The posterior's box at the beginning, wide enough for any step, and into how many cells it is cut each time. */
const LOG_SIGMA = [Math.log(0.005), Math.log(5)] as const;
const SIGMA_CELLS = 8;
const TAU_MAX = 3;
const TAU_CELLS = 16;
/** tau is cut evenly below this and by its logarithm above: half of its belief lies below 0.15, but a long tail must be seen too. */
const TAU_BEND = 0.1;
const ZOOMS = 6;
/** Truths less likely than the likeliest by this much (log) are left out. */
const UNLIKELY = 8;

/** Log median of all times seen, censored ones as if they had ended; null: none. */
export function seenLogMedian(times: readonly RunTimes[]): number | null {
  const logs = times.flatMap(({ doneMs, censoredMs }) => [...doneMs, ...censoredMs].map(logOf)).sort((a, b) => a - b);
  return logs[Math.floor(logs.length / 2)] ?? null;
}

/**
 * The law of the next run's durations. Without any times it is the belief alone. Times in ms: finite, not negative. Integrates over all
 * spreads (within and between runs) instead of picking the likeliest ones, because few runs leave many of them possible.
 */
export function fitDurations(times: readonly RunTimes[], belief: Belief): Omit<LearnedPrior, 'source'> {
  const seen = times.filter(({ doneMs, censoredMs }) => doneMs.length + censoredMs.length > 0);
  const runs = seen.map(logsOf);
  const truths = truthsOf(runs, belief);
  const total = truths.reduce((sum, { weight }) => sum + weight, 0);
  const logMedian = truths.reduce((sum, { weight, mu }) => sum + (weight / total) * mu, 0);
  const possible = truths.map((truth): Possible => ({
    weight: truth.weight / total,
    runVariance: truth.muVariance + truth.tau ** 2 + (truth.mu - logMedian) ** 2,
    ownVariance: truth.sigma ** 2,
  }));
  return {
    medianMs: Math.exp(logMedian),
    ...fold(possible),
    n: seen.reduce((sum, { doneMs, censoredMs }) => sum + doneMs.length + censoredMs.length, 0),
    runs: seen.length,
  };
}

interface Truth {
  readonly sigma: number;
  readonly tau: number;
  readonly mu: number;
  readonly muVariance: number;
  readonly weight: number;
}

type Span = readonly [from: number, to: number];

/** A grid over (log sigma, bent tau) that closes in on where the posterior lies: bounded work, and nothing that could run away. */
function truthsOf(runs: readonly RunLogs[], belief: Belief): Truth[] {
  let [sigmas, bends]: [Span, Span] = [LOG_SIGMA, [0, Math.asinh(TAU_MAX / TAU_BEND)]];
  const from = startAt(belief.logMedian, runs.length);
  for (let zoom = 1; ; zoom++) {
    const points = gridOf(sigmas, bends).map(({ logSigma, bend }) => {
      const [sigma, tau] = [Math.exp(logSigma), TAU_BEND * Math.sinh(bend)];
      const { logDensity, ...median } = explain(runs, belief, sigma, tau, from);
      return { logSigma, bend, sigma, tau, ...median, logWeight: logDensity + Math.log(Math.cosh(bend)) };
    });
    const best = points.reduce((max, { logWeight }) => Math.max(max, logWeight), Number.NEGATIVE_INFINITY);
    const likely = points.filter(({ logWeight }) => logWeight > best - UNLIKELY);
    if (zoom === ZOOMS) return likely.map(({ logWeight, ...truth }) => ({ ...truth, weight: Math.exp(logWeight - best) }));
    [sigmas, bends] = [
      around(
        likely.map(({ logSigma }) => logSigma),
        sigmas,
        SIGMA_CELLS,
      ),
      around(
        likely.map(({ bend }) => bend),
        bends,
        TAU_CELLS,
      ),
    ];
  }
}

function gridOf(sigmas: Span, bends: Span): { readonly logSigma: number; readonly bend: number }[] {
  // Midpoints of the cells: a posterior that is densest at tau = 0 is weighed rightly without special ends.
  const along = ([from, to]: Span, cells: number): number[] =>
    Array.from({ length: cells }, (_, i) => from + ((i + 0.5) * (to - from)) / cells);
  const columns = along(bends, TAU_CELLS);
  return along(sigmas, SIGMA_CELLS).flatMap((logSigma) => columns.map((bend) => ({ logSigma, bend })));
}

/** The span of the values and one and a half cells more on either side, within the old span. */
function around(values: readonly number[], [from, to]: Span, cells: number): Span {
  const margin = (1.5 * (to - from)) / cells;
  return [Math.max(from, Math.min(...values) - margin), Math.min(to, Math.max(...values) + margin)];
}

/** The same as `explain` wants it. */
export function logsOf({ doneMs, censoredMs }: Omit<RunTimes, 'run'>): RunLogs {
  const logs = doneMs.map(logOf);
  const mean = logs.length === 0 ? 0 : logs.reduce((sum, log) => sum + log, 0) / logs.length;
  return {
    whole: logs.length,
    mean,
    squares: logs.reduce((sum, log) => sum + (log - mean) ** 2, 0),
    censored: alike(censoredMs.map(logOf)),
  };
}

/** Censored times that differ by less than one in a hundred are one: thousands of nodes may be under way when a run ends. */
function alike(logs: readonly number[]): RunLogs['censored'] {
  const counts = new Map<number, number>();
  for (const log of logs) {
    const rounded = Math.round(log * 100) / 100;
    counts.set(rounded, (counts.get(rounded) ?? 0) + 1);
  }
  return [...counts].map(([log, count]) => ({ log, count }));
}

function logOf(ms: number): number {
  assert(Number.isFinite(ms) && ms >= 0, `a duration of ${ms} ms`);
  return Math.log(Math.max(TICK_MS, ms));
}
