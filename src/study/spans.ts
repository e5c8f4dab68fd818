// The sequence of a plan as it was rehearsed: its waves, and what is before and after them, as rows of a picture.
import type { GanttRow } from '../chart/gantt-svg.ts';
import type { Forecast } from '../core/forecast/forecast.ts';
import type { Plan } from '../core/plan/plan.ts';
import { sequenceRows } from '../report/proposal-charts.ts';
import { scopeOf } from './proposal/scope.ts';
import { stagesOf } from './proposal/stages.ts';
import { watchHere, type WatchOptions } from './proposal/watch-here.ts';

/** A row of it. */
export type RehearsedSpan = GanttRow;

/** Rows by stage, in minutes from time zero of the forecast. Lives through some scenarios itself, for what a forecast does not hold. */
export async function rehearsedSpans(plan: Plan, forecast: Forecast, options: WatchOptions): Promise<RehearsedSpan[]> {
  const watched = await watchHere(plan, scopeOf(plan, null), options);
  return sequenceRows(stagesOf({ plan, watched, forecast }));
}
