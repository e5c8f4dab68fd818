// Which engine answers when nobody says: the exact one as long as it takes no longer than anybody waits, and where a sample would tell lies.
import type { Plan } from '../../core/plan/plan.ts';
import { canSample } from '../fast/scale.ts';
import type { EngineName } from './asking.ts';
import { planSize } from './sub-plan.ts';

/** Plans up to so many targets are rehearsed exactly. */
const EXACT_TARGETS_MAX = 2_500;

/** `wanted` as far as it can be had: there is no fast engine for a plan that cannot be sampled. */
export function engineFor(plan: Plan, wanted?: EngineName): EngineName {
  if (wanted === 'exact' || !canSample(plan)) return 'exact';
  return wanted ?? (planSize(plan) <= EXACT_TARGETS_MAX ? 'exact' : 'fast');
}
