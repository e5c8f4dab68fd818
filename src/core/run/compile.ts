// Compiles a plan to the program's tables. Every name becomes a number here, once; nothing later parses a node set.
import { must } from '../../std/assert.ts';
import type { Fleet } from '../fleet/model.ts';
import { expand } from '../plan/expand.ts';
import type { Plan } from '../plan/plan.ts';
import { LINK_SOAK_MS } from '../change/policy.ts';
import { chainKey, compileChains, heldStep, modeOf } from './compile-chains.ts';
import { compileLimits } from './compile-limits.ts';
import { compileWaves } from './compile-waves.ts';
import type { Chain, Program, ReturnScope } from './program.ts';

/** How many targets one shard drives; shards are cut along the plan's order, which follows racks and units. */
const SHARD_TARGETS = 1_000;

/** Dense tables of a checked plan. Throws PitstopBugError for a plan that the checker would not have let through. */
export function compile(plan: Plan, shardTargets = SHARD_TARGETS): Program {
  const fleet = plan.fleet.document;
  const { targets, waveOf, firsts } = namesOf(plan);
  const clusterIndex = new Map(fleet.clusters.map((cluster, index) => [cluster.name, index]));
  const clusters = plan.waves.map(({ cluster }) => must(clusterIndex.get(cluster), `cluster ${cluster}`));
  const clusterOf = Int32Array.from(waveOf, (wave) => clusters[wave] as number);
  const idOf = new Map(targets.map((name, id) => [name, id]));
  const { chains: bare, steps, chainIndex, limitNames } = compileChains(plan);
  const limits = compileLimits(plan, { targets, idOf, waveOf, firsts, clusterOf, limitNames });
  const limitsOf = (step: number): readonly number[] => must(steps[step], 'step').limits;
  const chains = bare.map((chain): Chain => {
    return { ...chain, entryLimits: [...limitsOf(chain.entry), ...limits.actingLimits, ...limits.unavailableLimits] };
  });
  const waveChain = plan.waves.map(({ procedure, cluster }) => must(chainIndex.get(chainKey(procedure, modeOf(plan, cluster))), 'chain'));
  const heldAt = (wave: number, name: string): number => heldStep(steps, must(chains[waveChain[wave] as number], 'chain'), name);
  return {
    targets,
    idOf,
    waveOf: Int32Array.from(waveOf),
    chainOf: Int32Array.from(waveOf, (wave) => waveChain[wave] as number),
    clusterOf,
    shardOf: Int32Array.from(targets, (_, id) => Math.floor(id / shardTargets)),
    shards: Math.max(1, Math.ceil(targets.length / shardTargets)),
    clusters: fleet.clusters.map(({ name, customer, mode, gpusPerNode }) => ({ name, customer, mode, gpusPerNode })),
    ...compileWaves(plan, { firsts, clusters, heldAt }),
    chains,
    steps,
    ...limits,
    scopes: returnScopes(plan, fleet, waveOf, clusterOf),
    counted: countedOf(plan, waveOf),
    soakMs: plan.policy.gates.soakMs,
    linkSoakMs: plan.policy.gates.linkSoakMs ?? LINK_SOAK_MS,
    gateTimeoutMs: plan.policy.gates.timeoutMs,
    needsConfirmation: steps.some((step) => step.destructive),
  };
}

function countedOf({ waves }: Plan, waveOf: readonly number[]): Uint8Array {
  const hasNodes = waves.some(({ kind }) => kind === 'node');
  return Uint8Array.from(waveOf, (wave) => Number(!hasNodes || waves[wave]?.kind === 'node'));
}

interface Names {
  readonly targets: readonly string[];
  readonly waveOf: readonly number[];
  /** By wave: its first target; one more entry closes the last wave. */
  readonly firsts: readonly number[];
}

function namesOf({ waves }: Plan): Names {
  const targets: string[] = [];
  const waveOf: number[] = [];
  const firsts: number[] = [0];
  for (const [wave, { targets: folded }] of waves.entries()) {
    for (const name of expand(folded)) {
      targets.push(name);
      waveOf.push(wave);
    }
    firsts.push(targets.length);
  }
  return { targets, waveOf, firsts };
}

/** A return is counted in nodes; a scope that the plan has no node of counts what it has. */
function returnScopes(plan: Plan, fleet: Fleet, waveOf: readonly number[], clusterOf: Int32Array): ReturnScope[] {
  const { returned: need, per } = plan.policy.gates;
  const scopes = new Map<string, number[]>();
  const add = (name: string, target: number): void => {
    const members = scopes.get(name);
    if (members) members.push(target);
    else scopes.set(name, [target]);
  };
  for (const [target, cluster] of clusterOf.entries()) {
    const { name, customer } = must(fleet.clusters[cluster], 'cluster');
    if (per.length === 0) add('plan', target);
    if (per.includes('cluster')) add(`cluster ${name}`, target);
    if (per.includes('customer') && customer !== null) add(`customer ${customer}`, target);
  }
  const isNode = (target: number): boolean => plan.waves[waveOf[target] as number]?.kind === 'node';
  return [...scopes].map(([name, members]) => {
    const nodes = members.filter(isNode);
    return { name, need, members: Int32Array.from(nodes.length > 0 ? nodes : members) };
  });
}
