// Which targets a change is about, by kind and cluster, in the order in which customers are served.
import type { Change } from '../change/procedure.ts';
import type { Finding } from '../finding.ts';
import type { Cluster, Fleet, TargetKind } from '../fleet/model.ts';
import { difference, EMPTY, fold, intersection, nodeSetOf, parseNodeSet, size, union } from '../fleet/nodeset.ts';
import type { NodeSet } from '../fleet/nodeset.ts';
import { PORT_NOT_KNOWN } from '../fleet/topology.ts';
import type { Topology } from '../fleet/topology.ts';
import { unionOf } from './affected.ts';

/** Never empty. */
export interface ClusterTargets {
  readonly cluster: Cluster;
  readonly targets: NodeSet;
}

export interface TargetsFound {
  readonly byKind: ReadonlyMap<TargetKind, readonly ClusterTargets[]>;
  readonly findings: readonly Finding[];
}

/** Each target once, in the first cluster that names it (clusters may share a feed or a switch). */
export function targetsOf(change: Change, topology: Topology, kinds: readonly TargetKind[], order: readonly string[] = []): TargetsFound {
  const findings: Finding[] = [];
  const chosen = change.targets === null ? null : readSet(change.targets, topology, findings);
  const clusters = servedOrder(topology.fleet, order);
  const byKind = new Map<TargetKind, ClusterTargets[]>();
  let left = chosen ?? EMPTY;
  for (const kind of kinds) {
    let taken = EMPTY;
    const found: ClusterTargets[] = [];
    for (const cluster of clusters) {
      const all = difference(targetsIn(cluster, kind), taken);
      const targets = chosen ? intersection(all, chosen) : all;
      if (size(targets) === 0) continue;
      found.push({ cluster, targets });
      taken = union(taken, targets);
    }
    byKind.set(kind, found);
    left = difference(left, taken);
  }
  if (size(left) > 0) findings.push(...leftOver(left, topology, kinds));
  return { byKind, findings };
}

/** Those named in `order` first, then by the customers' priority, the operator's own clusters last; equals as the fleet file has them. */
export function servedOrder(fleet: Fleet, order: readonly string[] = []): readonly Cluster[] {
  const priorities = new Map(fleet.customers.map(({ name, priority }) => [name, priority]));
  const places = new Map(order.map((name, place) => [name, place - order.length]));
  // A place is negative and so before any priority, which counts from 1.
  const rankOf = ({ name, customer }: Cluster): number => places.get(name) ?? priorities.get(customer ?? '') ?? Infinity;
  // Infinity - Infinity is no number, so the comparison is written out; the sort is stable.
  return [...fleet.clusters].sort((a, b) => (rankOf(a) < rankOf(b) ? -1 : rankOf(a) > rankOf(b) ? 1 : 0));
}

/** All targets of a kind that a cluster has. */
function targetsIn(cluster: Cluster, kind: TargetKind): NodeSet {
  if (kind === 'node') {
    const parsed = parseNodeSet(cluster.nodes);
    return parsed.ok ? parsed.set : EMPTY;
  }
  // A link without known ports says which switch a node hangs on; it is nothing that could be acted on.
  if (kind === 'link') return nodeSetOf(cluster.links.filter((link) => !link.includes(PORT_NOT_KNOWN)));
  return nodeSetOf({ switch: cluster.switches, domain: cluster.domains, feed: cluster.feeds }[kind].map(({ name }) => name));
}

function readSet(text: string, topology: Topology, findings: Finding[]): NodeSet {
  const parsed = parseNodeSet(text, topology.groups);
  if (parsed.ok) return parsed.set;
  findings.push({ severity: 'error', target: text, rule: 'targets-unreadable', message: `${parsed.error.why}; ${parsed.error.mend}` });
  return EMPTY;
}

const ALL_KINDS: readonly TargetKind[] = ['node', 'switch', 'link', 'domain', 'feed'];

function leftOver(left: NodeSet, topology: Topology, kinds: readonly TargetKind[]): Finding[] {
  const others = ALL_KINDS.filter((kind) => !kinds.includes(kind));
  const idle = intersection(left, unionOf(topology.fleet.clusters.flatMap((cluster) => others.map((kind) => targetsIn(cluster, kind)))));
  const unknown = difference(left, idle);
  const findings: Finding[] = [];
  if (size(unknown) > 0) {
    findings.push({
      severity: 'error',
      target: fold(unknown),
      rule: 'target-unknown',
      message: 'not in the fleet; mend the change or the fleet',
    });
  }
  if (size(idle) > 0) {
    const message = `no component of the change is for such a target, so nothing happens to it (wanted are components of kind ${kinds.join(', ') || 'none'})`;
    findings.push({ severity: 'warning', target: fold(idle), rule: 'target-idle', message });
  }
  return findings;
}
