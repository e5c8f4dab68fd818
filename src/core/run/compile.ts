// Compiles a plan to the program's tables. Every name becomes a number here, once; nothing later parses a node set.
import { must } from '../../std/assert.ts';
import type { Fleet } from '../fleet/model.ts';
import { expand } from '../plan/expand.ts';
import type { Plan } from '../plan/plan.ts';
import { chainKey, compileChains, modeOf } from './compile-chains.ts';
import { compileLimits } from './compile-limits.ts';
import type { Program, ProgramWave, ReturnScope } from './program.ts';

/** How many targets one shard drives; shards are cut along the plan's order, which follows racks and units. */
const SHARD_TARGETS = 1_000;

/** Dense tables of a checked plan. Throws PitstopBugError for a plan that the checker would not have let through. */
export function compile(plan: Plan, shardTargets = SHARD_TARGETS): Program {
  const fleet = plan.fleet.document;
  const clusterIndex = new Map(fleet.clusters.map((cluster, index) => [cluster.name, index]));
  const { chains, steps, chainIndex, limitNames } = compileChains(plan);
  const targets: string[] = [];
  const waveOf: number[] = [];
  const waveIndex = new Map(plan.waves.map((wave, index) => [wave.id, index]));
  const waves = plan.waves.map((wave, index): ProgramWave => {
    const cluster = must(clusterIndex.get(wave.cluster), `cluster ${wave.cluster}`);
    const first = targets.length;
    for (const name of expand(wave.targets)) {
      targets.push(name);
      waveOf.push(index);
    }
    return {
      id: wave.id,
      cluster,
      members: Int32Array.from({ length: targets.length - first }, (_, i) => first + i),
      after: wave.after.map((id) => must(waveIndex.get(id), `wave ${id}`)),
      gate: wave.gate,
      asks: fleet.clusters[cluster]?.mode === 'confirm',
      affected: wave.affected,
    };
  });
  const waveChain = plan.waves.map(({ procedure, cluster }) => must(chainIndex.get(chainKey(procedure, modeOf(plan, cluster))), 'chain'));
  const idOf = new Map(targets.map((name, id) => [name, id]));
  const clusterOf = Int32Array.from(waveOf, (wave) => must(waves[wave], 'wave').cluster);
  return {
    targets,
    idOf,
    waveOf: Int32Array.from(waveOf),
    chainOf: Int32Array.from(waveOf, (wave) => waveChain[wave] as number),
    clusterOf,
    shardOf: Int32Array.from(targets, (_, id) => Math.floor(id / shardTargets)),
    shards: Math.max(1, Math.ceil(targets.length / shardTargets)),
    clusters: fleet.clusters.map(({ name, customer, mode, gpusPerNode }) => ({ name, customer, mode, gpusPerNode })),
    waves,
    chains,
    steps,
    ...compileLimits(plan, { targets, idOf, waveOf, clusterOf, limitNames }),
    scopes: returnScopes(plan, fleet, clusterOf),
    soakMs: plan.policy.gates.soakMs,
    gateTimeoutMs: plan.policy.gates.timeoutMs,
    needsConfirmation: steps.some((step) => step.destructive),
  };
}

function returnScopes(plan: Plan, fleet: Fleet, clusterOf: Int32Array): ReturnScope[] {
  const need = plan.policy.gates.returned;
  const scopes = new Map<string, number[]>();
  const add = (name: string, target: number): void => {
    const members = scopes.get(name);
    if (members) members.push(target);
    else scopes.set(name, [target]);
  };
  for (const [target, cluster] of clusterOf.entries()) {
    const { name, customer } = must(fleet.clusters[cluster], 'cluster');
    if (plan.policy.gates.per.length === 0) add('plan', target);
    if (plan.policy.gates.per.includes('cluster')) add(`cluster ${name}`, target);
    if (plan.policy.gates.per.includes('customer') && customer !== null) add(`customer ${customer}`, target);
  }
  return [...scopes].map(([name, members]) => ({ name, need, members: Int32Array.from(members) }));
}
