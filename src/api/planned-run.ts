// The plan of a run as that run carries it out, ready to be rehearsed.
import { names, parseNodeSet } from '../core/fleet/nodeset.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { RunHeader } from '../core/ports.ts';
import { EXACT_TARGETS_MAX, type RehearseOptions } from '../sim/rehearse/rehearse.ts';
import { planSize, subPlan, targetsByWave } from '../sim/rehearse/sub-plan.ts';
import { eventsOf } from '../sim/rehearse/work.ts';

/** With `--only`, fewer targets; with `--now`, no window is waited for. */
export function plannedRun(plan: Plan, { options }: Pick<RunHeader, 'options'>): Plan {
  const { now, only } = options;
  const here = typeof now === 'string' ? { ...plan, policy: { ...plan.policy, windows: [] } } : plan;
  if (typeof only !== 'string') return here;
  const parsed = parseNodeSet(only);
  const wanted = new Set(parsed.ok ? names(parsed.set) : []);
  const kept = [...targetsByWave(here)].map(([wave, targets]) => [wave, targets.filter((name) => wanted.has(name))] as const);
  return subPlan(here, new Map(kept));
}

/** Whether there is anything in it that a rehearsal could carry out. */
export function canBeRehearsed(plan: Plan): boolean {
  const modes = new Map(plan.fleet.document.clusters.map(({ name, mode }) => [name, mode]));
  return plan.waves.some(({ cluster }) => modes.get(cluster) !== 'observe');
}

/** The same chance for every forecast of a state folder, so that two of one plan are equal. */
export const FORECAST_SEED = 1;
/** A forecast costs about so many events, unless that would be too few scenarios for a P90. */
const EVENTS = 4_000_000;
const SCENARIOS_MIN = 40;
const SCENARIOS_MAX = 400;

/** Bounded, so that it is done within seconds beside the run. */
export function rehearsalOf(plan: Plan, { createdAt }: Pick<RunHeader, 'createdAt'>, scenarios: number | null): RehearseOptions {
  const bounded = Math.floor(EVENTS / Math.max(1, eventsOf(plan)));
  return {
    seed: FORECAST_SEED,
    scenarios: scenarios ?? Math.max(SCENARIOS_MIN, Math.min(SCENARIOS_MAX, bounded)),
    engine: planSize(plan) <= EXACT_TARGETS_MAX ? 'exact' : 'fast',
    // A plan with windows begins with the first of them.
    ...(plan.policy.windows.length === 0 && { startMs: createdAt }),
  };
}
