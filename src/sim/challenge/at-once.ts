// A plan with another number of targets at once, cut as the planner cuts it: switches that others stand in for stay one at a time.
import type { Quantity } from '../../core/change/policy.ts';
import { resolveQuantity } from '../../core/change/quantity.ts';
import { names } from '../../core/fleet/nodeset.ts';
import { expand } from '../../core/plan/expand.ts';
import type { Plan, Wave } from '../../core/plan/plan.ts';
import { parallelSwitches } from '../../core/plan/quiet.ts';
import { waveSize } from '../rehearse/sub-plan.ts';

export function withNodesAtOnce(plan: Plan, nodes: Quantity): Plan {
  const waves = plan.waves.map((wave) => {
    const size = waveSize(wave);
    return standsIn(plan, wave) ? wave : { ...wave, atOnce: Math.min(size, resolveQuantity(nodes, size)) };
  });
  return { ...plan, policy: { ...plan.policy, atOnce: { ...plan.policy.atOnce, nodes } }, waves };
}

function standsIn({ fleet, policy }: Plan, wave: Wave): boolean {
  const cluster = fleet.document.clusters.find(({ name }) => name === wave.cluster);
  if (wave.kind !== 'switch' || !cluster) return false;
  const besides = new Set(names(parallelSwitches(cluster, policy)));
  return [...expand(wave.targets)].every((target) => besides.has(target));
}
