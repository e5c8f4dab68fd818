// A forecast return curve as lines that can be drawn: by quantile, rising, cut where the picture ends, and never on past what was reached.
import { isMoment, isTime } from './step-curve.ts';

/** When this many per cent are back, in one, five and nine of ten scenarios; null: not within the horizon. */
export interface BandPoint {
  readonly share: number;
  readonly p10Min: number | null;
  readonly p50Min: number | null;
  readonly p90Min: number | null;
}

/** Rising in both: minutes, and the per cent back from then on. */
export type ShareLine = readonly (readonly [min: number, share: number])[];

export interface TimesOfInterest {
  /** P90 (or P50, where that is all there is) of what is forecast. */
  readonly own: readonly (number | null)[];
  /** Always inside the picture: a goal, what has happened so far. */
  readonly within: readonly (number | null | undefined)[];
  /** Inside it while they do not squeeze the rest: other plans, the end of a long window. */
  readonly ifNear: readonly (number | null | undefined)[];
}

/** What lies further out than this many times the forecast itself is named at the edge and not drawn. */
const NEAR_FACTOR = 2.5;
const MARGIN = 1.06;

/** The line of one quantile; shares without a time, and what is no number, are left out. */
export function shareLine<K extends string>(
  points: readonly ({ readonly share: number } & { readonly [key in K]: number | null })[],
  quantile: K,
): ShareLine {
  let latest = 0;
  return points
    .filter(({ share }) => share > 0 && share <= 100)
    .toSorted((a, b) => a.share - b.share)
    .flatMap((point) => {
      const min = point[quantile];
      if (min === null || !isMoment(min)) return [];
      latest = Math.max(latest, min);
      return [[latest, point.share] as const];
    });
}

/** From nothing at time zero to the edge of the picture; a line that ends before it goes on level, because no more is reached. */
export function drawnLine(line: ShareLine, endMin: number): ShareLine {
  const beyond = line.findIndex(([min]) => min > endMin);
  const inside = beyond < 0 ? line : line.slice(0, beyond);
  const start: ShareLine = [[0, 0], ...(line[0] && line[0][0] <= endMin ? [[line[0][0], 0] as const] : [])];
  const [lastMin, lastShare] = inside.at(-1) ?? [0, 0];
  const next = beyond < 0 ? undefined : line[beyond];
  if (!next || inside.length === 0) return [...start, ...inside, [endMin, lastShare]];
  const part = (endMin - lastMin) / (next[0] - lastMin);
  return [...start, ...inside, [endMin, lastShare + part * (next[1] - lastShare)]];
}

/** The per cent that are back at this minute. */
export function shareAt(line: ShareLine, min: number): number {
  return line.findLast(([at]) => at <= min)?.[1] ?? 0;
}

/** How far the time axis goes. Far tails and far plans are cut, so that the hours people plan by stay readable. */
export function pictureEndMin({ own, within, ifNear }: TimesOfInterest): number {
  const most = (times: readonly (number | null | undefined)[]): number =>
    times.reduce<number>((latest, min) => (isTime(min) ? Math.max(latest, min) : latest), 0);
  const firm = Math.max(most(own), most(within));
  const near = most(ifNear.map((min) => (isTime(min) && min <= firm * NEAR_FACTOR ? min : null)));
  const end = Math.max(firm, near) || most(ifNear);
  return Math.max(0.1, end * MARGIN);
}
