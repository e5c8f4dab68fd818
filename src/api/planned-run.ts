// The plan of a run as that run carries it out, ready to be rehearsed.
import type { Quantity } from '../core/change/policy.ts';
import { resolveQuantity } from '../core/change/quantity.ts';
import { names, parseNodeSet } from '../core/fleet/nodeset.ts';
import { expand } from '../core/plan/expand.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { RunHeader } from '../core/ports.ts';
import { engineFor } from '../sim/rehearse/choose-engine.ts';
import type { RehearseOptions } from '../sim/rehearse/rehearse.ts';
import { subPlan, targetsByWave, waveSize } from '../sim/rehearse/sub-plan.ts';
import { eventsOf } from '../sim/rehearse/work.ts';

/** With `--only`, fewer targets; with `--now`, no window is waited for. */
export function plannedRun(plan: Plan, { options }: Pick<RunHeader, 'options'>): Plan {
  const { now, only } = options;
  const here = typeof now === 'string' ? { ...plan, policy: { ...plan.policy, windows: [] } } : plan;
  if (typeof only !== 'string') return here;
  const parsed = parseNodeSet(only);
  const wanted = new Set(parsed.ok ? names(parsed.set) : []);
  const kept = [...targetsByWave(here)].map(([wave, targets]) => [wave, targets.filter((name) => wanted.has(name))] as const);
  return subPlan({ ...here, policy: inCounts(here) }, new Map(kept));
}

/** Shares are of the whole plan, also where a run takes only some of it. Racks and units are taken to be as large as the largest. */
function inCounts({ policy, fleet, ...plan }: Plan): Plan['policy'] {
  const all = plan.waves.reduce((sum, wave) => sum + waveSize(wave), 0);
  const { clusters } = fleet.document;
  const count = (quantity: Quantity, of: number): Quantity =>
    quantity.kind === 'share' && quantity.share < 1 ? { kind: 'count', count: resolveQuantity(quantity, of) } : quantity;
  const largest = (groups: readonly { readonly nodes: string }[]): number =>
    groups.reduce((most, { nodes }) => Math.max(most, [...expand(nodes)].length), 1);
  const { atOnce } = policy;
  return {
    ...policy,
    atOnce: {
      ...atOnce,
      // As a count it keeps each wave's own.
      nodes: { kind: 'count', count: resolveQuantity(atOnce.nodes, all) },
      perRack: count(atOnce.perRack, largest(clusters.flatMap(({ racks }) => racks))),
      perUnit: count(atOnce.perUnit, largest(clusters.flatMap(({ units }) => units))),
    },
    unavailableAtMost: count(policy.unavailableAtMost, all),
  };
}

/** Whether there is anything in it that a rehearsal could carry out. */
export function canBeRehearsed(plan: Plan): boolean {
  const modes = new Map(plan.fleet.document.clusters.map(({ name, mode }) => [name, mode]));
  return plan.waves.some(({ cluster }) => modes.get(cluster) !== 'observe');
}

/** The same chance for every forecast of a state folder, so that two of one plan are equal. */
export const FORECAST_SEED = 1;
/** A forecast costs about so many events, a second or two of one thread. */
const EVENTS = 4_000_000;
const FAST_SCENARIOS = 200;
const SCENARIOS_MIN = 40;
const SCENARIOS_MAX = 400;

/** Exact scenarios that cost about so many events; `least`: with fewer there would be no P90 to speak of. */
export function scenariosFor(plan: Plan, events: number, least = SCENARIOS_MIN): number {
  return Math.max(least, Math.min(SCENARIOS_MAX, Math.floor(events / Math.max(1, eventsOf(plan)))));
}

/** Of a forecast where nobody says how many. `share` (0..1): of what such a forecast costs. */
export function usualScenarios(plan: Plan, share = 1): number {
  return engineFor(plan) === 'fast' ? FAST_SCENARIOS : scenariosFor(plan, EVENTS * share);
}

/** Bounded, so that it is done within seconds beside the run. */
export function rehearsalOf(plan: Plan, { createdAt }: Pick<RunHeader, 'createdAt'>, scenarios: number | null): RehearseOptions {
  return {
    seed: FORECAST_SEED,
    scenarios: scenarios ?? usualScenarios(plan),
    engine: engineFor(plan),
    // A plan with windows begins with the first of them.
    ...(plan.policy.windows.length === 0 && { startMs: createdAt }),
  };
}
