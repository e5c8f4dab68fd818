// Which steps take as long for the fleet as for one node, and which make it wait, and for what.
import type { StepGrowth } from '../../core/forecast/forecast.ts';
import { quantile, rising } from '../rehearse/order-statistics.ts';
import { finite } from '../rehearse/collect.ts';
import { limitWaitOf, stepWaitOf } from '../rehearse/rows.ts';
import type { Collected } from '../rehearse/series.ts';

/** A wait below a tenth of the step, or below half a minute, is no growth that anybody feels. */
const WAIT_SHARE = 0.1;
const WAIT_MIN = 0.5;

/** One a forward step of each procedure, in their order. Waits are means over the targets that came to the step; then the median of the scenarios. */
export function stepGrowths({ about, rows }: Collected): StepGrowth[] {
  const limitWaits = new Map(about.limits.map((name, limit) => [name, middle(limitWaitOf(rows, about, limit))]));
  const procedures = new Set(about.steps.map(({ procedure }) => procedure));
  return about.steps.flatMap(({ procedure, step, forward, limits, medianMin }, index) => {
    if (!forward) return [];
    const { waitMin, came } = stepWaitOf(rows, about, index);
    const wait = middle(waitMin.map((sum, scenario) => (came[scenario] === 0 ? 0 : sum / (came[scenario] as number))));
    const o1 = wait <= Math.max(WAIT_MIN, WAIT_SHARE * medianMin);
    return [
      {
        step: procedures.size === 1 ? step : `${procedure}: ${step}`,
        oneNodeMin: medianMin,
        waitMin: finite(wait) ?? 0,
        o1,
        waitsFor: o1 ? null : longest(limits, limitWaits),
      },
    ];
  });
}

/** The limit before which most time is spent; null: none of them, but an order, a gate or a window. */
function longest(limits: readonly string[], waits: ReadonlyMap<string, number>): string | null {
  const [first] = limits.filter((name) => (waits.get(name) ?? 0) > 0).toSorted((a, b) => (waits.get(b) ?? 0) - (waits.get(a) ?? 0));
  return first ?? null;
}

function middle(values: Float64Array): number {
  return quantile(rising(values), 0.5);
}
