// The plans that somebody would make without a planner: one rack after the other, and everything at once. They are what a found plan is
// held against; nobody is meant to run them.
import type { Step } from '../../core/change/procedure.ts';
import { hasErrors } from '../../core/finding.ts';
import type { MergedProcedure, Plan, Sequence } from '../../core/plan/plan.ts';
import { makeChildPlan } from '../../core/plan/planner.ts';
import { isDrain, withoutCanaryGate } from '../limits/lift.ts';

export interface NaivePlan {
  readonly name: string;
  /** With an empty id: it is rehearsed, and never written. */
  readonly plan: Plan;
}

/**
 * From any plan: its targets piece by piece, one cluster after the other; and all of them at once. Both without staging and overlap, the
 * second without waiting for a canary. Where switches need the nodes of several racks quiet, the piece is a unit, else the cluster. Limits,
 * gates, windows and validation are the plan's. None that the checker refuses.
 */
export function naivePlans(plan: Plan): NaivePlan[] {
  const serial = serialPlan(plan);
  const together = remade(plan, plan.policy, {});
  return [...(serial ? [serial] : []), ...(together ? [{ name: 'all at once', plan: withoutCanaryGate(together) }] : [])];
}

function serialPlan(plan: Plan): NaivePlan | null {
  const policy = { ...plan.policy, atOnce: { ...plan.policy.atOnce, clusters: 1 } };
  const busy = new Set(plan.waves.map(({ cluster }) => cluster)).size;
  for (const cut of ['rack', 'unit'] as const) {
    const pieces = remade(plan, policy, { cut, chains: 1 });
    if (pieces && mostWaves(pieces) > busy) {
      return { name: `${cut} by ${cut}`, plan: pieces };
    }
  }
  const whole = remade(plan, policy, {});
  return whole && { name: 'cluster by cluster', plan: whole };
}

/** Main waves of the kind that has most of them: no more than clusters means that nothing was cut. */
function mostWaves({ waves }: Plan): number {
  const main = waves.filter(({ gate }) => gate.failedMax === null);
  return Math.max(0, ...[...Map.groupBy(main, ({ kind }) => kind).values()].map((own) => own.length));
}

function remade(parent: Plan, policy: Plan['policy'], sequence: Sequence): Plan | null {
  const procedures = Object.fromEntries(Object.entries(parent.procedures).map(([id, one]) => [id, unstaged(one)]));
  const { plan } = makeChildPlan({
    parent,
    policy: { ...policy, overlap: [] },
    calendars: parent.calendars,
    procedures,
    defaults: [],
    nowMin: null,
    sequence,
  });
  return hasErrors(plan.findings) ? null : { ...plan, id: '' };
}

/** What could be done before the window is done in it, on drained targets. */
function unstaged(procedure: MergedProcedure): MergedProcedure {
  const late = procedure.steps.filter(({ early }) => !early);
  const staging = procedure.steps.filter(({ early }) => early).map((step): Step => ({ ...step, early: false, to: 'updating' }));
  const at = late.findIndex(isDrain) + 1;
  return { ...procedure, steps: [...late.slice(0, at), ...staging, ...late.slice(at)] };
}
