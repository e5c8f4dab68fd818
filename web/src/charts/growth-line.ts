// The geometry of T(N): how long it takes as the fleet grows, beside the level line of one node.
import { nodeScale, timeScale } from '../../../src/chart/scale.ts';
import { isTime } from '../../../src/chart/step-curve.ts';

export interface GrowthPoint {
  readonly nodes: number;
  readonly t50Min: number | null;
  readonly t95Min: number | null;
}

export interface GrowthPicture {
  readonly plot: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly xTicks: readonly { readonly x: number; readonly words: string }[];
  readonly yTicks: readonly { readonly y: number; readonly words: string }[];
  readonly logTimes: boolean;
  /** SVG paths; '' where no point has a time. */
  readonly t95: string;
  readonly t50: string;
  readonly dots: readonly { readonly x: number; readonly y: number; readonly nodes: number; readonly min: number }[];
  readonly oneNodeY: number | null;
  /** null: no bend. */
  readonly bendX: number | null;
}

const PAD = { left: 66, right: 20, top: 22, bottom: 34 } as const;

export function growthPicture(
  growth: readonly GrowthPoint[],
  oneNodeMin: number | null,
  bendsAtNodes: number | null,
  room: { readonly widthPx: number; readonly heightPx: number },
): GrowthPicture {
  const plot = { left: PAD.left, right: room.widthPx - PAD.right, top: PAD.top, bottom: room.heightPx - PAD.bottom };
  const times = [...growth.flatMap(({ t50Min, t95Min }) => [t50Min, t95Min]), oneNodeMin].filter((min) => isTime(min));
  const mostNodes = Math.max(1, ...growth.map(({ nodes }) => nodes));
  const x = nodeScale(mostNodes, plot.left, plot.right);
  const y = timeScale(times, plot.bottom, plot.top, 5);
  const placed = (key: 't50Min' | 't95Min') =>
    growth
      .toSorted((a, b) => a.nodes - b.nodes)
      .flatMap((point) => {
        const min = point[key];
        return isTime(min) ? [{ x: tenth(x.place(point.nodes)), y: tenth(y.place(min)), nodes: point.nodes, min }] : [];
      });
  const path = (points: readonly { x: number; y: number }[]): string =>
    points.map((point, i) => `${i === 0 ? 'M' : 'L'}${point.x} ${point.y}`).join('');
  return {
    plot,
    xTicks: x.ticks.map(({ value, words }) => ({ x: tenth(x.place(value)), words })),
    yTicks: y.ticks.map(({ value, words }) => ({ y: tenth(y.place(value)), words })),
    logTimes: y.log,
    t95: path(placed('t95Min')),
    t50: path(placed('t50Min')),
    dots: placed('t95Min'),
    oneNodeY: isTime(oneNodeMin) ? tenth(y.place(oneNodeMin)) : null,
    bendX: bendsAtNodes !== null && bendsAtNodes >= 1 && bendsAtNodes <= mostNodes ? tenth(x.place(bendsAtNodes)) : null,
  };
}

const tenth = (px: number): number => Math.round(px * 10) / 10;
