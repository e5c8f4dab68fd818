// Whether a plan can be rehearsed at all, asked before anybody waits for it.
import type { Plan } from '../core/plan/plan.ts';
import { planSize } from '../sim/rehearse/sub-plan.ts';
import { showCount } from '../std/share.ts';

/** Larger plans would want more memory than a desk has: 1 kB a target and thread, and as much again for the plan. */
const TARGETS_MAX = 1_000_000;

/** Why not, and what to do instead; null: it can. */
export function whyNotRehearsed(plan: Plan): string | null {
  const targets = planSize(plan);
  const modes = new Map(plan.fleet.document.clusters.map(({ name, mode }) => [name, mode]));
  if (targets === 0) return 'the plan has no targets, so there is nothing to rehearse; plan again with targets';
  if (plan.waves.every(({ cluster }) => modes.get(cluster) === 'observe')) {
    return 'every cluster of the plan is in mode observe, so nothing of it would be done; choose another mode';
  }
  if (targets <= TARGETS_MAX) return null;
  const counts = `${showCount(targets)} targets, more than the ${showCount(TARGETS_MAX)} that can be rehearsed at once`;
  return `${counts}; make a plan for each site`;
}
