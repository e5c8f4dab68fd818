// How long it takes as the fleet grows, T(N): flat is the goal. Our marks beside other ways of doing the same, from one node to all.
import { showCount } from '../std/share.ts';
import { legendOf, type LegendItem } from './legend.ts';
import { nodeScale, showMinutes, timeScale, type Scale } from './scale.ts';
import { isTime } from './step-curve.ts';
import { circleOf, fitted, pathOf, polyline, svgOf, textAt, TITLE_FACTOR, toPx } from './svg.ts';

export interface GrowthSvg {
  readonly title: string;
  /** The first four are drawn. `kind`: the mark people wait for, a further mark, or another way of doing it. */
  readonly series: readonly {
    readonly label: string;
    readonly kind: 'main' | 'also' | 'other';
    readonly points: readonly { readonly nodes: number; readonly min: number | null }[];
  }[];
  readonly oneNodeMin?: number | null;
  /** From how many nodes on it takes noticeably longer than for one. */
  readonly bendsAtNodes?: number | null;
}

type Series = { readonly label: string; readonly style: string; readonly points: readonly (readonly [nodes: number, min: number])[] };

const WIDTH = 960;
const PLOT = { left: 82, right: 790, top: 84, bottom: 344 } as const;
const SERIES_MAX = 5;
const TICKS_MAX = 6;
const LABEL_PX = 16;

/** 960 wide; nodes by powers of ten, times as well where they lie more than twenty-fold apart. */
export function growthSvg(growth: GrowthSvg): string {
  const series = cleaned(growth);
  const oneNodeMin = isTime(growth.oneNodeMin) ? growth.oneNodeMin : null;
  const mostNodes = series.reduce((most, { points }) => Math.max(most, points.at(-1)?.[0] ?? 1), 1);
  const times = [...series.flatMap(({ points }) => points.map(([, min]) => min)), ...(oneNodeMin === null ? [] : [oneNodeMin])];
  const x = nodeScale(mostNodes, PLOT.left, PLOT.right);
  const y = timeScale(times.length === 0 ? [1] : times, PLOT.bottom, PLOT.top, TICKS_MAX);
  const legend = legendOf(legendItems(series), PLOT.left, PLOT.bottom + 52, WIDTH - PLOT.left - 16);
  return svgOf({
    title: growth.title,
    description: sentence(series, oneNodeMin, growth.bendsAtNodes ?? null),
    widthPx: WIDTH,
    heightPx: PLOT.bottom + 46 + legend.heightPx,
    body: [
      textAt(16, 26, fitted(growth.title, (WIDTH - 32) / TITLE_FACTOR), 'title'),
      textAt(
        16,
        46,
        y.log
          ? 'both axes by powers of ten: a level line is O(1), a straight rise is one after the other'
          : 'nodes by powers of ten: a level line is O(1)',
      ),
      ...axes(x, y, mostNodes),
      ...oneNodeLine(y, oneNodeMin),
      ...bendLine(x, growth.bendsAtNodes ?? null, mostNodes),
      ...series.flatMap((line) => drawn(line, x, y)),
      ...endLabels(series, y),
      ...legend.lines,
    ],
  });
}

function cleaned({ series }: GrowthSvg): Series[] {
  let other = 0;
  return series.slice(0, SERIES_MAX).map(({ label, kind, points }) => ({
    label,
    style: kind === 'main' ? 'curve' : kind === 'also' ? 'thin' : `other${(other++ % 3) + 1}`,
    points: points
      .flatMap(({ nodes, min }) => (nodes >= 1 && nodes <= 1e9 && isTime(min) ? [[nodes, min] as const] : []))
      .toSorted(([a], [b]) => a - b),
  }));
}

function sentence(series: readonly Series[], oneNodeMin: number | null, bendsAtNodes: number | null): string {
  const lines = series.map(
    ({ label, points }) => `${label}: ${points.map(([nodes, min]) => `${showCount(nodes)} nodes ${showMinutes(min)}`).join(', ')}.`,
  );
  const one = oneNodeMin === null ? '' : ` One node with all limits lifted takes ${showMinutes(oneNodeMin)}.`;
  const bend = bendsAtNodes === null ? '' : ` The line bends at ${showCount(bendsAtNodes)} nodes.`;
  return `Time by number of nodes. ${lines.join(' ')}${one}${bend}`;
}

function axes(x: Scale, y: Scale, mostNodes: number): string[] {
  const last = x.ticks.at(-1)?.value ?? 1;
  const all = mostNodes > last * 1.6 ? [{ value: mostNodes, words: showCount(mostNodes) }] : [];
  return [
    pathOf('axis', `M${PLOT.left} ${PLOT.top - 6}V${PLOT.bottom}H${PLOT.right}`),
    ...[...x.ticks, ...all].flatMap(({ value, words }) => [
      pathOf('axis', `M${toPx(x.place(value))} ${PLOT.bottom}v5`),
      textAt(x.place(value), PLOT.bottom + 19, words, '', 'middle'),
    ]),
    ...y.ticks.flatMap(({ value, words }) => [
      pathOf('share', `M${PLOT.left} ${toPx(y.place(value))}H${PLOT.right}`),
      textAt(PLOT.left - 9, y.place(value) + 4, words, '', 'end'),
    ]),
    textAt(PLOT.right + 36, PLOT.bottom + 19, 'nodes'),
  ];
}

function oneNodeLine(y: Scale, oneNodeMin: number | null): string[] {
  if (oneNodeMin === null) return [];
  const at = toPx(y.place(oneNodeMin));
  return [
    pathOf('mark', `M${PLOT.left} ${at}H${PLOT.right}`),
    textAt(PLOT.left + 8, at + 15, `one node, limits lifted: ${showMinutes(oneNodeMin)}`, 'strong'),
  ];
}

function bendLine(x: Scale, bendsAtNodes: number | null, mostNodes: number): string[] {
  if (bendsAtNodes === null || !(bendsAtNodes >= 1) || bendsAtNodes > mostNodes) return [];
  const at = toPx(x.place(bendsAtNodes));
  const left = at > (PLOT.left + PLOT.right) / 2;
  return [
    pathOf('fine', `M${at} ${PLOT.top - 6}V${PLOT.bottom}`),
    textAt(at + (left ? -6 : 6), PLOT.top + 4, `bends at ${showCount(bendsAtNodes)} nodes`, 'strong', left ? 'end' : 'start'),
  ];
}

function drawn({ points, style }: Series, x: Scale, y: Scale): string[] {
  const line = points.map(([nodes, min]) => [x.place(nodes), y.place(min)] as const);
  if (line.length === 0) return [];
  const dots = style === 'curve' ? line.map(([across, up]) => circleOf('dot', across, up, 4)) : [];
  return [pathOf(style, polyline(line)), ...dots];
}

/** The time at the largest fleet, right of each line; what would overlap is pushed apart, the upper one up. */
function endLabels(series: readonly Series[], y: Scale): string[] {
  const ends = series
    .flatMap(({ points }) => {
      const last = points.at(-1);
      return last ? [{ words: showMinutes(last[1]), atPx: y.place(last[1]) + 4 }] : [];
    })
    .toSorted((a, b) => b.atPx - a.atPx);
  let above = Infinity;
  return ends.map(({ words, atPx }) => {
    above = Math.min(atPx, above - LABEL_PX);
    return textAt(PLOT.right + 12, above, words, 'strong');
  });
}

function legendItems(series: readonly Series[]): LegendItem[] {
  return series.map(({ label, style }) => ({ shape: 'line', kind: style, words: fitted(label, 420) }));
}
