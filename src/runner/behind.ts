// Who would feel it: before work on a switch, domain or feed every node behind it is looked at, and the subnet managers of the fabric.
import { affectedBy } from '../core/plan/affected.ts';
import { parallelSwitches } from '../core/plan/quiet.ts';
import { fold, has, names, nodeSetOf } from '../core/fleet/nodeset.ts';
import type { NodeSet } from '../core/fleet/nodeset.ts';
import { topologyOf } from '../core/fleet/topology.ts';
import { guardBehind, guardManagers, type Behind, type GuardVerdict } from '../core/run/guard.ts';
import { stageCode } from '../core/run/states.ts';
import type { RunHost } from './host.ts';

interface Feels {
  readonly name: string;
  readonly customer: string | null;
  /** -1: no target of this run. */
  readonly target: number;
}

const SKIPPED = stageCode('skipped');
const KNOWN = new WeakMap<RunHost, Map<number, readonly Feels[]>>();

/** The guard of an act on a target that is no node, on looks that began after this call. */
export async function judgeBehind(host: RunHost, target: number): Promise<GuardVerdict> {
  const verdict = guardBehind(await Promise.all(feels(host, target).map((each) => behindOf(host, each))));
  if (verdict.say !== 'go' || host.kind(target) !== 'switch') return verdict;
  const { facts, why } = await host.look(target, 'fabric');
  if (facts?.role !== 'fabric') return { say: 'wait', why: `the fabric was not seen: ${why}` };
  const missing = await missingStandIn(host, target);
  if (missing !== null) return { say: 'wait', why: missing };
  const name = host.name(target);
  // One that runs nowhere and that nobody of ours stopped has died: it stands by for nobody.
  const isOwn =
    facts.managers.some((manager) => manager.name === name && manager.state !== 'not-active') ||
    host.chronicle.managerStopped[target] === true;
  return guardManagers(facts.managers, isOwn ? name : null);
}

/** Of switches that stand in for each other none is taken while another one is away, whoever took it. */
async function missingStandIn(host: RunHost, target: number): Promise<string | null> {
  for (const name of standInsOf(host, target)) {
    const observed = await host.caller(target, 'fabric')?.look(name);
    if (observed?.facts?.role !== 'fabric' || !observed.facts.present) return `${name}, which stands in for it, to be seen in the fabric`;
  }
  return null;
}

/** Switches whose work is done by others of their role meanwhile have these others; all others nobody. */
export function standInsOf(host: RunHost, target: number): string[] {
  const { plan, program } = host.parts;
  const cluster = plan.fleet.document.clusters[program.clusterOf[target] as number];
  const name = host.name(target);
  const parallel = cluster && parallelSwitches(cluster, plan.policy);
  if (!cluster || !parallel || !has(parallel, name)) return [];
  const role = cluster.switches.find((one) => one.name === name)?.role;
  const others = cluster.switches.filter((one) => one.role === role && one.name !== name).map((one) => one.name);
  return others.filter((other) => has(parallel, other)).toSorted();
}

/** The nodes that feel an act on this target, folded, for the journal. */
export function behindText(host: RunHost, target: number): string {
  return fold(nodeSetOf(feels(host, target).map(({ name }) => name)));
}

/** Customer (null: the operator) -> nodes of theirs that this run would touch without having them as targets; empty: nobody's. */
export function strangersOf(host: RunHost): ReadonlyMap<string | null, NodeSet> {
  const { program, plan } = host.parts;
  // Nodes that nobody else feels are not gone through one by one.
  const felt = plan.waves.map(({ kind, affected, targets }) => kind !== 'node' || affected !== targets);
  const others = program.targets.flatMap((_, target) => {
    if (!felt[program.waveOf[target] as number] || host.chronicle.state.stage[target] === SKIPPED) return [];
    return feels(host, target).filter((each) => each.target < 0);
  });
  const byCustomer = Map.groupBy(others, ({ customer }) => customer);
  return new Map([...byCustomer].map(([customer, each]) => [customer, nodeSetOf(each.map(({ name }) => name))]));
}

/** The targets of this run that feel an act on this one. */
export function targetsBehind(host: RunHost, target: number): number[] {
  return feels(host, target).flatMap((each) => (each.target < 0 ? [] : [each.target]));
}

/** Whether this customer (null: the operator) has said yes to being affected. */
export function hasConsent(host: RunHost, customer: string | null): boolean {
  return host.chronicle.acts.some(
    ({ kind, data }) => kind === 'consent' && data['to'] === 'affected' && (data['customer'] ?? null) === customer,
  );
}

function feels(host: RunHost, target: number): readonly Feels[] {
  const known = KNOWN.get(host) ?? new Map<number, readonly Feels[]>();
  KNOWN.set(host, known);
  const found = known.get(target) ?? find(host, target);
  known.set(target, found);
  return found;
}

function find(host: RunHost, target: number): readonly Feels[] {
  const { plan, program } = host.parts;
  const topology = topologyOf(plan.fleet.document);
  const name = host.name(target);
  const chain = program.chains[program.chainOf[target] as number];
  const steps = plan.procedures[chain?.id ?? '']?.steps ?? [];
  const behind = affectedBy(topology, host.kind(target), nodeSetOf([name]), steps);
  const cluster = plan.fleet.document.clusters[program.clusterOf[target] as number];
  const spared = cluster !== undefined && has(parallelSwitches(cluster, plan.policy), name);
  return [...names(behind)].flatMap((node) => {
    const own = program.idOf.get(node) ?? -1;
    // Others of its role carry their traffic meanwhile: policy.redundant.
    if (own >= 0 && spared) return [];
    return [{ name: node, customer: topology.clusterOf(node)?.customer ?? null, target: own }];
  });
}

async function behindOf(host: RunHost, { name, customer, target }: Feels): Promise<Behind> {
  if (target < 0) return { name, customer, whose: 'other', consented: hasConsent(host, customer), seen: null };
  const whose = host.chronicle.state.stage[target] === SKIPPED ? 'left' : 'ours';
  return { name, customer, whose, consented: false, seen: await host.see(target) };
}
