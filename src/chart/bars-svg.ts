// What it would win to lift each limit: one row a limit, a bar for each mark, with the interval that the scenarios leave.
import { legendOf } from './legend.ts';
import { showMinutes, ticksBetween, timeUnitOf } from './scale.ts';
import { isTime } from './step-curve.ts';
import { fitted, pathOf, rectOf, svgOf, textAt, TITLE_FACTOR, toPx } from './svg.ts';

interface Gain {
  readonly diffMin: number | null;
  readonly lowMin: number | null;
  readonly highMin: number | null;
}

export interface BarsSvg {
  readonly title: string;
  /** What the bars count, under the title. */
  readonly note?: string;
  /** At most two: the marks, e.g. "95 % back". */
  readonly series: readonly string[];
  /** Top to bottom as given; gains in the order of `series`. */
  readonly rows: readonly { readonly label: string; readonly detail?: string; readonly gains: readonly Gain[] }[];
}

const WIDTH = 960;
const PLOT = { left: 262, right: 768, top: 66 } as const;
const BAR_PX = 13;
const ROW_PAD_PX = 16;
const TICKS_MAX = 6;
const ROWS_MAX = 24;
const STYLES = ['bar', 'half'] as const;

/** 960 wide, as high as its rows. A gain below zero (noise, or a limit that helps) goes left of the line. */
export function barsSvg(bars: BarsSvg): string {
  const series = bars.series.slice(0, STYLES.length);
  const rows = bars.rows.slice(0, ROWS_MAX);
  const rowPx = Math.max(1, series.length) * (BAR_PX + 3) + ROW_PAD_PX;
  const bottom = PLOT.top + Math.max(1, rows.length) * rowPx;
  const [fromMin, toMin] = rangeOf(rows.flatMap(({ gains }) => gains.slice(0, series.length)));
  const x = (min: number): number =>
    toPx(PLOT.left + ((clamped(min, fromMin, toMin) - fromMin) / (toMin - fromMin)) * (PLOT.right - PLOT.left));
  const rest = bars.rows.length - rows.length;
  const legend = legendOf(
    series.map((words, i) => ({ shape: 'box', kind: STYLES[i] ?? 'bar', words: fitted(words, 300) })),
    PLOT.left,
    bottom + 50,
    WIDTH - PLOT.left - 16,
  );
  return svgOf({
    title: bars.title,
    description: sentence(bars, rest),
    widthPx: WIDTH,
    heightPx: bottom + 44 + legend.heightPx,
    body: [
      textAt(16, 26, fitted(bars.title, (WIDTH - 32) / TITLE_FACTOR), 'title'),
      textAt(
        16,
        46,
        fitted([rest > 0 ? `${rest} more are not drawn` : '', bars.note ?? ''].filter((words) => words !== '').join('; '), WIDTH - 32),
      ),
      ...axis(x, fromMin, toMin, bottom),
      ...rows.flatMap((row, i) => drawnRow(row, series.length, PLOT.top + i * rowPx + ROW_PAD_PX / 2, x)),
      ...(rows.length === 0 ? [textAt(PLOT.left + 8, PLOT.top + 24, 'there is nothing to lift')] : []),
      ...legend.lines,
    ],
  });
}

/** From zero or the lowest to the highest, intervals included. */
function rangeOf(gains: readonly Gain[]): [from: number, to: number] {
  const values = gains.flatMap(({ diffMin, lowMin, highMin }) => [diffMin, lowMin, highMin]).filter(isTime);
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  return most - least < 0.1 ? [Math.min(0, least), least + 1] : [least, most];
}

function axis(x: (min: number) => number, fromMin: number, toMin: number, bottom: number): string[] {
  const unit = timeUnitOf(toMin - fromMin);
  const ticks = ticksBetween(fromMin, toMin, TICKS_MAX).flatMap((min) => [
    pathOf('share', `M${x(min)} ${PLOT.top}V${bottom}`),
    textAt(x(min), bottom + 18, String(Math.round((min / unit.min) * 10) / 10), '', 'middle'),
  ]);
  return [
    ...ticks,
    pathOf('axis', `M${x(0)} ${PLOT.top}V${bottom}`),
    pathOf('axis', `M${PLOT.left} ${bottom}H${PLOT.right}`),
    textAt(PLOT.right + 12, bottom + 18, `${unit.words} sooner`),
  ];
}

function drawnRow(row: BarsSvg['rows'][number], count: number, top: number, x: (min: number) => number): string[] {
  const labelled = [
    textAt(PLOT.left - 12, top + 12, fitted(row.label, PLOT.left - 28), 'strong', 'end'),
    ...(row.detail === undefined ? [] : [textAt(PLOT.left - 12, top + 28, fitted(row.detail, PLOT.left - 28), '', 'end')]),
  ];
  const bars = row.gains.slice(0, count).flatMap((gain, i) => drawnBar(gain, STYLES[i] ?? 'bar', top + i * (BAR_PX + 3), x));
  return [...labelled, ...bars];
}

function drawnBar(gain: Gain, style: string, top: number, x: (min: number) => number): string[] {
  const base = top + BAR_PX - 2;
  if (!isTime(gain.diffMin)) return [textAt(PLOT.right + 12, base, 'no figure')];
  const middle = top + BAR_PX / 2;
  const [from, to] = [Math.min(x(0), x(gain.diffMin)), Math.max(x(0), x(gain.diffMin))];
  const whisker = isTime(gain.lowMin) && isTime(gain.highMin) ? whiskerOf(x(gain.lowMin), x(gain.highMin), middle) : [];
  return [rectOf(style, from, top, to - from, BAR_PX), ...whisker, textAt(PLOT.right + 12, base, gainWords(gain.diffMin), 'strong')];
}

function whiskerOf(from: number, to: number, y: number): string[] {
  return [pathOf('whisker', `M${from} ${toPx(y - 3.5)}v7M${from} ${toPx(y)}H${to}M${to} ${toPx(y - 3.5)}v7`)];
}

/** Less than three seconds is nothing, whatever its sign. */
function gainWords(diffMin: number): string {
  return Math.abs(diffMin) < 0.05 ? 'nothing' : showMinutes(diffMin);
}

function sentence({ series, rows }: BarsSvg, rest: number): string {
  const won = (gain: Gain | undefined): string => (isTime(gain?.diffMin) ? gainWords(gain.diffMin) : 'no figure');
  const lines = rows
    .slice(0, ROWS_MAX)
    .map(({ label, gains }) => `${label}: ${series.map((mark, i) => `${mark} ${won(gains[i])}`).join(', ')}.`);
  return `Time won by lifting each. ${lines.join(' ')}${rest > 0 ? ` ${rest} more.` : ''}`;
}

function clamped(min: number, fromMin: number, toMin: number): number {
  return Math.min(toMin, Math.max(fromMin, min));
}
