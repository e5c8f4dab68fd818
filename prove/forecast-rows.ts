// Forecasts beside what happened, as one table and one picture, with k of n inside P90 and its interval.
import { writeFileSync } from 'node:fs';
import { calibrationSvg } from '../src/chart/calibration-svg.ts';
import { coverage, showCoverage, type Coverage } from '../src/core/learn/calibration.ts';

/** Minutes until 95 % were back: forecast before the run, and what it took. null: not reached. */
export interface ForecastRow {
  readonly run: string;
  readonly p50Min: number | null;
  readonly p90Min: number | null;
  readonly actualMin: number | null;
}

export function insideP90(rows: readonly ForecastRow[]): Coverage {
  return coverage(rows.filter(isInside).length, rows.length);
}

function isInside({ p90Min, actualMin }: ForecastRow): boolean {
  return p90Min !== null && actualMin !== null && actualMin <= p90Min;
}

/** At most so many rows of the table, evenly spread; the counts are of all. */
export function forecastTable(rows: readonly ForecastRow[], rowsMax = 24): string {
  const every = Math.max(1, Math.ceil(rows.length / rowsMax));
  const shown = rows.filter((_, i) => i % every === 0);
  const cell = (min: number | null): string => (min === null ? '-' : min.toFixed(2)).padStart(9);
  const lines = shown.map(
    (row) => `  ${row.run.padEnd(14)}${cell(row.p50Min)}${cell(row.p90Min)}${cell(row.actualMin)}  ${isInside(row) ? '' : 'later'}`,
  );
  const head = `  ${'run'.padEnd(14)}${'P50 min'.padStart(9)}${'P90 min'.padStart(9)}${'took min'.padStart(9)}`;
  return [head, ...lines, `  ${showCoverage(insideP90(rows), 0.9)}`].join('\n');
}

export function drawForecasts(file: string, title: string, rows: readonly ForecastRow[]): void {
  const { low, high } = insideP90(rows);
  writeFileSync(file, calibrationSvg({ title, rows: rows.map((row) => ({ ...row, inside: isInside(row) })), interval: { low, high } }));
}
