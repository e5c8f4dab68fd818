// A window that the work does not fit into: by how much, and which limit to talk about. Both are asked of the same plan with a window that
// stays open, because what never gets its turn has no time to be late by.
import { showMinutes } from '../chart/scale.ts';
import type { Forecast } from '../core/forecast/forecast.ts';
import type { Plan } from '../core/plan/plan.ts';
import { limiting } from '../sim/limits/limits.ts';
import { withoutWindows } from '../sim/limits/lift.ts';
import type { Asking } from '../sim/rehearse/asking.ts';
import { rehearsing } from '../sim/rehearse/rehearse.ts';

/** From this share of short scenarios on, a plan does not fit its window. */
const SHORT_MAX = 0.5;
/** Enough to tell which limit is the dearest. */
const SCENARIOS = 60;

export interface WindowAdvice {
  /** Minutes by which the return gate (P50) would lie behind the end of the last window; null: it is not met within the horizon at all. */
  readonly overMin: number | null;
  /** The limit that costs most of T95, blackouts aside; null: no limit costs anything. */
  readonly lift: { readonly name: string; readonly owner: string | null; readonly gainMin: number | null } | null;
}

export function doesNotFit({ short }: Forecast): boolean {
  return short !== null && short > SHORT_MAX;
}

export function* advising(plan: Plan, { seed, engine, windowMin }: Forecast): Asking<WindowAdvice> {
  const open = withoutWindows(plan);
  const wishes = { seed, engine, scenarios: SCENARIOS };
  const { gateMin } = yield* rehearsing(open, wishes);
  const { limits } = yield* limiting(open, { ...wishes, withoutGrowth: true });
  const endMin = Math.max(...plan.policy.windows.map(({ toMin }) => toMin)) - (windowMin ?? 0);
  const dear = limits.find(({ kind, gainMin }) => kind !== 'window' && kind !== 'blackout' && (gainMin['95']?.diffMin ?? 1) > 0);
  return {
    overMin: gateMin.p50Min === null ? null : Math.max(0, gateMin.p50Min - endMin),
    lift: dear ? { name: dear.name, owner: dear.owner, gainMin: dear.gainMin['95']?.diffMin ?? null } : null,
  };
}

export function adviceLine({ overMin, lift }: WindowAdvice): string {
  const over =
    overMin === null
      ? 'the return gate is not met within the horizon'
      : `the return gate would be met ${showMinutes(overMin)} after its end (P50)`;
  if (lift === null) return `the window is too short: ${over}; no limit would help: agree a longer one`;
  const owner = lift.owner === null ? '' : ` (${lift.owner})`;
  const gain = lift.gainMin === null ? 'that otherwise are not' : `${showMinutes(lift.gainMin)} sooner`;
  return `the window is too short: ${over}; lift ${lift.name}${owner}: 95 % back ${gain} (pitstop limits has them all)`;
}
