// The geometry of waves and phases, planned against actual: one row a wave, one lane a phase, and only the rows in sight. No drawing.
import { ticksBetween } from '../../../src/chart/scale.ts';
import { isTime } from '../../../src/chart/step-curve.ts';

export interface PhaseTimes {
  readonly phase: string;
  readonly startMin: number | null;
  readonly medianMin: number | null;
  readonly endMin: number | null;
  readonly done: number;
  readonly plannedStartMin: number | null;
  readonly plannedEndMin: number | null;
}

export interface WaveTimes {
  readonly wave: string;
  readonly cluster: string;
  readonly state: string;
  readonly targets: number;
  readonly phases: readonly PhaseTimes[];
}

export interface Bar {
  readonly x: number;
  readonly width: number;
}

interface Lane {
  readonly phase: string;
  /** From the top of its row. */
  readonly y: number;
  /** `beyond`: it ends outside of the picture. */
  readonly planned: (Bar & { readonly beyond: boolean }) | null;
  /** Until now where it has not ended. */
  readonly actual: (Bar & { readonly open: boolean }) | null;
  readonly done: number;
  /** Minutes by which it ended (or is) later than planned; negative: sooner. null: nothing to compare. */
  readonly lateMin: number | null;
}

export interface GanttPicture {
  readonly fromMin: number;
  readonly toMin: number;
  readonly rowPx: number;
  readonly ticks: readonly { readonly x: number; readonly min: number }[];
  readonly nowX: number | null;
  readonly x: (min: number) => number;
  readonly lanesOf: (row: number) => Lane[];
}

export const LANE_PX = 7;
const ROW_LEAST_PX = 32;
const ROW_PAD_PX = 10;
const TICK_PX = 84;
const BAR_LEAST_PX = 2;
const MARGIN = 1.03;
/** A phase that is planned to end further out than this many times the rest waits for spare parts: it would squeeze the night. */
const NEAR_FACTOR = 2.5;

/** `fromPx` and `toPx` are the ends of the time axis. */
export function ganttPicture(rows: readonly WaveTimes[], nowMin: number | null, fromPx: number, toPx: number): GanttPicture {
  const phases = rows.flatMap((row) => row.phases);
  const firm = [nowMin, ...phases.flatMap((p) => [p.startMin, p.endMin, p.plannedStartMin])].filter((min) => isTime(min));
  const firmTo = Math.max(1, ...firm);
  const near = phases.map((p) => p.plannedEndMin).filter((min) => isTime(min) && min <= firmTo * NEAR_FACTOR);
  const fromMin = Math.min(0, ...firm);
  const toMin = Math.max(firmTo, ...near.filter((min) => min !== null)) * MARGIN;
  const x = (min: number): number => tenth(fromPx + ((min - fromMin) / (toMin - fromMin)) * (toPx - fromPx));
  const lanes = Math.max(1, ...rows.map(({ phases }) => phases.length));
  return {
    fromMin,
    toMin,
    rowPx: Math.max(ROW_LEAST_PX, lanes * LANE_PX + ROW_PAD_PX),
    ticks: ticksBetween(fromMin, toMin, Math.max(2, Math.floor((toPx - fromPx) / TICK_PX))).map((min) => ({ min, x: x(min) })),
    nowX: nowMin === null ? null : x(nowMin),
    x,
    lanesOf: (row) => (rows[row]?.phases ?? []).map((phase, lane) => laneOf(phase, lane, { nowMin, toMin, x })),
  };
}

/** Which rows of equal height are in sight, with a few beyond; all of them while they are few. */
export function rowsInSight(count: number, rowPx: number, scrolledPx: number, heightPx: number): { from: number; to: number } {
  if (count <= ROWS_DRAWN_ALL) return { from: 0, to: count };
  const from = Math.max(0, Math.floor(scrolledPx / rowPx) - BEYOND);
  return { from: Math.min(from, count), to: Math.min(count, Math.ceil((scrolledPx + heightPx) / rowPx) + BEYOND) };
}

/** Beyond so many, only the rows in sight are drawn. */
export const ROWS_DRAWN_ALL = 60;
const BEYOND = 4;

interface Axis {
  readonly nowMin: number | null;
  readonly toMin: number;
  readonly x: (min: number) => number;
}

function laneOf(phase: PhaseTimes, lane: number, { nowMin, toMin, x }: Axis): Lane {
  const { startMin, endMin, plannedStartMin, plannedEndMin } = phase;
  const until = endMin ?? nowMin;
  const bar = (from: number, to: number): Bar => ({ x: x(from), width: Math.max(BAR_LEAST_PX, tenth(x(Math.min(to, toMin)) - x(from))) });
  const beyond = isTime(plannedEndMin) && plannedEndMin > toMin;
  const started = isTime(startMin) && isTime(until);
  const overdue = isTime(nowMin) && isTime(plannedEndMin) && nowMin > plannedEndMin;
  const late = isTime(endMin) ? endMin : overdue ? nowMin : null;
  return {
    phase: phase.phase,
    y: ROW_PAD_PX / 2 + lane * LANE_PX,
    planned: isTime(plannedStartMin) && isTime(plannedEndMin) ? { ...bar(plannedStartMin, plannedEndMin), beyond } : null,
    actual: started ? { ...bar(startMin, Math.max(startMin, until)), open: endMin === null } : null,
    done: phase.done,
    // Against an end that is days away, everything is early.
    lateMin: isTime(plannedEndMin) && !beyond && isTime(late) ? late - plannedEndMin : null,
  };
}

const tenth = (px: number): number => Math.round(px * 10) / 10;
