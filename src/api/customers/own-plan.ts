// The part of a plan that is one customer's, as its run carries it out, ready to be rehearsed by itself.
import { foldNames, has, parseNodeSet } from '../../core/fleet/nodeset.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { withoutValidation } from '../../sim/limits/lift.ts';
import type { JsonObject } from '../../std/json.ts';
import { whyNotRehearsed } from '../../study/rehearsable.ts';
import { plannedRun } from '../planned-run.ts';
import { isOnlyTheirs, ownTargets } from './own-targets.ts';

/** `options`: of the run; empty where there is none. Under an id of its own where it is not the whole plan. null: nothing to rehearse. */
export function ownPlan(plan: Plan, customer: string, options: JsonObject): Plan | null {
  const { now = null, only = null } = options;
  if (isOnlyTheirs(plan, customer) && now === null && only === null) return whyNotRehearsed(plan) === null ? plan : null;
  const own = plannedRun(plan, { options: { ...options, only: foldNames(taken(plan, customer, only)) } });
  const clusters = new Set(own.waves.map(({ cluster }) => cluster));
  const id = JSON.stringify([plan.id, customer, now !== null, only]);
  // Without its neighbours' windows, so that minute 0 is where its own first one opens.
  const windows = own.policy.windows.filter(({ cluster }) => clusters.has(cluster));
  const alone = { ...own, id, policy: { ...own.policy, windows } };
  return whyNotRehearsed(alone) === null ? alone : null;
}

/** The same, were nothing validated. */
export function soonerPlan(own: Plan): Plan {
  const unvalidated = withoutValidation(own);
  return { ...unvalidated, id: `${own.id} unvalidated`, policy: { ...unvalidated.policy, validation: 'none' } };
}

function taken(plan: Plan, customer: string, only: JsonObject[string]): readonly string[] {
  const { all } = ownTargets(plan, customer);
  const parsed = typeof only === 'string' ? parseNodeSet(only) : null;
  return parsed?.ok ? all.filter((name) => has(parsed.set, name)) : all;
}
