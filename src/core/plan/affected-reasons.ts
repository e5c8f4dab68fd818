// Who would feel an act on nodes, switches, domains, feeds or links, of all customers, with the reasons: before there is a plan.
import { showCount } from '../../std/share.ts';
import type { Step } from '../change/procedure.ts';
import type { TargetKind } from '../fleet/model.ts';
import { difference, EMPTY, fold, intersection, names, nodeSetOf, size, unionOf } from '../fleet/nodeset.ts';
import type { NodeSet } from '../fleet/nodeset.ts';
import type { Topology } from '../fleet/topology.ts';
import { affectedBy } from './affected.ts';

export interface AffectedReport {
  /** Folded. */
  readonly targets: string;
  /** Folded: nodes of all clusters. */
  readonly affected: string;
  /** Those with the most nodes first. */
  readonly customers: readonly { readonly name: string; readonly nodes: number }[];
  readonly why: readonly string[];
}

const WHY_MAX = 20;

/** The worst that an act can do to a node: its power is cut, its domain loses NVLink, and what it serves is gone. */
const POWER_OFF: Step = {
  name: 'power-off',
  to: null,
  by: 'bmc',
  action: { kind: 'do', act: 'power-off' },
  early: false,
  destructive: true,
  shared: false,
  uses: [],
  takes: null,
  timeoutMs: null,
  attempts: 1,
  fails: 0,
};

/** `strange`: names that are nothing of the fleet; the report is about the others. */
export function reportAffected(topology: Topology, targets: NodeSet): { readonly report: AffectedReport; readonly strange: string[] } {
  const { byKind, strange } = kindsIn(topology, targets);
  const sets = [...byKind].map(([kind, some]) => ({ kind, some, felt: affectedBy(topology, kind, nodeSetOf(some), [POWER_OFF]) }));
  const affected = unionOf(sets.map(({ felt }) => felt));
  const reasons = sets.flatMap(({ kind, some, felt }): (() => string)[] =>
    kind === 'node' ? nodeReasons(topology, nodeSetOf(some), felt) : some.map((name) => () => reasonOf(topology, kind, name)),
  );
  const why = reasons.slice(0, WHY_MAX).map((reason) => reason());
  const more = reasons.length - WHY_MAX;
  return {
    report: {
      targets: fold(targets),
      affected: fold(affected),
      customers: customersIn(topology, affected),
      why: more > 0 ? [...why, `and ${showCount(more)} more of the same kind`] : why,
    },
    strange,
  };
}

function kindsIn(topology: Topology, targets: NodeSet): { byKind: Map<TargetKind, string[]>; strange: string[] } {
  const byKind = new Map<TargetKind, string[]>();
  const strange: string[] = [];
  for (const name of names(targets)) {
    const kind = topology.kindOf(name);
    if (kind === null) strange.push(name);
    else {
      const list = byKind.get(kind);
      if (list) list.push(name);
      else byKind.set(kind, [name]);
    }
  }
  return { byKind, strange };
}

const REASONS = {
  link: (name: string, nodes: string) => `link ${name}: ${nodes} at its end`,
  domain: (name: string, nodes: string) => `domain ${name}: ${nodes} would lose NVLink`,
  feed: (name: string, nodes: string) => `feed ${name}: ${nodes} on it would lose power`,
} as const satisfies Record<Exclude<TargetKind, 'node' | 'switch'>, (name: string, nodes: string) => string>;

function reasonOf(topology: Topology, kind: Exclude<TargetKind, 'node'>, name: string): string {
  const behind = topology.nodesBehind(name);
  if (kind === 'switch') return switchReason(topology, name, behind);
  return REASONS[kind](name, counted(behind));
}

function switchReason(topology: Topology, name: string, behind: NodeSet): string {
  const served = topology.managedFrom(name);
  if (size(served) > 0)
    return `switch ${name}: a subnet manager runs on it, and ${counted(served)} of ${clustersIn(topology, served)} may be its own`;
  const linked = topology.groups(`leaf:${name}`) ?? EMPTY;
  if (size(behind) === 0) return `switch ${name}: no node is known behind it; give the fleet its links`;
  if (size(linked) === size(behind)) return `switch ${name}: ${counted(behind)} with a link to it would lose that link`;
  const where = clustersIn(topology, behind);
  return hasLinks(topology, name)
    ? `switch ${name}: ${counted(behind)} of ${where} behind the switches that are linked to it`
    : `switch ${name}: no link of it is known, so all ${counted(behind)} of ${where} count`;
}

function hasLinks({ fleet }: Topology, name: string): boolean {
  const [from, to] = [`${name}/`, `--${name}/`];
  return fleet.clusters.some(({ links }) => links.some((link) => link.startsWith(from) || link.includes(to)));
}

/** Only where the act reaches farther than the nodes themselves. */
function nodeReasons(topology: Topology, nodes: NodeSet, felt: NodeSet): (() => string)[] {
  const managers = [...names(intersection(nodes, topology.managers))];
  const served = unionOf(managers.map((name) => topology.managedFrom(name)));
  const own = new Set([...names(nodes)].map((node) => topology.groupsOf(node).domain));
  const lost = new Map<string, number>();
  for (const node of names(difference(felt, nodes))) {
    const { domain } = topology.groupsOf(node);
    if (domain !== null && own.has(domain)) lost.set(domain, (lost.get(domain) ?? 0) + 1);
  }
  return [
    ...[...lost].map(
      ([domain, count]) =>
        () =>
          `domain ${domain}: cutting a node's power there takes NVLink from ${showCount(count)} more`,
    ),
    ...managers.map(
      (name) => () => `node ${name}: a subnet manager runs on it, and ${counted(served)} of ${clustersIn(topology, served)} may be its own`,
    ),
  ];
}

function clustersIn(topology: Topology, nodes: NodeSet): string {
  const found = new Set<string>();
  for (const node of names(nodes)) found.add(topology.clusterOf(node)?.name ?? '');
  return `${found.size === 1 ? 'cluster' : 'clusters'} ${[...found].join(', ')}`;
}

function counted(nodes: NodeSet): string {
  const count = size(nodes);
  return `${showCount(count)} ${count === 1 ? 'node' : 'nodes'}`;
}

/** No customer: named as the operator's own. */
function customersIn(topology: Topology, affected: NodeSet): AffectedReport['customers'] {
  const counts = new Map<string, number>();
  for (const node of names(affected)) {
    const name = topology.clusterOf(node)?.customer ?? "the operator's own";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, nodes]) => ({ name, nodes })).sort((a, b) => b.nodes - a.nodes);
}
