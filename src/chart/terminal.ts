// A run drawn in characters: the return curve as a step chart, and a bar of what the targets show. Readable without colour.
import { showCount } from '../std/share.ts';
import { blank, clip, put, size } from './cells.ts';
import {
  axisEndMin,
  cleanPoints,
  countAt,
  isMoment,
  minuteTicks,
  reachedMin,
  SHARE_LINES,
  usableMarks,
  usableTotal,
} from './step-curve.ts';
import type { CurveMark, CurvePoint } from './step-curve.ts';

export interface TerminalCurve {
  /** In any order; each count holds until the next point. */
  readonly points: readonly CurvePoint[];
  /** What 100 % is: the baseline. */
  readonly total: number;
  readonly widthChars: number;
  /** Lines at most, axis included; the chart leaves out what does not fit. */
  readonly heightChars: number;
  /** Minutes from time zero up to which the curve is known. */
  readonly nowMin: number;
  readonly marks?: readonly CurveMark[];
  /** What is counted, in a word or two, below the counts. */
  readonly unit?: string;
}

export interface TerminalBar {
  readonly parts: readonly { readonly label: string; readonly count: number }[];
  readonly widthChars: number;
  readonly color: boolean;
}

interface Layout {
  readonly gutterChars: number;
  readonly plotChars: number;
  readonly plotRows: number;
  readonly side: boolean;
  readonly header: boolean;
  readonly axis: boolean;
  readonly ticks: boolean;
  readonly marks: boolean;
  readonly endMin: number;
}

const SIDE_CHARS = 20;
const SIDE_FROM_CHARS = 48;
const GUTTER_FROM_CHARS = 20;
const UNIT_CHARS_MAX = 10;
const PLOT_CHARS_MIN = 8;
const TICK_CHARS = 9;
const EIGHTHS = ' ▁▂▃▄▅▆▇█';

/** What targets show, in the order of the happy path: a glyph without colour, and one of the 256 colours (after Okabe and Ito). */
const STATES = new Map([
  ['in-service', { glyph: '·', color: 248 }],
  ['draining', { glyph: '░', color: 220 }],
  ['cleared', { glyph: '▒', color: 220 }],
  ['updating', { glyph: '▓', color: 74 }],
  ['rebooting', { glyph: '≈', color: 32 }],
  ['conforming', { glyph: '-', color: 175 }],
  ['validating', { glyph: '=', color: 175 }],
  ['returned', { glyph: '█', color: 36 }],
  ['straggling', { glyph: '!', color: 166 }],
  ['failed', { glyph: 'x', color: 166 }],
]);
const STATE_ORDER = [...STATES.keys()];
const SPARE_GLYPHS = 'o+#@%&*~';
const SPARE_COLORS = [244, 139, 108, 180, 67];

/** A step chart in at most `heightChars` lines: counts left, minutes below, and when 50, 75, 95 and 100 % were reached at the right. */
export function terminalCurve(curve: TerminalCurve): string[] {
  const [width, height] = [size(curve.widthChars), size(curve.heightChars)];
  const total = usableTotal(curve.total);
  if (width === 0 || height === 0) return [];
  if (total === 0) return [clip('nothing to return: the baseline is empty', width)];
  const points = cleanPoints(curve.points, total);
  const marks = usableMarks(curve.marks);
  const unit = clip(curve.unit ?? '', UNIT_CHARS_MAX);
  const layout = layoutOf(
    width,
    height,
    Math.max(showCount(total).length, unit.length),
    axisEndMin(points, curve.nowMin, marks),
    marks.length,
  );
  const line = (left: string, edge: string, plot: string, percent?: number): string =>
    row(layout, left, edge, plot, percent === undefined ? '' : reachedWords(percent, reachedMin(points, percent, total)));
  const eighths = filledEighths(points, total, curve.nowMin, layout);
  const shares = shareRows(layout.plotRows);
  const rows = Array.from({ length: layout.plotRows }, (_, i) => layout.plotRows - 1 - i).map((at) => {
    const plot = eighths.map((filled) => EIGHTHS[Math.min(8, Math.max(0, filled - 8 * at))]).join('');
    const share = shares.get(at);
    return share === undefined ? line('', '│', plot) : line(showCount(countAt(share, total)), '┤', plot.replaceAll(' ', '┄'), share);
  });
  return [
    ...(layout.header ? [line(showCount(total), '┬', '▁'.repeat(layout.plotChars), 100)] : []),
    ...rows,
    ...(layout.axis ? [line('0', '└', axisLine(layout))] : []),
    ...(layout.ticks ? [row(layout, unit, ' ', tickLine(layout), 'minutes')] : []),
    ...(layout.marks ? [line('', ' ', markLine(layout, marks))] : []),
  ];
}

/** One line of bar and, below it ("\n"), the legend with the counts. Node states come in their own order; what is there at all is seen. */
export function terminalBar({ parts, widthChars, color }: TerminalBar): string {
  const width = size(widthChars);
  const shown = parts.filter(({ count }) => Number.isFinite(count) && count > 0).toSorted((a, b) => orderOf(a.label) - orderOf(b.label));
  if (shown.length === 0 || width === 0) return clip('nothing to show', width);
  let spare = 0;
  const painted = shown.map(({ label, count }) => {
    const style = STATES.get(label) ?? {
      glyph: SPARE_GLYPHS[spare % SPARE_GLYPHS.length],
      color: SPARE_COLORS[spare++ % SPARE_COLORS.length],
    };
    const paint = (chars: number): string =>
      color ? `\u001B[38;5;${style.color}m${'█'.repeat(chars)}\u001B[0m` : (style.glyph ?? '').repeat(chars);
    return { words: clip(`${label} ${showCount(count)}`, Math.max(0, width - 2)), paint };
  });
  const cells = cellsOf(
    shown.map(({ count }) => count),
    width,
  );
  return [painted.map(({ paint }, i) => paint(cells[i] ?? 0)).join(''), ...legendLines(painted, width)].join('\n');
}

function layoutOf(width: number, height: number, labelChars: number, endMin: number, marks: number): Layout {
  const [axis, ticks, header, markRow] = [height >= 3, height >= 4, height >= 6, marks > 0 && height >= 7];
  const plotRows = height - [axis, ticks, header, markRow].filter(Boolean).length;
  const shape = { plotRows, axis, ticks, header, marks: markRow, endMin };
  const gutterChars = width >= GUTTER_FROM_CHARS ? labelChars + 2 : 0;
  const side = width >= SIDE_FROM_CHARS;
  const plotChars = width - gutterChars - (side ? SIDE_CHARS : 0);
  return plotChars >= PLOT_CHARS_MIN
    ? { ...shape, gutterChars, plotChars, side }
    : { ...shape, gutterChars: 0, plotChars: width, side: false };
}

function row(layout: Layout, left: string, edge: string, plot: string, side: string): string {
  const gutter = layout.gutterChars === 0 ? '' : `${left.padStart(layout.gutterChars - 2)} ${edge}`;
  return `${gutter}${plot}${layout.side && side !== '' ? `  ${clip(side, SIDE_CHARS - 2)}` : ''}`.trimEnd();
}

function reachedWords(percent: number, min: number | null): string {
  return `${String(percent).padStart(3)} %  ${min === null ? 'not reached' : `${min.toFixed(1)} min`}`;
}

/** By column: how high it is filled, in eighths of a row; rounded down, so that only the whole baseline reaches the top. */
function filledEighths(points: readonly CurvePoint[], total: number, nowMin: number, { plotChars, plotRows, endMin }: Layout): number[] {
  const knownMin = Math.max(isMoment(nowMin) ? nowMin : 0, points.at(-1)?.[0] ?? 0);
  let next = 0;
  let count = 0;
  return Array.from({ length: plotChars }, (_, column) => {
    if ((column / plotChars) * endMin > knownMin) return 0;
    const untilMin = column === plotChars - 1 ? endMin : ((column + 1) / plotChars) * endMin;
    for (; next < points.length && (points[next]?.[0] ?? 0) <= untilMin; next++) count = points[next]?.[1] ?? 0;
    return count === 0 ? 0 : Math.max(1, Math.floor((count * plotRows * 8) / total));
  });
}

/** Plot row (from the bottom) -> the share whose line runs there; where two would, the higher one. */
function shareRows(plotRows: number): Map<number, number> {
  const rows = new Map<number, number>();
  for (const share of SHARE_LINES) {
    const at = Math.min(plotRows - 1, Math.floor((share * plotRows) / 100));
    if (!rows.has(at)) rows.set(at, share);
  }
  return rows;
}

function axisLine({ plotChars, endMin }: Layout): string {
  const columns = new Set(ticksOf(plotChars, endMin).map((min) => columnOf(min, plotChars, endMin)));
  return Array.from({ length: plotChars }, (_, column) => (columns.has(column) ? '┬' : '─')).join('');
}

function tickLine({ plotChars, endMin }: Layout): string {
  const cells = blank(plotChars);
  for (const min of ticksOf(plotChars, endMin)) {
    const words = showCount(min);
    put(cells, columnOf(min, plotChars, endMin) - Math.floor(words.length / 2), words);
  }
  return cells.join('');
}

function markLine({ plotChars, endMin }: Layout, marks: readonly CurveMark[]): string {
  const cells = blank(plotChars);
  for (const { label, min } of marks) {
    const column = columnOf(min, plotChars, endMin);
    const [right, left] = [`▲ ${label}`, `${label} ▲`];
    const placed = column + right.length <= plotChars ? put(cells, column, right) : put(cells, column - left.length + 1, left);
    if (!placed) put(cells, column, '▲');
  }
  return cells.join('');
}

function ticksOf(plotChars: number, endMin: number): number[] {
  return minuteTicks(endMin, Math.floor(plotChars / TICK_CHARS));
}

function columnOf(min: number, plotChars: number, endMin: number): number {
  return Math.min(plotChars - 1, Math.floor((min / endMin) * plotChars));
}

/** Cells by share, at least one each while there is room, all of the width used. */
function cellsOf(counts: readonly number[], width: number): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const ideal = counts.map((count) => (count / total) * width);
  const cells = ideal.map((cell, i) => (i < width ? Math.max(1, Math.floor(cell)) : 0));
  const surplus = (i: number): number => (cells[i] as number) - (ideal[i] as number);
  for (let used = cells.reduce((sum, cell) => sum + cell, 0); used !== width; used += used < width ? 1 : -1) {
    const candidates = [...cells.keys()].filter((i) => used < width || (cells[i] as number) > 1);
    const best = candidates.toSorted((a, b) => (used < width ? surplus(a) - surplus(b) : surplus(b) - surplus(a)))[0] as number;
    cells[best] = (cells[best] as number) + (used < width ? 1 : -1);
  }
  return cells;
}

function legendLines(painted: readonly { words: string; paint: (chars: number) => string }[], width: number): string[] {
  const lines: { text: string; chars: number }[] = [];
  for (const { words, paint } of painted) {
    const item = width < 3 ? '' : `${paint(1)} ${words}`;
    const chars = words.length + 2;
    const last = lines.at(-1);
    if (item === '') continue;
    if (last && last.chars + 2 + chars <= width) {
      last.text += `  ${item}`;
      last.chars += 2 + chars;
    } else lines.push({ text: item, chars });
  }
  return lines.map(({ text }) => text);
}

function orderOf(label: string): number {
  const at = STATE_ORDER.indexOf(label);
  return at < 0 ? STATE_ORDER.length : at;
}
