// A plan with other settings, made by the planner and passed by the checker; or nothing.
import { hasErrors } from '../../core/finding.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Planned } from '../../core/plan/planner.ts';
import { applySettings, keysOf, type Remade, type Settings } from './settings.ts';

/** Makes the rules' plan again from another policy or sequence, with all else as it was. */
export type Remake = (changes: Remade) => Planned;

/** With an empty id. null: the checker refuses it. */
export function planWith(rules: Plan, settings: Settings, remake: Remake): Plan | null {
  const { policy, calendars, sequence } = rules;
  const { plan } = remake(applySettings({ policy, calendars, sequence }, settings));
  if (hasErrors(plan.findings)) return null;
  const changed = keysOf(settings);
  const defaults = plan.report.defaults.filter((line) => !changed.some((key) => line.startsWith(`${key} =`) || line.startsWith(`${key}.`)));
  return { ...plan, id: '', report: { ...plan.report, defaults } };
}

/** Equal for plans that do the same thing: what a run and a rehearsal look at, and no reasons. */
export function signatureOf({ waves, policy, calendars, procedures }: Plan): string {
  return JSON.stringify([
    waves,
    policy.windows,
    policy.atOnce.perRack,
    policy.atOnce.perUnit,
    policy.unavailableAtMost,
    calendars,
    procedures,
  ]);
}
