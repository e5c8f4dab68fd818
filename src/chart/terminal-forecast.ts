// A forecast in characters: how much is back when, in one, five and nine of ten scenarios, with the times of the milestones beside it.
import { pictureEndMin, shareAt, shareLine, type BandPoint, type ShareLine } from './band.ts';
import { blank, clip, oneLine, put, size } from './cells.ts';
import { showMinutes, ticksBetween, timeUnitOf, type TimeUnit } from './scale.ts';
import { SHARE_LINES, usableMarks, type CurveMark } from './step-curve.ts';

export interface TerminalForecast {
  readonly curve: readonly BandPoint[];
  /** By per cent, as text; those of 50, 75, 95 and 99 are listed. */
  readonly milestones: { readonly [q: string]: { readonly p50Min: number | null; readonly p90Min: number | null } };
  /** The north star, the end of the window, one node. */
  readonly marks?: readonly CurveMark[];
  readonly widthChars: number;
  /** Lines at most, axis and legend included; the chart leaves out what does not fit. */
  readonly heightChars: number;
}

interface Layout {
  readonly gutterChars: number;
  readonly plotChars: number;
  readonly plotRows: number;
  readonly side: boolean;
  readonly footRows: number;
  readonly endMin: number;
  readonly unit: TimeUnit;
}

const GUTTER_CHARS = 7;
const GUTTER_FROM_CHARS = 24;
const TIME_CHARS = 12;
const SIDE_CHARS = 2 + 4 + 2 * (TIME_CHARS + 1);
const SIDE_FROM_CHARS = 74;
const TICK_CHARS = 8;
const PLOT_ROWS_MIN = 3;
const MILESTONES = [99, 95, 75, 50] as const;
const LEGEND = '█ 9 of 10 scenarios  ▒ 5 of 10  ░ 1 of 10';

/** Lines of at most `widthChars`: per cent left, time below, and at the right when 50, 75, 95 and 99 % are back at P50 and P90. */
export function terminalForecast(forecast: TerminalForecast): string[] {
  const [width, height] = [size(forecast.widthChars), size(forecast.heightChars)];
  if (width === 0 || height === 0) return [];
  const lines = {
    early: shareLine(forecast.curve, 'p10Min'),
    half: shareLine(forecast.curve, 'p50Min'),
    late: shareLine(forecast.curve, 'p90Min'),
  };
  if (lines.early.length === 0) return [clip('nothing is back within the horizon', width)];
  const marks = usableMarks(forecast.marks);
  const layout = layoutOf(width, height, endOf(forecast, lines.half, marks), marks.length > 0);
  const side = sideColumn(forecast, layout);
  const labels = labelledRows(layout.plotRows);
  const rows = Array.from({ length: layout.plotRows }, (_, i) => layout.plotRows - 1 - i).map((row, i) => {
    const label = labels.get(row);
    const level = label ?? ((row + 0.5) * 100) / layout.plotRows;
    const plot = plotRow(level, lines, layout, label === undefined ? ' ' : '┄');
    return joined(layout, label === undefined ? '' : `${label} %`, label === undefined ? '│' : '┤', plot, side[i] ?? '', width);
  });
  return [...rows, ...foot(layout, marks, width)];
}

function endOf({ milestones }: TerminalForecast, half: ShareLine, marks: readonly CurveMark[]): number {
  const goal = milestones['95'];
  const own = goal?.p90Min ?? goal?.p50Min ?? half.at(-1)?.[0] ?? null;
  return pictureEndMin({ own: [own], within: [], ifNear: marks.map(({ min }) => min) });
}

function layoutOf(width: number, height: number, endMin: number, marks: boolean): Layout {
  const footRows = [
    height > PLOT_ROWS_MIN,
    height > PLOT_ROWS_MIN + 1,
    height > PLOT_ROWS_MIN + 2,
    marks && height > PLOT_ROWS_MIN + 3,
  ].filter(Boolean).length;
  const gutterChars = width >= GUTTER_FROM_CHARS ? GUTTER_CHARS : 0;
  const side = width >= SIDE_FROM_CHARS;
  const plotChars = width - gutterChars - (side ? SIDE_CHARS : 0);
  return { gutterChars, plotChars, plotRows: height - footRows, side, footRows, endMin, unit: timeUnitOf(endMin) };
}

/** Plot row (from the bottom) -> the share that its filling means; where two would be, the higher one. */
function labelledRows(plotRows: number): Map<number, number> {
  const rows = new Map<number, number>();
  for (const share of SHARE_LINES) {
    const row = Math.min(plotRows - 1, Math.floor((share * plotRows) / 100));
    if (!rows.has(row)) rows.set(row, share);
  }
  return rows;
}

function plotRow(
  level: number,
  { early, half, late }: { readonly [name in 'early' | 'half' | 'late']: ShareLine },
  { plotChars, endMin }: Layout,
  empty: string,
): string {
  return Array.from({ length: plotChars }, (_, column) => {
    const min = ((column + 1) / plotChars) * endMin;
    if (shareAt(late, min) >= level) return '█';
    if (shareAt(half, min) >= level) return '▒';
    return shareAt(early, min) >= level ? '░' : empty;
  }).join('');
}

function sideColumn({ milestones }: TerminalForecast, { side, plotRows }: Layout): string[] {
  if (!side || plotRows < MILESTONES.length + 1) return [];
  const line = (share: string, p50: string, p90: string): string =>
    `${share.padStart(4)} ${p50.padStart(TIME_CHARS)} ${p90.padStart(TIME_CHARS)}`;
  return [
    line('back', 'P50', 'P90'),
    ...MILESTONES.flatMap((q) => {
      const mark = milestones[q];
      return mark ? [line(`${q} %`, showMinutes(mark.p50Min, 'not reached'), showMinutes(mark.p90Min, 'not reached'))] : [];
    }),
  ];
}

function foot(layout: Layout, marks: readonly CurveMark[], width: number): string[] {
  const { endMin, plotChars, unit, footRows } = layout;
  const columnOf = (min: number): number => Math.min(plotChars - 1, Math.max(0, Math.ceil((min / endMin) * plotChars) - 1));
  const ticks = ticksBetween(0, endMin, Math.floor(plotChars / TICK_CHARS));
  const ticked = new Set(ticks.map(columnOf));
  const axis = Array.from({ length: plotChars }, (_, column) => (ticked.has(column) ? '┬' : '─')).join('');
  const numbers = blank(plotChars);
  for (const min of ticks) {
    const words = String(Math.round((min / unit.min) * 10) / 10);
    put(numbers, columnOf(min) - Math.floor(words.length / 2), words);
  }
  const rows = [
    joined(layout, '', '└', axis, '', width),
    joined(layout, '', ' ', numbers.join(''), unit.words, width),
    ...(footRows > 3 ? [joined(layout, '', ' ', markRow(marks, endMin, plotChars, columnOf), '', width)] : []),
    joined(layout, '', ' ', clip(LEGEND, plotChars), '', width),
  ];
  return rows.slice(0, footRows);
}

function markRow(marks: readonly CurveMark[], endMin: number, plotChars: number, columnOf: (min: number) => number): string {
  const cells = blank(plotChars);
  for (const { label, min } of marks) {
    const words = oneLine(label);
    if (min > endMin) continue;
    const [right, left] = [`▲ ${words}`, `${words} ▲`];
    const column = columnOf(min);
    const placed =
      column + right.length <= plotChars
        ? put(cells, column, right)
        : column + 1 >= left.length && put(cells, column - left.length + 1, left);
    if (!placed) put(cells, column, '▲');
  }
  return cells.join('');
}

function joined({ gutterChars, side }: Layout, label: string, edge: string, plot: string, beside: string, width: number): string {
  const gutter = gutterChars === 0 ? '' : `${label.padStart(gutterChars - 2)} ${edge}`;
  return clip(`${gutter}${plot}${side && beside !== '' ? `  ${beside}` : ''}`.trimEnd(), width);
}
