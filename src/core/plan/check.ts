// The checker: what is wrong, risky or worth knowing about a plan, whoever made it. It shares no rule with the planner, so that a mistake
// there is found here.
import type { Finding } from '../finding.ts';
import { topologyOf } from '../fleet/topology.ts';
import { readSets } from './check-context.ts';
import type { Checked } from './check-context.ts';
import { POLICY_RULES } from './check-policy.ts';
import { PROCEDURE_RULES } from './check-procedures.ts';
import { QUIET_RULES } from './check-quiet.ts';
import { ORDER_RULES } from './check-order.ts';
import { WAVE_RULES } from './check-waves.ts';
import type { Plan } from './plan.ts';

/** Every finding on the plan; those that it already holds are not looked at. `nowMin` in Unix minutes; null: the past is not asked about. */
export function checkPlan(plan: Omit<Plan, 'id' | 'findings'>, nowMin: number | null): Finding[] {
  const findings: Finding[] = [];
  const clusters = new Map(plan.fleet.document.clusters.map((cluster) => [cluster.name, cluster]));
  const busy = [...new Set(plan.waves.map((wave) => wave.cluster))].flatMap((name) => clusters.get(name) ?? []);
  const checked: Checked = { plan, nowMin, clusters, busy, topology: topologyOf(plan.fleet.document), waves: readSets(plan, findings) };
  for (const rule of [...WAVE_RULES, ...ORDER_RULES, ...QUIET_RULES, ...PROCEDURE_RULES, ...POLICY_RULES]) findings.push(...rule(checked));
  return findings;
}
