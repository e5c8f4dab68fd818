// The return curve as one standalone SVG, light or dark as the reader's system asks, with no script and no outside font.
import { showCount, showShare } from '../std/share.ts';
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
const PLOT = { left: 56, right: 502, top: 58, bottom: 272 } as const;
const TICKS_MAX = 8;
/** Labels of the lines closer than this would run into one another. */
const LABEL_PX = 14;

/** `prefers-color-scheme` works in a page and in an <img>; the light colours stand alone for viewers that know no media queries. */
const STYLE = `
.pitstop-curve text{font:12px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:#57606a}
.pitstop-curve .title{font-size:15px;font-weight:600;fill:#1f2328}
.pitstop-curve .strong{fill:#1f2328}
.pitstop-curve .page{fill:#ffffff}
.pitstop-curve .axis{stroke:#8c959f;fill:none}
.pitstop-curve .share{stroke:#d0d7de;stroke-dasharray:2 3;fill:none}
.pitstop-curve .mark{stroke:#9a5b00;stroke-dasharray:5 3;fill:none}
.pitstop-curve .marked{fill:#9a5b00}
.pitstop-curve .area{fill:#0072b2;fill-opacity:.14}
.pitstop-curve .curve{stroke:#0072b2;stroke-width:2;fill:none}
.pitstop-curve .dot{fill:#0072b2;stroke:#ffffff;stroke-width:1.5}
.pitstop-curve .capacity{stroke:#6e7781;stroke-width:1.5;stroke-dasharray:6 3;fill:none}
@media (prefers-color-scheme:dark){
.pitstop-curve text{fill:#9198a1}
.pitstop-curve .title,.pitstop-curve .strong{fill:#f0f6fc}
.pitstop-curve .page{fill:#0d1117}
.pitstop-curve .axis{stroke:#6e7681}
.pitstop-curve .share{stroke:#3d444d}
.pitstop-curve .mark{stroke:#e3a13c}
.pitstop-curve .marked{fill:#e3a13c}
.pitstop-curve .area{fill:#56b4e9;fill-opacity:.2}
.pitstop-curve .curve{stroke:#56b4e9}
.pitstop-curve .dot{fill:#56b4e9;stroke:#0d1117}
.pitstop-curve .capacity{stroke:#9198a1}
}`;

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
    x: (min) => round(PLOT.left + (min / endMin) * (PLOT.right - PLOT.left)),
    y: (count) => round(PLOT.bottom - (count / top) * (PLOT.bottom - PLOT.top)),
  };
  const words = sentence(points, total, nowMin);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="pitstop-curve" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escape(`${curve.title}: ${words}`)}">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}" rx="6"/>`,
    text(16, 24, curve.title, 'title'),
    text(16, 42, words),
    ...shareLines(frame, points, total),
    ...axes(frame, endMin, total),
    ...(capacity.length === 0 ? [] : [`<path class="capacity" d="${stepPath(frame, capacity, nowMin)}"/>`]),
    ...returnPaths(frame, points, nowMin),
    ...markLines(frame, marks),
    ...dots(frame, points, total),
    ...legend(capacity.length > 0),
    '</svg>',
    '',
  ].join('\n');
}

function sentence(points: readonly CurvePoint[], total: number, nowMin: number): string {
  if (total === 0) return 'nothing to return: the baseline is empty';
  const back = points.at(-1)?.[1] ?? 0;
  return `${showCount(back)} of ${showCount(total)} returned (${showShare(back, total)}) after ${nowMin.toFixed(1)} min`;
}

function axes({ x, y }: Frame, endMin: number, total: number): string[] {
  const ticks = minuteTicks(endMin, TICKS_MAX).flatMap((min) => [
    `<path class="axis" d="M${x(min)} ${PLOT.bottom}v4"/>`,
    text(x(min), PLOT.bottom + 17, showCount(min), '', 'middle'),
  ]);
  const counts = (total > 0 ? [0, total / 2, total] : [0])
    .filter(Number.isInteger)
    .map((count) => text(PLOT.left - 8, y(count) + 4, showCount(count), '', 'end'));
  return [
    `<path class="axis" d="M${PLOT.left} ${PLOT.top - 4}V${PLOT.bottom}H${PLOT.right}"/>`,
    ...ticks,
    ...counts,
    text(PLOT.right + 20, PLOT.bottom + 17, 'minutes'),
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
      `<path class="share" d="M${PLOT.left} ${at}H${PLOT.right}"/>`,
      text(PLOT.right + 46, labelY, `${percent} %`, '', 'end'),
      text(PLOT.right + 54, labelY, min === null ? 'not reached' : `${min.toFixed(1)} min`, min === null ? '' : 'strong'),
    ];
  });
}

function returnPaths(frame: Frame, points: readonly CurvePoint[], nowMin: number): string[] {
  if (points.length === 0) return [];
  const path = stepPath(frame, [[0, 0], ...points], nowMin);
  return [`<path class="area" d="${path}V${PLOT.bottom}Z"/>`, `<path class="curve" d="${path}"/>`];
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
    return min === null ? [] : [`<circle class="dot" cx="${x(min)}" cy="${y(countAt(percent, total))}" r="4"/>`];
  });
}

function markLines({ x }: Frame, marks: readonly CurveMark[]): string[] {
  return marks.flatMap(({ label, min }) => {
    const right = x(min) > (PLOT.left + PLOT.right) / 2;
    return [
      `<path class="mark" d="M${x(min)} ${PLOT.top - 4}V${PLOT.bottom}"/>`,
      text(x(min) + (right ? -5 : 5), PLOT.bottom - 8, label, 'marked', right ? 'end' : 'start'),
    ];
  });
}

function legend(capacity: boolean): string[] {
  const y = HEIGHT - 12;
  const line = (from: number, kind: string, words: string): string[] => [
    `<path class="${kind}" d="M${from} ${y - 4}h22"/>`,
    text(from + 28, y, words),
  ];
  return [
    ...line(PLOT.left, 'curve', 'returned: in service again and validated'),
    ...(capacity ? line(PLOT.left + 290, 'capacity', 'in service, untouched included') : []),
  ];
}

function text(x: number, y: number, words: string, kind = '', anchor = 'start'): string {
  const attributes = `${kind === '' ? '' : ` class="${kind}"`}${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}`;
  return `<text x="${round(x)}" y="${round(y)}"${attributes}>${escape(words)}</text>`;
}

/** XML text and attribute values; characters that XML 1.0 cannot hold become a question mark. */
function escape(words: string): string {
  return words
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function round(px: number): number {
  return Math.round(px * 10) / 10;
}
