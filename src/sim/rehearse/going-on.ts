// The forecast of a run under way: the scenarios go on from where it stands, with what its own steps have shown.
import { bandsOf, type Bands } from '../../core/forecast/frozen.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Present } from '../exact/present.ts';
import type { Asking, Spec } from './asking.ts';
import { bandOf } from './collect.ts';
import { curveOf } from './rows.ts';
import { grow, Series } from './series.ts';

/** Yields requests; null: stopped before a scenario was there. A mark that was reached is what it was, in all of them. */
export function* goingOn(
  plan: Plan,
  present: Present,
  { seed, scenarios }: { readonly seed: number; readonly scenarios: number },
): Asking<Bands | null> {
  const spec: Spec = { plan, engine: 'exact', seed, present };
  const series = new Series(spec);
  yield* grow([series], scenarios);
  if (series.count === 0) return null;
  const { about, rows } = series.collected();
  return bandsOf((mark) => bandOf(curveOf(rows, about, Number(mark))));
}
