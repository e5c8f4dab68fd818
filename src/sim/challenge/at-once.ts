// A plan with another number of targets at once, cut as the planner cuts it: switches that others stand in for stay one at a time.
import type { Quantity } from '../../core/change/policy.ts';
import { resolveQuantity } from '../../core/change/quantity.ts';
import type { Plan, Wave } from '../../core/plan/plan.ts';
import { waveSize } from '../rehearse/sub-plan.ts';

export function withNodesAtOnce(plan: Plan, nodes: Quantity): Plan {
  const waves = plan.waves.map((wave) => {
    const size = waveSize(wave);
    return standsIn(plan, wave) ? wave : { ...wave, atOnce: Math.min(size, resolveQuantity(nodes, size)) };
  });
  return { ...plan, policy: { ...plan.policy, atOnce: { ...plan.policy.atOnce, nodes } }, waves };
}

/** A plan does not say it of a wave; one at a time although the policy would allow more does. */
function standsIn({ policy }: Plan, wave: Wave): boolean {
  const usual = Math.min(waveSize(wave), resolveQuantity(policy.atOnce.nodes, waveSize(wave)));
  return policy.redundant && wave.kind === 'switch' && wave.atOnce < usual;
}
