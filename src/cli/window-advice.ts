// A window that the work does not fit into: by how much, and which limit to talk about.
import { showMinutes } from '../chart/scale.ts';
import type { Forecast, LimitsReport } from '../core/forecast/forecast.ts';
import type { Policy } from '../core/change/policy.ts';

/** From this share of short scenarios on, a plan does not fit its window. */
const SHORT_MAX = 0.5;

export interface WindowAdvice {
  /** Minutes by which the return gate (P50) lies behind the end of the last window; null: it is not met within the horizon. */
  readonly overMin: number | null;
  /** The limit that costs most of T95, the windows themselves aside; null: no limit costs anything. */
  readonly lift: { readonly name: string; readonly owner: string | null; readonly gainMin: number | null } | null;
}

export function doesNotFit({ short }: Forecast): boolean {
  return short !== null && short > SHORT_MAX;
}

export function windowAdvice({ gateMin, windowMin }: Forecast, { windows }: Policy, { limits }: LimitsReport): WindowAdvice {
  const endMin = Math.max(...windows.map(({ toMin }) => toMin)) - (windowMin ?? 0);
  const dear = limits.find(({ kind, gainMin }) => kind !== 'window' && kind !== 'blackout' && gainMin['95']?.diffMin !== 0);
  return {
    overMin: gateMin.p50Min === null ? null : Math.max(0, gateMin.p50Min - endMin),
    lift: dear ? { name: dear.name, owner: dear.owner, gainMin: dear.gainMin['95']?.diffMin ?? null } : null,
  };
}

export function adviceLine({ overMin, lift }: WindowAdvice): string {
  const over =
    overMin === null
      ? 'the return gate is not met within the horizon'
      : `the return gate is met ${showMinutes(overMin)} after its end (P50)`;
  const what =
    lift === null
      ? 'no limit would help: agree a longer window'
      : `lift ${lift.name}${lift.owner === null ? '' : ` (${lift.owner})`}: 95 % back ${lift.gainMin === null ? 'that otherwise are not' : `${showMinutes(lift.gainMin)} sooner`}`;
  return `the window is too short: ${over}; ${what} (pitstop limits has them all)`;
}
