// The sequence as a picture: phases and waves from start to end, in the windows, around the blackouts, with the shifts of the crews.
import { focusScale, type FocusScale } from './focus-scale.ts';
import { legendOf, type LegendItem } from './legend.ts';
import { showMinutes, timeUnitOf } from './scale.ts';
import { isTime } from './step-curve.ts';
import { fitted, pathOf, rectOf, svgOf, textAt, TITLE_FACTOR, toPx } from './svg.ts';

export interface GanttRow {
  readonly label: string;
  /** Rows of the same group stand together under its name, in the order given. */
  readonly group: string;
  /** Minutes from the first drain; null: not known. */
  readonly startMin: number | null;
  readonly endMin: number | null;
  /** Nine of ten scenarios end by then. */
  readonly endP90Min: number | null;
  /** before: on nodes in service. work: in the window. after: mop-up. */
  readonly kind: 'before' | 'work' | 'after';
}

interface Span {
  readonly fromMin: number;
  readonly toMin: number;
}

export interface GanttSvg {
  readonly title: string;
  readonly rows: readonly GanttRow[];
  readonly windows?: readonly (Span & { readonly label: string })[];
  readonly blackouts?: readonly (Span & { readonly label: string })[];
  readonly crews?: readonly { readonly label: string; readonly shifts: readonly Span[] }[];
  /** The last minute at which turning back still fits the window. */
  readonly turnBackMin?: number | null;
  /** What the reader's clock shows at that minute. */
  readonly clock?: (min: number) => string;
}

interface Strip {
  readonly label: string;
  readonly kind: 'window' | 'shut' | 'shift';
  readonly spans: readonly Span[];
}

interface Frame {
  readonly scale: FocusScale;
  readonly topPx: number;
  readonly bottomPx: number;
}

const WIDTH = 960;
const PLOT = { left: 214, right: 760, top: 70 } as const;
const ROW_PX = 24;
const BAR_PX = 12;
const HATCH_PX = 7;
const ROWS_MAX = 60;
const STYLES = { before: 'hollow', work: 'bar', after: 'half' } as const;

/** 960 wide, as high as its rows; of more than 60 the rest is counted. */
export function ganttSvg(gantt: GanttSvg): string {
  const rows = gantt.rows.slice(0, ROWS_MAX);
  const strips = stripsOf(gantt);
  const lines = linesOf(rows);
  const bottomPx = PLOT.top + (strips.length + lines.length + 0.5) * ROW_PX;
  const scale = focusScale(rangeOf(gantt, rows), PLOT.left, PLOT.right);
  const frame: Frame = { scale, topPx: PLOT.top, bottomPx };
  const firstRow = PLOT.top + strips.length * ROW_PX;
  const legend = legendOf(legendItems(rows, strips, gantt), PLOT.left, bottomPx + 62, WIDTH - PLOT.left - 16);
  const rest = gantt.rows.length - rows.length;
  return svgOf({
    title: gantt.title,
    description: sentence(rows, rest),
    widthPx: WIDTH,
    heightPx: toPx(bottomPx + 56 + legend.heightPx),
    body: [
      textAt(16, 26, fitted(gantt.title, (WIDTH - 32) / TITLE_FACTOR), 'title'),
      textAt(16, 46, subtitle(scale, rest)),
      textAt(PLOT.right + 12, PLOT.top - 10, 'done at P50, at P90'),
      ...shades(frame, strips),
      ...axis(frame, gantt.clock),
      ...strips.flatMap((strip, i) => drawnStrip(frame, strip, PLOT.top + i * ROW_PX)),
      ...lines.flatMap((line, i) => drawnLine(frame, line, firstRow + i * ROW_PX, gantt.clock)),
      ...turnBack(frame, gantt.turnBackMin ?? null),
      ...legend.lines,
    ],
  });
}

function subtitle({ breaksPx }: FocusScale, rest: number): string {
  const scale = breaksPx.length === 0 ? '' : 'what lies far before and after is compressed, beyond the dotted lines';
  return [scale, rest > 0 ? `${rest} more rows are not drawn` : ''].filter((words) => words !== '').join('; ');
}

function stripsOf({ windows = [], blackouts = [], crews = [] }: GanttSvg): Strip[] {
  return [
    ...windows.map(({ label, ...span }): Strip => ({ label, kind: 'window', spans: usable([span]) })),
    ...blackouts.map(({ label, ...span }): Strip => ({ label, kind: 'shut', spans: usable([span]) })),
    ...crews.map(({ label, shifts }): Strip => ({ label, kind: 'shift', spans: usable(shifts) })),
  ];
}

/** Rows, with the name of a group as a line of its own before the first row of it. */
function linesOf(rows: readonly GanttRow[]): (GanttRow | string)[] {
  const groups = Map.groupBy(rows, ({ group }) => group);
  return [...groups].flatMap(([group, members]) => (group === '' ? members : [group, ...members]));
}

/** The middle is from the first drain to the end of the work and of its window; shifts and blackouts never stretch the picture. */
function rangeOf({ windows = [], turnBackMin }: GanttSvg, rows: readonly GanttRow[]): Parameters<typeof focusScale>[0] {
  const timesOf = (some: readonly GanttRow[]): number[] =>
    some.flatMap(({ startMin, endMin, endP90Min }) => [startMin, endMin, endP90Min]).filter(isTime);
  const spans = usable(windows);
  const work = timesOf(rows.filter(({ kind }) => kind === 'work'));
  const middle = [0, ...work, ...spans.flatMap(({ fromMin, toMin }) => [fromMin, toMin]), ...(isTime(turnBackMin) ? [turnBackMin] : [])];
  const all = [...middle, ...timesOf(rows)];
  return { focusFromMin: least(middle), focusToMin: most(middle), leastMin: least(all), mostMin: most(all) };
}

function shades({ scale, topPx, bottomPx }: Frame, strips: readonly Strip[]): string[] {
  const shaded = strips.filter(({ kind }) => kind !== 'shift');
  return shaded.flatMap(({ kind, spans }) =>
    spans.map(({ fromMin, toMin }) => {
      const [from, to] = [scale.place(fromMin), scale.place(toMin)];
      return rectOf(kind, from, topPx, to - from, bottomPx - topPx);
    }),
  );
}

function axis({ scale, topPx, bottomPx }: Frame, clock: GanttSvg['clock']): string[] {
  const unit = timeUnitOf(Math.max(1, (scale.ticks.at(-1) ?? 0) - Math.max(0, scale.ticks[0] ?? 0)));
  const ticks = scale.ticks.flatMap((min) => {
    const at = toPx(scale.place(min));
    return [
      pathOf('share', `M${at} ${topPx}V${toPx(bottomPx)}`),
      textAt(at, bottomPx + 18, String(Math.round((min / unit.min) * 10) / 10), '', 'middle'),
      ...(clock ? [textAt(at, bottomPx + 34, clock(min), 'strong', 'middle')] : []),
    ];
  });
  return [
    ...ticks,
    pathOf('axis', `M${PLOT.left} ${toPx(bottomPx)}H${PLOT.right}`),
    ...scale.breaksPx.map((at) => pathOf('fine', `M${toPx(at)} ${topPx - 6}V${toPx(bottomPx)}`)),
    textAt(PLOT.right + 12, bottomPx + 18, `${unit.words} from first drain`),
  ];
}

function drawnStrip({ scale }: Frame, { label, kind, spans }: Strip, top: number): string[] {
  const bars = spans.flatMap(({ fromMin, toMin }) => {
    const [from, to] = [scale.place(fromMin), scale.place(toMin)];
    const bar = rectOf(kind === 'window' ? 'half' : 'shift', from, top + 9, to - from, 6);
    return to - from < 0.1 ? [] : kind === 'shut' ? [pathOf('hatch', hatching(from, top + 5, to - from, 14))] : [bar];
  });
  return [textAt(PLOT.left - 12, top + 16, fitted(label, PLOT.left - 28), '', 'end'), ...bars];
}

/** Strokes from the lower left to the upper right that stay inside the box: a pattern would need an id. */
function hatching(x: number, y: number, widthPx: number, heightPx: number): string {
  const strokes = Array.from({ length: Math.ceil((widthPx + heightPx) / HATCH_PX) }, (_, i) => {
    const foot = i * HATCH_PX;
    const from = Math.max(0, foot - heightPx);
    const to = Math.min(widthPx, foot);
    return `M${toPx(x + from)} ${toPx(y + foot - from)}L${toPx(x + to)} ${toPx(y + foot - to)}`;
  });
  return strokes.join('');
}

function drawnLine({ scale }: Frame, line: GanttRow | string, top: number, clock: GanttSvg['clock']): string[] {
  const base = top + 16;
  if (typeof line === 'string') return [textAt(16, base, fitted(line, PLOT.left), 'bold')];
  const label = textAt(PLOT.left - 12, base, fitted(line.label, PLOT.left - 28), 'strong', 'end');
  const { startMin, endMin, endP90Min } = line;
  if (!isTime(startMin)) return [label, textAt(PLOT.right + 12, base, 'not within the horizon')];
  const from = scale.place(startMin);
  const to = isTime(endMin) ? scale.place(endMin) : PLOT.right;
  const middle = toPx(top + ROW_PX / 2);
  const late = isTime(endP90Min) ? scale.place(endP90Min) : PLOT.right;
  const whisker = late > to ? [pathOf('whisker', `M${toPx(to)} ${middle}H${toPx(late)}M${toPx(late)} ${toPx(middle - 4)}v8`)] : [];
  return [
    label,
    ...whisker,
    rectOf(STYLES[line.kind], from, top + (ROW_PX - BAR_PX) / 2, Math.max(2, to - from), BAR_PX),
    endWords(line, base, clock),
  ];
}

function endWords({ endMin, endP90Min }: GanttRow, base: number, clock: GanttSvg['clock']): string {
  const show = (min: number | null): string => (isTime(min) ? (clock ? clock(min) : showMinutes(min)) : 'open');
  return textAt(PLOT.right + 12, base, `${show(endMin)}, ${show(endP90Min)}`, 'strong');
}

function turnBack({ scale, topPx, bottomPx }: Frame, turnBackMin: number | null): string[] {
  if (!isTime(turnBackMin)) return [];
  return [pathOf('mark', `M${toPx(scale.place(turnBackMin))} ${topPx}V${toPx(bottomPx)}`)];
}

function legendItems(rows: readonly GanttRow[], strips: readonly Strip[], { turnBackMin }: GanttSvg): LegendItem[] {
  const has = (kind: GanttRow['kind']): boolean => rows.some((row) => row.kind === kind);
  const strip = (kind: Strip['kind']): boolean => strips.some((each) => each.kind === kind);
  return [
    ...(has('before') ? [{ shape: 'box', kind: 'hollow', words: 'before, nodes in service' } as const] : []),
    ...(has('work') ? [{ shape: 'box', kind: 'bar', words: 'work, until P50' } as const] : []),
    ...(has('after') ? [{ shape: 'box', kind: 'half', words: 'mop-up, until P50' } as const] : []),
    ...(rows.length > 0 ? [{ shape: 'line', kind: 'whisker', words: 'until P90' } as const] : []),
    ...(strip('window') ? [{ shape: 'box', kind: 'window', words: 'window' } as const] : []),
    ...(strip('shut') ? [{ shape: 'box', kind: 'shut', words: 'blackout' } as const] : []),
    ...(isTime(turnBackMin) ? [{ shape: 'line', kind: 'mark', words: 'last time to turn back' } as const] : []),
  ];
}

function sentence(rows: readonly GanttRow[], rest: number): string {
  const lines = rows.map(
    ({ label, startMin, endMin, endP90Min }) =>
      `${label}: from ${showMinutes(startMin)} to ${showMinutes(endMin)}, in nine of ten scenarios to ${showMinutes(endP90Min)}.`,
  );
  return `The sequence, counted from the first drain. ${lines.join(' ')}${rest > 0 ? ` ${rest} more rows.` : ''}`;
}

function usable(spans: readonly Span[]): Span[] {
  return spans.filter(({ fromMin, toMin }) => isTime(fromMin) && isTime(toMin) && toMin > fromMin);
}

function least(times: readonly number[]): number {
  return times.reduce((a, b) => Math.min(a, b), Infinity);
}

function most(times: readonly number[]): number {
  return times.reduce((a, b) => Math.max(a, b), -Infinity);
}
