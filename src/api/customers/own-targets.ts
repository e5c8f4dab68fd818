// What of a plan is a customer's: its targets in their clusters, the nodes among and inside those, and what a text of theirs means by it.
import type { Cluster } from '../../core/fleet/model.ts';
import { difference, intersection, names, nodeSetOf, parseNodeSet, size, type NodeSet } from '../../core/fleet/nodeset.ts';
import { topologyOf, type Topology } from '../../core/fleet/topology.ts';
import { expand } from '../../core/plan/expand.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { ActRefusedError } from './act-refused.ts';

export interface OwnTargets {
  /** Names of the plan's targets in the customer's clusters, in the plan's order. */
  readonly all: readonly string[];
  /** Nodes that the plan touches, themselves or as part of an NVL domain. */
  readonly nodes: NodeSet;
  /** Node -> the target that it is, or is worked on with. */
  readonly targetOf: ReadonlyMap<string, string>;
  /** Neither nodes nor domains: switches, links, feeds. */
  readonly devices: readonly string[];
  readonly topology: Topology;
}

/** The plan works on at least one cluster of the customer. */
export function planHas(plan: Plan, customer: string): boolean {
  const own = new Set(clustersOf(plan, customer).map(({ name }) => name));
  return plan.waves.some(({ cluster }) => own.has(cluster));
}

/** Every customer whose clusters the plan works on. */
export function customersOf(plan: Plan): string[] {
  const named = plan.fleet.document.clusters.flatMap(({ customer }) => (customer === null ? [] : [customer]));
  return [...new Set(named)].filter((customer) => planHas(plan, customer));
}

/** All of the plan is this customer's. */
export function isOnlyTheirs(plan: Plan, customer: string): boolean {
  const own = new Set(clustersOf(plan, customer).map(({ name }) => name));
  return plan.waves.every(({ cluster }) => own.has(cluster));
}

export function ownTargets(plan: Plan, customer: string): OwnTargets {
  const topology = topologyOf(plan.fleet.document);
  const clusters = new Set(clustersOf(plan, customer).map(({ name }) => name));
  const all = new Set<string>();
  const devices = new Set<string>();
  const targetOf = new Map<string, string>();
  for (const { cluster, kind, targets } of plan.waves) {
    if (!clusters.has(cluster)) continue;
    for (const target of expand(targets)) {
      all.add(target);
      if (kind === 'node') targetOf.set(target, target);
      else if (kind === 'domain') for (const node of names(topology.nodesBehind(target))) targetOf.set(node, target);
      else devices.add(target);
    }
  }
  return { all: [...all], nodes: nodeSetOf(targetOf.keys()), targetOf, devices: [...devices], topology };
}

/**
 * The nodes that a text of the customer names. Whatever is not theirs is refused in the same words, whether it is somebody else's or
 * nobody's, and without saying which: nobody learns here what others have. Throws ActRefusedError.
 */
export function nodesNamed({ nodes, topology }: OwnTargets, text: string): NodeSet {
  const parsed = parseNodeSet(text, (group) => {
    const set = topology.groups(group);
    const own = set && intersection(set, nodes);
    return own && size(own) > 0 ? own : null;
  });
  if (!parsed.ok)
    throw new ActRefusedError('the list of nodes cannot be read, or names a group that is not yours; write it as the page does');
  if (size(parsed.set) === 0) throw new ActRefusedError('no node is named; name at least one');
  // Counted as sets: a few characters can name more nodes than anybody could go through.
  if (size(difference(parsed.set, nodes)) > 0) {
    throw new ActRefusedError(
      'some of these are not among your nodes of this maintenance, so nothing was done; name only nodes of the page',
    );
  }
  return parsed.set;
}

/** The targets that are these nodes. Throws ActRefusedError for a part of an NVL domain, which only goes whole. */
export function targetsOfNodes({ targetOf, topology }: OwnTargets, nodes: NodeSet): string[] {
  const targets = [...new Set([...names(nodes)].map((node) => targetOf.get(node) ?? node))];
  for (const target of targets) {
    const members = targetOf.get(target) === target ? null : topology.nodesBehind(target);
    if (members !== null && size(difference(members, nodes)) > 0) {
      throw new ActRefusedError(`the nodes of ${target} are worked on together, and only some of them are named; name all or none of them`);
    }
  }
  return targets;
}

/** Devices that nobody needs in service any more once these nodes are handed over: all nodes behind each, or all there are, are among them. */
export function devicesWith({ nodes, devices, topology }: OwnTargets, given: NodeSet): string[] {
  const isAll = size(difference(nodes, given)) === 0;
  return devices.filter((device) => {
    const behind = intersection(topology.nodesBehind(device), nodes);
    return isAll || (size(behind) > 0 && size(difference(behind, given)) === 0);
  });
}

function clustersOf(plan: Plan, customer: string): Cluster[] {
  return plan.fleet.document.clusters.filter((cluster) => cluster.customer === customer);
}
