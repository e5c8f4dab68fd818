// What both drawings of a return curve need: clean points, the moment a share was reached, and round minutes for the axis.

/** Minutes from time zero, and the count that holds from then until the next point. */
export type CurvePoint = readonly [min: number, count: number];

/** A named moment on the time axis, e.g. the north star. */
export interface CurveMark {
  readonly label: string;
  readonly min: number;
}

/** The shares, in percent, at which a return curve gets a line. */
export const SHARE_LINES = [95, 75, 50] as const;

/** A hundred years: beyond it, a number is no moment of a run. */
const MINUTES_MAX = 52_560_000;
const HOUR = 60;
const ROUND_STEPS_MIN = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, 24 * HOUR];

/** Rising in time, one point a moment (the last one given), nothing before time zero; what is no number is left out, counts stay in 0..countMax. */
export function cleanPoints(points: readonly CurvePoint[], countMax: number): CurvePoint[] {
  const clean: CurvePoint[] = [];
  const rising = points.filter(([min, count]) => isMoment(min) && Number.isFinite(count)).toSorted(([a], [b]) => a - b);
  for (const [min, count] of rising) {
    const point = [Math.max(0, min), Math.min(countMax, Math.max(0, count))] as const;
    if (clean.at(-1)?.[0] === point[0]) clean[clean.length - 1] = point;
    else clean.push(point);
  }
  return clean;
}

/** The targets that a share of `total` means: `percent` of it, rounded up. */
export function countAt(percent: number, total: number): number {
  return Math.ceil((percent * total) / 100);
}

/** The first minute at which the curve stands at `percent` of `total` or above; null = not reached. */
export function reachedMin(points: readonly CurvePoint[], percent: number, total: number): number | null {
  return points.find(([, count]) => count >= countAt(percent, total))?.[0] ?? null;
}

/** How far the time axis goes: to now, to the last point, or to the last mark; at least a tenth of a minute. */
export function axisEndMin(points: readonly CurvePoint[], nowMin: number, marks: readonly CurveMark[]): number {
  return Math.max(0.1, isMoment(nowMin) ? nowMin : 0, points.at(-1)?.[0] ?? 0, ...marks.map(({ min }) => min));
}

/** Round minutes from 0 to `endMin`, at most `ticksMax` steps. */
export function minuteTicks(endMin: number, ticksMax: number): number[] {
  const step = roundStepMin(endMin / Math.max(1, ticksMax));
  return Array.from({ length: Math.floor(endMin / step + 1e-9) + 1 }, (_, i) => Math.round(i * step * 10) / 10);
}

/** The first round number of minutes, hours or days that is at least so long. */
export function roundStepMin(leastMin: number): number {
  return ROUND_STEPS_MIN.find((minutes) => minutes >= leastMin) ?? Math.ceil(leastMin / (24 * HOUR)) * 24 * HOUR;
}

/** The marks that have a place on the axis. */
export function usableMarks(marks: readonly CurveMark[] | undefined): CurveMark[] {
  return (marks ?? []).filter(({ min }) => isMoment(min) && min >= 0).toSorted((a, b) => a.min - b.min);
}

/** A baseline that can be divided by and drawn; 0 = there is none. */
export function usableTotal(total: number): number {
  return total > 0 && total <= Number.MAX_SAFE_INTEGER / 100 ? total : 0;
}

/** Whether this is a number of minutes that can stand on a time axis. */
export function isMoment(min: number): boolean {
  return Math.abs(min) <= MINUTES_MAX;
}

/** As isMoment, of what may be missing. */
export function isTime(min: number | null | undefined): min is number {
  return typeof min === 'number' && isMoment(min);
}
