// The geometry of forecast curves over one time axis: for each plan its P10-P90 fan and its median, goals, and what stands at a minute.
import { drawnLine, pictureEndMin, shareAt, shareLine, type BandPoint } from '../../../src/chart/band.ts';
import { ticksBetween } from '../../../src/chart/scale.ts';
import { isTime } from '../../../src/chart/step-curve.ts';

export interface FanSeries {
  readonly label: string;
  readonly curve: readonly BandPoint[];
}

export interface FanGoal {
  readonly words: string;
  readonly kind: 'goal' | 'one' | 'window';
  readonly min: number;
}

export interface FanPicture {
  readonly plot: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly endMin: number;
  readonly xTicks: readonly { readonly x: number; readonly min: number }[];
  readonly shares: readonly { readonly y: number; readonly percent: number }[];
  readonly series: readonly { readonly label: string; readonly fan: string; readonly median: string; readonly dots: readonly FanDot[] }[];
  /** Those beyond the picture are left out; `row` 0, 1, 2 and `left` of the line keep their words apart. */
  readonly goals: readonly (FanGoal & { readonly x: number; readonly row: number; readonly left: boolean })[];
  readonly x: (min: number) => number;
  readonly minAt: (x: number) => number;
}

/** Where the median reaches a share that has a name of its own. */
interface FanDot {
  readonly percent: number;
  readonly x: number;
  readonly y: number;
}

export interface FanReading {
  readonly label: string;
  readonly late: number;
  readonly mid: number;
  readonly soon: number;
}

const SHARES = [0, 25, 50, 75, 95, 100];
const DOTS = [50, 75, 95, 99];
const PAD = { left: 46, right: 50, top: 40, bottom: 36 } as const;
const TICK_PX = 92;
const WORDS_PX = 140;

export function fanPicture(
  all: readonly FanSeries[],
  goals: readonly FanGoal[],
  room: { readonly widthPx: number; readonly heightPx: number },
): FanPicture {
  const plot = { left: PAD.left, right: room.widthPx - PAD.right, top: PAD.top, bottom: room.heightPx - PAD.bottom };
  const endMin = fanEndMin(all, goals);
  const x = (min: number): number => tenth(plot.left + (Math.min(endMin, Math.max(0, min)) / endMin) * (plot.right - plot.left));
  const y = (share: number): number => tenth(plot.bottom - (share / 100) * (plot.bottom - plot.top));
  const path = (line: readonly (readonly [number, number])[]): string =>
    line.map(([min, share], i) => `${i === 0 ? 'M' : 'L'}${x(min)} ${y(share)}`).join('');
  return {
    plot,
    endMin,
    xTicks: ticksBetween(0, endMin, Math.max(2, Math.floor((plot.right - plot.left) / TICK_PX))).map((min) => ({ min, x: x(min) })),
    shares: SHARES.map((percent) => ({ percent, y: y(percent) })),
    series: all.map(({ label, curve }) => {
      const [soon, mid, late] = linesOf(curve);
      const there = soon.length === 0 ? '' : path(drawnLine(soon, endMin));
      const back = path(drawnLine(late, endMin).toReversed()).replace('M', 'L');
      return {
        label,
        fan: there === '' ? '' : `${there}${back}Z`,
        median: mid.length === 0 ? '' : path(drawnLine(mid, endMin)),
        dots: DOTS.flatMap((percent) => {
          const min = curve.find(({ share }) => share >= percent)?.p50Min ?? null;
          return isTime(min) && min <= endMin ? [{ percent, x: x(min), y: y(percent) }] : [];
        }),
      };
    }),
    goals: placedGoals(goals, endMin, plot, x),
    x,
    minAt: (px) => Math.min(endMin, Math.max(0, ((px - plot.left) / (plot.right - plot.left)) * endMin)),
  };
}

/** What share is back at this minute, by series: in nine of ten scenarios, in half of them, in one of ten. */
export function readFans(all: readonly FanSeries[], min: number): FanReading[] {
  return all.map(({ label, curve }) => {
    const [soon, mid, late] = linesOf(curve);
    return { label, late: shareAt(late, min), mid: shareAt(mid, min), soon: shareAt(soon, min) };
  });
}

/** How far the time axis goes: to P90 of 95 % of the latest series, and the goals where they are near. */
function fanEndMin(all: readonly FanSeries[], goals: readonly FanGoal[]): number {
  const own = all.map(({ curve }) => {
    const at95 = curve.find(({ share }) => share >= 95);
    return at95?.p90Min ?? at95?.p50Min ?? shareLine(curve, 'p50Min').at(-1)?.[0] ?? null;
  });
  const timesOf = (kind: FanGoal['kind'][]): number[] => goals.filter((goal) => kind.includes(goal.kind)).map(({ min }) => min);
  return pictureEndMin({ own: own.map((min) => min && min * 1.15), within: timesOf(['one']), ifNear: timesOf(['goal', 'window']) });
}

function linesOf(curve: readonly BandPoint[]) {
  return [shareLine(curve, 'p10Min'), shareLine(curve, 'p50Min'), shareLine(curve, 'p90Min')] as const;
}

function placedGoals(goals: readonly FanGoal[], endMin: number, plot: FanPicture['plot'], x: (min: number) => number): FanPicture['goals'] {
  const inside = goals.filter(({ min }) => isTime(min) && min <= endMin).toSorted((a, b) => a.min - b.min);
  const rows: [from: number, to: number][][] = [];
  return inside.map((goal) => {
    const at = x(goal.min);
    const left = at + WORDS_PX > plot.right;
    const [from, to] = left ? [at - WORDS_PX, at] : [at, at + WORDS_PX];
    const free = rows.findIndex((taken) => taken.every(([start, end]) => to <= start || from >= end));
    const row = free < 0 ? rows.length : free;
    rows[row] = [...(rows[row] ?? []), [from, to]];
    return { ...goal, x: at, row, left };
  });
}

const tenth = (px: number): number => Math.round(px * 10) / 10;
