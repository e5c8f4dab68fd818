// A child of a plan: the parent with some settings changed, planned and checked anew.
import type { Plan } from '../core/plan/plan.ts';
import { makeChildPlan, type ChildInput } from '../core/plan/planner.ts';
import { applySets } from '../files/plan-set.ts';
import { minuteOf, withId } from './make-plan.ts';

/** What the planner makes the child of. `sets` as `policy.gates.returned=90%`. Throws BadInputError. */
export function childInput(parent: Plan, sets: readonly string[], nowMs: number): ChildInput {
  return { parent, ...applySets(parent, sets, nowMs), nowMin: minuteOf(nowMs) };
}

/** The child, its findings within; one of severity error means that it must not be used. Throws BadInputError. */
export function childPlan(parent: Plan, sets: readonly string[], nowMs: number): Plan {
  return withId(makeChildPlan(childInput(parent, sets, nowMs)).plan);
}
