// The geometry of a rehearsed sequence: rows from start to end with the way to P90, groups, and an axis whose long ends are compressed.
import type { GanttRow } from '../../../src/chart/gantt-svg.ts';
import { focusScale } from '../../../src/chart/focus-scale.ts';
import { isTime } from '../../../src/chart/step-curve.ts';

export type { GanttRow } from '../../../src/chart/gantt-svg.ts';

export interface SpanRange {
  readonly focusFromMin: number;
  readonly focusToMin: number;
  readonly leastMin: number;
  readonly mostMin: number;
}

interface SpanLine {
  /** The name of a group stands as a line of its own. */
  readonly group: string | null;
  readonly row: GanttRow | null;
  readonly y: number;
  /** null: not within the horizon. */
  readonly bar: { readonly x: number; readonly width: number } | null;
  /** From the end of the bar; null: nothing to add. */
  readonly lateX: number | null;
}

export interface SpanPicture {
  readonly lines: readonly SpanLine[];
  readonly heightPx: number;
  readonly ticks: readonly { readonly x: number; readonly min: number }[];
  readonly breaksX: readonly number[];
  readonly plot: { readonly left: number; readonly right: number };
}

export const SPAN_ROW_PX = 24;
const BAR_LEAST_PX = 2;
const PAD = { left: 216, right: 196 } as const;

/** What all of these rows need, so that two sequences can stand over one axis. */
export function spanRange(rows: readonly GanttRow[]): SpanRange {
  const timesOf = (some: readonly GanttRow[]): number[] =>
    some.flatMap(({ startMin, endMin, endP90Min }) => [startMin, endMin, endP90Min]).filter((min) => isTime(min));
  const middle = [0, 1, ...timesOf(rows.filter(({ kind }) => kind === 'work'))];
  const all = [...middle, ...timesOf(rows)];
  return { focusFromMin: Math.min(...middle), focusToMin: Math.max(...middle), leastMin: Math.min(...all), mostMin: Math.max(...all) };
}

export function spanPicture(rows: readonly GanttRow[], range: SpanRange, widthPx: number): SpanPicture {
  const plot = { left: PAD.left, right: Math.max(PAD.left + 60, widthPx - PAD.right) };
  const scale = focusScale(range, plot.left, plot.right);
  const groups = Map.groupBy(rows, ({ group }) => group);
  const listed = [...groups].flatMap(([group, members]): (string | GanttRow)[] => (group === '' ? members : [group, ...members]));
  const lines = listed.map((line, i): SpanLine => {
    const y = i * SPAN_ROW_PX;
    if (typeof line === 'string') return { group: line, row: null, y, bar: null, lateX: null };
    if (!isTime(line.startMin)) return { group: null, row: line, y, bar: null, lateX: null };
    const from = scale.place(line.startMin);
    const to = isTime(line.endMin) ? scale.place(line.endMin) : plot.right;
    const late = isTime(line.endP90Min) ? scale.place(line.endP90Min) : plot.right;
    return { group: null, row: line, y, bar: { x: from, width: Math.max(BAR_LEAST_PX, to - from) }, lateX: late > to + 1 ? late : null };
  });
  return {
    lines,
    heightPx: lines.length * SPAN_ROW_PX,
    ticks: scale.ticks.map((min) => ({ min, x: scale.place(min) })),
    breaksX: scale.breaksPx,
    plot,
  };
}
