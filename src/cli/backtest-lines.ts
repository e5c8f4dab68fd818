// What the forecasts of past runs would have been, and what happened, for people.
import type { Backtest, BacktestRun } from '../core/learn/answers.ts';
import { factorOf } from '../core/learn/backtest.ts';
import { showCoverage } from '../core/learn/calibration.ts';
import { showDuration } from '../std/duration.ts';
import { table } from './output.ts';
import { counted } from '../std/share.ts';

const MINUTE_MS = 60_000;
/** 99 is the mop-up of one node in a hundred; the table has room for three. */
const SHOWN_MARKS = ['50', '75', '95'] as const;

/** No lines: there is no past run. */
export function backtestLines({ runs, coverage, frozenCoverage, overrun, skipped }: Backtest): string[] {
  const told = runs.filter(({ why }) => why === null);
  const untold = runs.filter(({ why }) => why !== null);
  const frozen = told.flatMap(({ frozen: marks }) => (marks === null ? [] : [marks]));
  return [
    ...(told.length === 0 ? [] : [...table(HEAD, told.flatMap(rowsOf)), '']),
    ...(told.length === 0 ? [] : SHOWN_MARKS.map((mark) => coverageLine(mark, coverage))),
    ...(frozen.length === 0 ? [] : ['forecasts that were made at the start of these runs:']),
    ...(frozen.length === 0 ? [] : SHOWN_MARKS.map((mark) => `  ${coverageLine(mark, frozenCoverage)}`)),
    ...untold.map(untoldLine),
    ...(overrun === null
      ? []
      : [
          `${counted(overrun.n, 'past window')}: ${showFactor(overrun.median)} times as long as planned in the median` +
            (overrun.p90 === null ? '' : `, P90 of the next one ${showFactor(overrun.p90)}`),
        ]),
    ...skipped.map(({ run, why }) => `not read: ${run}: ${why}`),
  ];
}

const HEAD = ['RUN', 'CREATED', 'MARK', 'P50', 'P90', 'ACTUAL', 'INSIDE P90', 'SAID AT THE START (P90)', 'PRIORS OF'];

function rowsOf({ run, at, marks, frozen, learnedFrom }: BacktestRun): string[][] {
  return SHOWN_MARKS.map((mark, i) => {
    const { p50Min = null, p90Min = null, actualMin = null, inside = null } = marks[mark] ?? {};
    const first = i === 0;
    const said = frozen?.[mark];
    return [
      first ? run : '',
      first ? at.slice(0, 16) : '',
      `${mark} %`,
      showMin(p50Min),
      showMin(p90Min),
      showMin(actualMin),
      inside === null ? '-' : inside ? 'yes' : 'no',
      said ? `${showMin(said.p50Min)} (${showMin(said.p90Min)})` : '-',
      first ? (learnedFrom.length === 0 ? 'its plan' : counted(learnedFrom.length, 'run before it', 'runs before it')) : '',
    ];
  });
}

function coverageLine(mark: string, coverage: Backtest['coverage']): string {
  const found = coverage[mark];
  return `${mark} % back: ${found ? showCoverage(found, 0.9) : '-'}`;
}

function untoldLine({ run, at, why, window }: BacktestRun): string {
  const factor = factorOf(window);
  const lengths =
    factor === null
      ? ''
      : `; planned ${showMin(window?.plannedMin ?? null)}, took ${showMin(window?.actualMin ?? null)}, ${showFactor(factor)} times as long`;
  return `${run} (${at.slice(0, 10)}): ${why}${lengths}`;
}

function showMin(minutes: number | null): string {
  return minutes === null ? '-' : showDuration(minutes * MINUTE_MS);
}

function showFactor(factor: number): string {
  return factor.toFixed(2);
}
