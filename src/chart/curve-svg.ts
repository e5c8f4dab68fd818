// The return curve as one standalone SVG, light or dark as the reader's system asks, with no script and no outside font.
import { showCount, showShare } from '../std/share.ts';
import { legendOf, type LegendItem } from './legend.ts';
import { showMinutes, timeUnitOf } from './scale.ts';
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
import { circleOf, fitted, pathOf, svgOf, textAt, TITLE_FACTOR, toPx } from './svg.ts';

export interface CurveSvg {
  readonly title: string;
  /** Of the baseline, back; each count holds until the next point. */
  readonly points: readonly CurvePoint[];
  /** In service, untouched targets included; drawn beside the return curve. */
  readonly capacity?: readonly CurvePoint[];
  /** What 100 % is: the baseline. */
  readonly total: number;
  /** Minutes from time zero up to which the curves are known. */
  readonly nowMin: number;
  readonly marks?: readonly CurveMark[];
}

interface Frame {
  readonly x: (min: number) => number;
  readonly y: (count: number) => number;
}

const WIDTH = 640;
const HEIGHT = 320;
const PLOT = { left: 72, right: 502, top: 58, bottom: 272 } as const;
const TICKS_MAX = 8;
const DAY_MIN = 1_440;
/** Beyond it the counts are too wide for their place, and shares stand there. */
const COUNT_SHOWN_MAX = 999_999;
/** Labels of the lines closer than this would run into one another. */
const LABEL_PX = 14;

/** 640 x 320, scaling with its place. Any text is escaped; no points, no baseline or odd numbers still give a whole document. */
export function curveSvg(curve: CurveSvg): string {
  const total = usableTotal(curve.total);
  const points = cleanPoints(curve.points, total);
  const capacity = cleanPoints(curve.capacity ?? [], Number.MAX_SAFE_INTEGER / 100);
  const marks = usableMarks(curve.marks);
  const nowMin = Math.max(isMoment(curve.nowMin) ? curve.nowMin : 0, points.at(-1)?.[0] ?? 0);
  const endMin = Math.max(axisEndMin(points, nowMin, marks), capacity.at(-1)?.[0] ?? 0);
  const top = capacity.reduce((most, [, count]) => Math.max(most, count), Math.max(1, total));
  const frame: Frame = {
    x: (min) => toPx(PLOT.left + (min / endMin) * (PLOT.right - PLOT.left)),
    y: (count) => toPx(PLOT.bottom - (count / top) * (PLOT.bottom - PLOT.top)),
  };
  const words = sentence(points, total, nowMin);
  return svgOf({
    title: curve.title,
    description: words,
    widthPx: WIDTH,
    heightPx: HEIGHT,
    body: [
      textAt(16, 24, fitted(curve.title, (WIDTH - 32) / TITLE_FACTOR), 'title'),
      textAt(16, 42, fitted(words, WIDTH - 32)),
      ...shareLines(frame, points, total),
      ...axes(frame, endMin, total),
      ...(capacity.length === 0 ? [] : [pathOf('capacity', stepPath(frame, capacity, nowMin))]),
      ...returnPaths(frame, points, nowMin),
      ...markLines(frame, marks),
      ...dots(frame, points, total),
      ...legend(capacity.length > 0),
    ],
  });
}

function sentence(points: readonly CurvePoint[], total: number, nowMin: number): string {
  if (total === 0) return 'nothing to return: the baseline is empty';
  const back = points.at(-1)?.[1] ?? 0;
  return `${showCount(back)} of ${showCount(total)} returned (${showShare(back, total)}) after ${momentWords(nowMin)}`;
}

/** To a tenth of a minute, as the marks of a run; of what takes days, nobody asks for that. */
function momentWords(min: number): string {
  return min > DAY_MIN ? showMinutes(min) : `${min.toFixed(1)} min`;
}

function axes({ x, y }: Frame, endMin: number, total: number): string[] {
  const unit = endMin > DAY_MIN ? timeUnitOf(endMin) : { words: 'minutes', min: 1 };
  const ticks = minuteTicks(endMin, TICKS_MAX).flatMap((min) => [
    pathOf('axis', `M${x(min)} ${PLOT.bottom}v4`),
    textAt(x(min), PLOT.bottom + 17, showCount(min / unit.min), '', 'middle'),
  ]);
  const counts = (total > 0 ? [0, total / 2, total] : [0])
    .filter(Number.isInteger)
    .map((count) => textAt(PLOT.left - 8, y(count) + 4, total > COUNT_SHOWN_MAX ? showShare(count, total) : showCount(count), '', 'end'));
  return [
    pathOf('axis', `M${PLOT.left} ${PLOT.top - 4}V${PLOT.bottom}H${PLOT.right}`),
    ...ticks,
    ...counts,
    textAt(PLOT.right + 20, PLOT.bottom + 17, unit.words),
  ];
}

/** Lines at the shares with the minute each was reached; a label that would run into the one above it moves down. */
function shareLines({ y }: Frame, points: readonly CurvePoint[], total: number): string[] {
  if (total === 0) return [];
  let lowest = -Infinity;
  return [100, ...SHARE_LINES].flatMap((percent) => {
    const at = y(countAt(percent, total));
    const labelY = Math.max(at + 4, lowest + LABEL_PX);
    lowest = labelY;
    const min = reachedMin(points, percent, total);
    return [
      pathOf('share', `M${PLOT.left} ${at}H${PLOT.right}`),
      textAt(PLOT.right + 46, labelY, `${percent} %`, '', 'end'),
      textAt(PLOT.right + 54, labelY, min === null ? 'not reached' : momentWords(min), min === null ? '' : 'strong'),
    ];
  });
}

function returnPaths(frame: Frame, points: readonly CurvePoint[], nowMin: number): string[] {
  if (points.length === 0) return [];
  const path = stepPath(frame, [[0, 0], ...points], nowMin);
  return [pathOf('area', `${path}V${PLOT.bottom}Z`), pathOf('curve', path)];
}

/** Steps to the right, then up or down; points that share a tenth of a pixel are one step. */
function stepPath({ x, y }: Frame, points: readonly CurvePoint[], untilMin: number): string {
  const steps = new Map<number, number>();
  for (const [min, count] of points) steps.set(x(min), y(count));
  const [first, ...rest] = steps;
  if (!first) return '';
  const end = Math.max(x(untilMin), rest.at(-1)?.[0] ?? first[0]);
  return `M${first[0]} ${first[1]}${rest.map(([across, up]) => `H${across}V${up}`).join('')}H${end}`;
}

function dots({ x, y }: Frame, points: readonly CurvePoint[], total: number): string[] {
  if (total === 0) return [];
  return SHARE_LINES.flatMap((percent) => {
    const min = reachedMin(points, percent, total);
    return min === null ? [] : [circleOf('dot', x(min), y(countAt(percent, total)), 4)];
  });
}

function markLines({ x }: Frame, marks: readonly CurveMark[]): string[] {
  return marks.flatMap(({ label, min }) => {
    const right = x(min) > (PLOT.left + PLOT.right) / 2;
    return [
      pathOf('mark', `M${x(min)} ${PLOT.top - 4}V${PLOT.bottom}`),
      textAt(x(min) + (right ? -5 : 5), PLOT.bottom - 8, fitted(label, 200), 'strong', right ? 'end' : 'start'),
    ];
  });
}

function legend(capacity: boolean): string[] {
  const items: LegendItem[] = [
    { shape: 'line', kind: 'curve', words: 'returned: in service again and validated' },
    ...(capacity ? [{ shape: 'line', kind: 'capacity', words: 'in service, untouched included' } as const] : []),
  ];
  return legendOf(items, 16, HEIGHT - 12, WIDTH).lines;
}
