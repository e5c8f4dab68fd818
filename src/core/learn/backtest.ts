// Adds up what a backtest found, run by run.
import { FORECAST_MARKS } from '../forecast/frozen.ts';
import type { JudgedMarks } from '../forecast/judged.ts';
import type { PastWindow, Span } from '../past/timeline.ts';
import type { Backtest, BacktestRun } from './answers.ts';
import { coverage } from './calibration.ts';
import { overrunOf } from './overrun.ts';

/** `runs` in the order of their creation. */
export function backtestOf(runs: readonly BacktestRun[], skipped: Backtest['skipped']): Backtest {
  const judged = runs.filter(({ why }) => why === null);
  return {
    runs,
    coverage: coverageOf(judged.map(({ marks }) => marks)),
    frozenCoverage: coverageOf(judged.flatMap(({ frozen }) => (frozen ? [frozen] : []))),
    overrun: overrunOf(runs.flatMap(({ window }) => factorOf(window) ?? [])),
    skipped,
  };
}

/** Planned and actual length in minutes, as the record says them or as its times leave between them. */
export function windowLengths({ planned, actual }: PastWindow): NonNullable<BacktestRun['window']> {
  return { plannedMin: lengthOf(planned), actualMin: lengthOf(actual) };
}

/** How many times as long as planned it took; null: nobody knows. */
export function factorOf(window: BacktestRun['window']): number | null {
  const { plannedMin, actualMin } = window ?? { plannedMin: null, actualMin: null };
  return plannedMin === null || actualMin === null || plannedMin <= 0 || actualMin <= 0 ? null : actualMin / plannedMin;
}

/** Only marks that were judged count. */
function coverageOf(judged: readonly JudgedMarks[]): Backtest['coverage'] {
  return Object.fromEntries(
    FORECAST_MARKS.map((mark) => {
      const known = judged.flatMap((marks) => marks[String(mark)]?.inside ?? []);
      return [String(mark), coverage(known.filter(Boolean).length, known.length)];
    }),
  );
}

function lengthOf({ from, to, min }: Span): number | null {
  return min ?? (from === null || to === null ? null : (to - from) / 60_000);
}
