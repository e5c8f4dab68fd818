// A forecast as one standalone SVG: when which share is back at P50, between P10 and P90, with the goals, the naive plans and what happened.
import { showCount } from '../std/share.ts';
import { drawnLine, pictureEndMin, shareLine, type BandPoint, type ShareLine } from './band.ts';
import { legendOf, type LegendItem } from './legend.ts';
import { showMinutes, ticksBetween, timeUnitOf } from './scale.ts';
import { cleanPoints, isMoment, isTime, reachedMin, usableTotal, type CurvePoint } from './step-curve.ts';
import { circleOf, fitted, pathOf, polyline, rectOf, svgOf, textAt, TITLE_FACTOR, toPx, widthPxOf } from './svg.ts';

export interface ForecastSvg {
  readonly title: string;
  /** What 100 % is. */
  readonly nodes: number;
  readonly curve: readonly BandPoint[];
  /** By per cent, as text; those of 50, 75, 95 and 99 are labelled. */
  readonly milestones: { readonly [q: string]: { readonly p50Min: number | null; readonly p90Min: number | null } };
  readonly northStarMin?: number | null;
  readonly oneNodeMin?: number | null;
  readonly windowEndMin?: number | null;
  /** Other plans over the same fleet, by their P50; three at most are drawn. */
  readonly others?: readonly {
    readonly label: string;
    readonly points: readonly { readonly share: number; readonly p50Min: number | null }[];
  }[];
  /** What happened, where it has: counts of `total`, known up to `nowMin`. */
  readonly actual?: { readonly points: readonly CurvePoint[]; readonly total: number; readonly nowMin: number };
  /** What the reader's clock shows at that minute; without it, minutes from the first drain. */
  readonly clock?: (min: number) => string;
}

interface Frame {
  readonly x: (min: number) => number;
  readonly y: (share: number) => number;
  readonly endMin: number;
  readonly bottomPx: number;
}

const WIDTH = 960;
const PLOT = { left: 62, right: 690, top: 106, heightPx: 260 } as const;
/** The table right of the plot: where each column ends. */
const COLUMNS = { share: 742, p50: 842, p90: 944 } as const;
const LABELLED = [99, 95, 75, 50] as const;
const LABEL_PX = 18;
const TICKS_MAX = 8;
const OTHERS_MAX = 3;

/** 960 wide, scaling with its place. Any text is escaped; nothing forecast, or odd numbers, still give a whole document. */
export function forecastSvg(forecast: ForecastSvg): string {
  const endMin = endOf(forecast);
  const bottomPx = PLOT.top + PLOT.heightPx;
  const frame: Frame = {
    x: (min) => toPx(PLOT.left + (Math.min(endMin, Math.max(0, min)) / endMin) * (PLOT.right - PLOT.left)),
    y: (share) => toPx(bottomPx - (share / 100) * PLOT.heightPx),
    endMin,
    bottomPx,
  };
  const legend = legendOf(legendItems(forecast), PLOT.left, bottomPx + 62, WIDTH - PLOT.left - 16);
  return svgOf({
    title: forecast.title,
    description: sentence(forecast),
    widthPx: WIDTH,
    heightPx: bottomPx + 56 + legend.heightPx,
    body: [
      textAt(16, 26, fitted(forecast.title, (WIDTH - 32) / TITLE_FACTOR), 'title'),
      textAt(16, 46, headline(forecast)),
      ...windowEnd(frame, forecast.windowEndMin ?? null),
      ...shareLines(frame),
      ...axes(frame, forecast.clock),
      ...band(frame, forecast.curve),
      ...others(frame, forecast),
      ...forecastLine(frame, forecast.curve),
      ...actualLine(frame, forecast.actual),
      ...markLines(frame, forecast),
      ...milestoneTable(frame, forecast),
      ...legend.lines,
    ],
  });
}

function endOf({ milestones, curve, northStarMin, oneNodeMin, windowEndMin, others, actual }: ForecastSvg): number {
  const goal = milestones['95'];
  const own = goal?.p90Min ?? goal?.p50Min ?? shareLine(curve, 'p50Min').at(-1)?.[0] ?? null;
  return pictureEndMin({
    own: [own],
    within: [northStarMin, oneNodeMin, actual && reachedMin(actual.points, 95, actual.total)],
    ifNear: [windowEndMin, actual?.nowMin, ...(others ?? []).map(({ points }) => points.find(({ share }) => share >= 95)?.p50Min)],
  });
}

function headline({ milestones, nodes }: ForecastSvg): string {
  const goal = milestones['95'];
  if (!goal) return `${showCount(nodes)} nodes`;
  return `${showCount(nodes)} nodes; 95 % back: ${showMinutes(goal.p50Min)} in half of the scenarios, ${showMinutes(goal.p90Min)} in nine of ten`;
}

function sentence({ milestones, nodes, northStarMin, oneNodeMin }: ForecastSvg): string {
  const marks = LABELLED.toReversed().flatMap((q) => {
    const mark = milestones[q];
    return mark ? [`${q} per cent: half of the scenarios ${showMinutes(mark.p50Min)}, nine of ten ${showMinutes(mark.p90Min)}.`] : [];
  });
  const star = isTime(northStarMin) ? ` The north star is ${showMinutes(northStarMin)}.` : '';
  const one = isTime(oneNodeMin) ? ` One node alone takes ${showMinutes(oneNodeMin)}.` : '';
  return `Forecast of when ${showCount(nodes)} nodes are back, counted from the first drain. ${marks.join(' ')}${star}${one}`;
}

function axes({ x, y, endMin, bottomPx }: Frame, clock: ForecastSvg['clock']): string[] {
  const unit = timeUnitOf(endMin);
  const ticks = ticksBetween(0, endMin, TICKS_MAX).flatMap((min) => [
    pathOf('axis', `M${x(min)} ${bottomPx}v5`),
    textAt(x(min), bottomPx + 19, String(Math.round((min / unit.min) * 10) / 10), '', 'middle'),
    ...(clock ? [textAt(x(min), bottomPx + 35, clock(min), 'strong', 'middle')] : []),
  ]);
  return [
    pathOf('axis', `M${PLOT.left} ${PLOT.top}V${bottomPx}H${PLOT.right}`),
    ...[0, 25, 50, 75, 100].map((share) => textAt(PLOT.left - 9, y(share) + 4, `${share} %`, '', 'end')),
    ...ticks,
    textAt(PLOT.right + 12, bottomPx + 19, `${unit.words} from the first drain`),
  ];
}

function shareLines({ y }: Frame): string[] {
  return [100, ...LABELLED].map((share) => pathOf('share', `M${PLOT.left} ${y(share)}H${PLOT.right}`));
}

function band(frame: Frame, curve: readonly BandPoint[]): string[] {
  const [early, late] = [shareLine(curve, 'p10Min'), shareLine(curve, 'p90Min')];
  if (early.length === 0) return [];
  const there = placed(frame, drawnLine(early, frame.endMin));
  const back = placed(frame, drawnLine(late, frame.endMin)).toReversed();
  return [pathOf('area', `${polyline([...there, ...back])}Z`)];
}

function forecastLine(frame: Frame, curve: readonly BandPoint[]): string[] {
  const line = shareLine(curve, 'p50Min');
  return line.length === 0 ? [] : [pathOf('curve', polyline(placed(frame, drawnLine(line, frame.endMin))))];
}

function others(frame: Frame, { others: plans = [] }: ForecastSvg): string[] {
  return plans.slice(0, OTHERS_MAX).flatMap(({ points }, i) => {
    const line = shareLine(points, 'p50Min');
    return line.length === 0 ? [] : [pathOf(`other${i + 1}`, polyline(placed(frame, drawnLine(line, frame.endMin))))];
  });
}

function placed({ x, y }: Frame, line: ShareLine): [number, number][] {
  return line.map(([min, share]) => [x(min), y(share)]);
}

function actualLine({ x, y, endMin }: Frame, actual: ForecastSvg['actual']): string[] {
  const total = usableTotal(actual?.total ?? 0);
  if (!actual || total === 0) return [];
  const steps = new Map<number, number>([[x(0), y(0)]]);
  for (const [min, count] of cleanPoints(actual.points, total)) if (min <= endMin) steps.set(x(min), y((100 * count) / total));
  const [[x0, y0] = [x(0), y(0)], ...rest] = steps;
  const untilPx = Math.max(rest.at(-1)?.[0] ?? x0, isMoment(actual.nowMin) ? x(actual.nowMin) : x0);
  return [pathOf('actual', `M${x0} ${y0}${rest.map(([across, up]) => `H${across}V${up}`).join('')}H${untilPx}`)];
}

function windowEnd({ x, endMin, bottomPx }: Frame, windowEndMin: number | null): string[] {
  if (!isTime(windowEndMin) || windowEndMin > endMin) return [];
  return [rectOf('shut', x(windowEndMin), PLOT.top, PLOT.right - x(windowEndMin), bottomPx - PLOT.top)];
}

/** The vertical lines, each with its words above the plot in the first of three rows where they run into nobody. */
function markLines({ x, endMin, bottomPx }: Frame, { oneNodeMin, northStarMin, windowEndMin }: ForecastSvg): string[] {
  const marks = [
    { min: oneNodeMin, kind: 'fine', words: 'one node' },
    { min: northStarMin, kind: 'mark', words: 'north star' },
    { min: windowEndMin, kind: 'edge', words: 'window ends' },
  ].flatMap(({ min, kind, words }) =>
    isTime(min) ? [{ min, kind, words: `${words} ${showMinutes(min)}${min > endMin ? ' →' : ''}` }] : [],
  );
  const rows: [from: number, to: number][][] = [[], [], []];
  return marks
    .toSorted((a, b) => a.min - b.min)
    .flatMap(({ min, kind, words }) => {
      const wide = widthPxOf(words);
      const from = Math.min(PLOT.right - wide, Math.max(PLOT.left, x(min) - wide / 2));
      const row = Math.max(
        0,
        rows.findIndex((taken) => taken.every(([a, b]) => from > b + 8 || from + wide < a - 8)),
      );
      rows[row]?.push([from, from + wide]);
      const base = PLOT.top - 10 - row * LABEL_PX;
      const label = textAt(from + wide / 2, base, words, 'strong', 'middle');
      return min > endMin ? [label] : [pathOf(kind, `M${x(min)} ${base + 4}V${bottomPx}`), label];
    });
}

/** Dots on the curve, and their times in a table at the right; a row that would run into the one above it moves down. */
function milestoneTable({ x, y, endMin }: Frame, { milestones }: ForecastSvg): string[] {
  let lowest = PLOT.top - LABEL_PX + 6;
  const rows = LABELLED.flatMap((q) => {
    const mark = milestones[q];
    if (!mark) return [];
    const base = Math.max(y(q) + 4, lowest + LABEL_PX);
    lowest = base;
    const lead = pathOf('share', `M${PLOT.right} ${y(q)}L${COLUMNS.share - 38} ${toPx(base - 4)}`);
    const dot = isTime(mark.p50Min) && mark.p50Min <= endMin ? [circleOf('dot', x(mark.p50Min), y(q), 4.5)] : [];
    return [
      lead,
      ...dot,
      textAt(COLUMNS.share, base, `${q} %`, 'bold', 'end'),
      textAt(COLUMNS.p50, base, showMinutes(mark.p50Min, 'not reached'), 'strong', 'end'),
      textAt(COLUMNS.p90, base, showMinutes(mark.p90Min, 'not reached'), '', 'end'),
    ];
  });
  const head = PLOT.top - 18;
  return [
    textAt(COLUMNS.share, head, 'back', '', 'end'),
    textAt(COLUMNS.p50, head, 'P50', '', 'end'),
    textAt(COLUMNS.p90, head, 'P90', '', 'end'),
    ...rows,
  ];
}

function legendItems({ others: plans = [], actual }: ForecastSvg): LegendItem[] {
  const other = plans.slice(0, OTHERS_MAX).map(({ label, points }, i): LegendItem => {
    const at95 = points.find(({ share }) => share >= 95)?.p50Min ?? null;
    return { shape: 'line', kind: `other${i + 1}`, words: `${fitted(label, 260)}: 95 % ${showMinutes(at95)}` };
  });
  return [
    { shape: 'line', kind: 'curve', words: 'this plan: half of the scenarios (P50)' },
    { shape: 'box', kind: 'area', words: 'eight of ten scenarios (P10 to P90)' },
    ...(actual ? [{ shape: 'line', kind: 'actual', words: 'what happened' } as const] : []),
    ...other,
  ];
}
