// The geometry of a return curve: the fan of the plan, frozen and rolling marks, goals, and the steps that really happened. No drawing.
import { drawnLine, pictureEndMin, shareAt, shareLine, type BandPoint, type ShareLine } from '../../../src/chart/band.ts';
import { ticksBetween } from '../../../src/chart/scale.ts';
import { cleanPoints, countAt, isTime, type CurvePoint } from '../../../src/chart/step-curve.ts';

type Bands = { readonly [mark: string]: { readonly p50Min: number | null; readonly p90Min: number | null } };

export interface CurveData {
  readonly baseline: number;
  /** The rehearsed plan; empty: none. */
  readonly planned: readonly BandPoint[];
  readonly actual: readonly CurvePoint[];
  /** In service now, untouched included; empty: not known. */
  readonly capacity: readonly CurvePoint[];
  /** Minutes from time zero up to which `actual` is known; null: time zero has not come. */
  readonly nowMin: number | null;
  readonly frozen: Bands | null;
  readonly rolling: Bands | null;
  readonly northStarMin: number | null;
  readonly windowEndMin: number | null;
  readonly turnBackMin: number | null;
  /** How many must be back. */
  readonly needed: number;
}

export interface Room {
  readonly widthPx: number;
  readonly heightPx: number;
}

interface MarkAt {
  readonly mark: string;
  readonly y: number;
  /** null: beyond the picture, or never. */
  readonly p50X: number | null;
  readonly p90X: number | null;
}

interface Upright {
  readonly words: string;
  readonly kind: 'goal' | 'window' | 'turn-back' | 'now';
  readonly x: number;
}

export interface CurvePicture {
  readonly plot: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly endMin: number;
  readonly xTicks: readonly { readonly x: number; readonly min: number }[];
  readonly shares: readonly { readonly y: number; readonly percent: number; readonly count: number }[];
  /** SVG paths; '' where there is nothing to draw. */
  readonly fan: string;
  readonly median: string;
  readonly actual: string;
  readonly capacity: string;
  readonly frozen: readonly MarkAt[];
  readonly rolling: readonly MarkAt[];
  readonly uprights: readonly Upright[];
  readonly neededY: number | null;
  readonly x: (min: number) => number;
  readonly minAt: (x: number) => number;
}

export interface Reading {
  readonly min: number;
  /** Of the baseline, back by then in one, five, nine of ten rehearsed nights; null: nothing was rehearsed. */
  readonly planned: { readonly late: number; readonly mid: number; readonly soon: number } | null;
  /** null: not known yet. */
  readonly actual: number | null;
  readonly capacity: number | null;
}

const PLOT = { left: 44, right: 92, top: 22, bottom: 34 } as const;
const SHARES = [0, 25, 50, 75, 95, 100] as const;
const MARKS = ['50', '75', '95'] as const;
const TICK_PX = 84;
/** Of two uprights closer than this, the words would run into one another. */
export const UPRIGHT_WORDS_PX = 14;

export function curvePicture(data: CurveData, { widthPx, heightPx }: Room): CurvePicture {
  const plot = { left: PLOT.left, right: Math.max(PLOT.left + 40, widthPx - PLOT.right), top: PLOT.top, bottom: heightPx - PLOT.bottom };
  const endMin = endOf(data);
  const x = (min: number): number => tenth(plot.left + (Math.min(endMin, Math.max(0, min)) / endMin) * (plot.right - plot.left));
  const y = (share: number): number => tenth(plot.bottom - (Math.min(100, Math.max(0, share)) / 100) * (plot.bottom - plot.top));
  const ofCount = (count: number): number => y(data.baseline === 0 ? 0 : (100 * count) / data.baseline);
  const until = data.nowMin === null ? 0 : Math.max(0, data.nowMin);
  const lines = {
    soon: shareLine(data.planned, 'p10Min'),
    mid: shareLine(data.planned, 'p50Min'),
    late: shareLine(data.planned, 'p90Min'),
  };
  return {
    plot,
    endMin,
    xTicks: ticksBetween(0, endMin, Math.max(2, Math.floor((plot.right - plot.left) / TICK_PX))).map((min) => ({ min, x: x(min) })),
    shares: SHARES.map((percent) => ({ percent, y: y(percent), count: countAt(percent, data.baseline) })),
    fan: fanPath(lines.soon, lines.late, endMin, x, y),
    median: lines.mid.length === 0 ? '' : polyline(drawnLine(lines.mid, endMin), x, y),
    actual: data.nowMin === null ? '' : steps([[0, 0], ...cleanPoints(data.actual, data.baseline)], until, x, ofCount),
    capacity: data.capacity.length === 0 ? '' : steps(cleanPoints(data.capacity, data.baseline), until, x, ofCount),
    frozen: marksAt(data.frozen, endMin, x, y),
    // What is reached is no forecast any more.
    rolling: marksAt(data.rolling, endMin, x, y).filter(({ mark }) => (data.rolling?.[mark]?.p50Min ?? Infinity) > until),
    uprights: uprightsOf(data, endMin, x),
    neededY: data.needed > 0 && data.baseline > 0 ? ofCount(data.needed) : null,
    x,
    minAt: (px) => (Math.min(1, Math.max(0, (px - plot.left) / (plot.right - plot.left))) || 0) * endMin,
  };
}

/** What the curves say at a minute; counts of planned shares are cut, never rounded up. */
export function readAt(data: CurveData, min: number): Reading {
  const back = (quantile: 'p10Min' | 'p50Min' | 'p90Min'): number =>
    Math.floor((shareAt(shareLine(data.planned, quantile), min) * data.baseline) / 100);
  const known = data.nowMin !== null && min <= data.nowMin;
  return {
    min,
    planned: data.planned.length === 0 ? null : { late: back('p90Min'), mid: back('p50Min'), soon: back('p10Min') },
    actual: known ? countBy(data.actual, min) : null,
    capacity: known && data.capacity.length > 0 ? countBy(data.capacity, min) : null,
  };
}

function countBy(points: readonly CurvePoint[], min: number): number {
  return points.findLast(([at]) => at <= min)?.[1] ?? 0;
}

function endOf(data: CurveData): number {
  const bands = [data.frozen, data.rolling].flatMap((marks) => MARKS.map((mark) => marks?.[mark]?.p90Min ?? marks?.[mark]?.p50Min ?? null));
  const fan = data.planned.filter(({ share }) => share <= 95).map((point) => point.p90Min ?? point.p50Min);
  return pictureEndMin({
    own: [...bands, ...fan],
    within: [data.nowMin, data.northStarMin, data.actual.at(-1)?.[0]],
    ifNear: [data.windowEndMin, data.turnBackMin],
  });
}

function marksAt(marks: Bands | null, endMin: number, x: (min: number) => number, y: (share: number) => number): MarkAt[] {
  if (marks === null) return [];
  const at = (min: number | null | undefined): number | null => (isTime(min) && min <= endMin ? x(min) : null);
  return MARKS.map((mark) => ({ mark, y: y(Number(mark)), p50X: at(marks[mark]?.p50Min), p90X: at(marks[mark]?.p90Min) }));
}

function uprightsOf(data: CurveData, endMin: number, x: (min: number) => number): Upright[] {
  const wanted: [string, Upright['kind'], number | null][] = [
    ['north star', 'goal', data.northStarMin],
    ['turn back by', 'turn-back', data.turnBackMin],
    ['window ends', 'window', data.windowEndMin],
    ['now', 'now', data.nowMin],
  ];
  return wanted.flatMap(([words, kind, min]) => (isTime(min) && min >= 0 && min <= endMin ? [{ words, kind, x: x(min) }] : []));
}

function fanPath(soon: ShareLine, late: ShareLine, endMin: number, x: (min: number) => number, y: (share: number) => number): string {
  if (soon.length === 0) return '';
  const there = drawnLine(soon, endMin);
  const back = drawnLine(late, endMin).toReversed();
  return `M${[...there, ...back].map(([min, share]) => `${x(min)} ${y(share)}`).join('L')}Z`;
}

function polyline(line: ShareLine, x: (min: number) => number, y: (share: number) => number): string {
  return `M${line.map(([min, share]) => `${x(min)} ${y(share)}`).join('L')}`;
}

/** To the right, then up or down; points that share a tenth of a pixel are one step. */
function steps(points: readonly CurvePoint[], untilMin: number, x: (min: number) => number, y: (count: number) => number): string {
  const byX = new Map<number, number>();
  for (const [min, count] of points) byX.set(x(min), y(count));
  const [first, ...rest] = byX;
  if (!first) return '';
  const end = Math.max(x(untilMin), rest.at(-1)?.[0] ?? first[0]);
  return `M${first[0]} ${first[1]}${rest.map(([px, up]) => `H${px}V${up}`).join('')}H${end}`;
}

const tenth = (px: number): number => Math.round(px * 10) / 10;
