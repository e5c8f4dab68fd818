// Steps of a run as pairs of bars: the median that was planned, the median that was, and how far the slowest tenth went.
import { isTime } from '../../../src/chart/step-curve.ts';

export interface StepTimes {
  readonly step: string;
  readonly plannedMedianMin: number | null;
  readonly medianMin: number | null;
  readonly p90Min: number | null;
}

export interface StepBars {
  readonly step: string;
  /** Widths from the left edge, in pixels; null: not known. */
  readonly planned: number | null;
  readonly actual: number | null;
  readonly p90: number | null;
}

/** The square root keeps a step of seconds in sight beside one of hours; the numbers stand beside the bars. */
export function stepBars(steps: readonly StepTimes[], widthPx: number): StepBars[] {
  const most = Math.max(1 / 60, ...steps.flatMap((s) => [s.plannedMedianMin, s.medianMin, s.p90Min]).filter((min) => isTime(min)));
  const width = (min: number | null): number | null =>
    isTime(min) ? Math.max(1, Math.round(Math.sqrt(Math.max(0, min) / most) * widthPx * 10) / 10) : null;
  return steps.map((s) => ({ step: s.step, planned: width(s.plannedMedianMin), actual: width(s.medianMin), p90: width(s.p90Min) }));
}
