// What an act on nodes, switches, domains, feeds or links would be felt by, of all customers, with the reasons.
import type { Step } from '../../core/change/procedure.ts';
import type { TargetKind } from '../../core/fleet/model.ts';
import { difference, fold, names, nodeSetOf, size, type NodeSet } from '../../core/fleet/nodeset.ts';
import type { Topology } from '../../core/fleet/topology.ts';
import { affectedBy, unionOf } from '../../core/plan/affected.ts';
import { showCount } from '../../std/share.ts';
import { strangers } from './node-set.ts';

export interface Affected {
  targets: string;
  affected: string;
  customers: { name: string; nodes: number }[];
  why: string[];
}

const WHY_MAX = 20;

/** The worst that an act can do to a node: its power is cut, and its domain loses NVLink. */
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

/** Throws BAD_INPUT for names that are nothing of the fleet. */
export function affectedOf(topology: Topology, targets: NodeSet): Affected {
  const byKind = kindsIn(topology, targets);
  const sets = [...byKind].map(([kind, some]) => ({ kind, some, felt: affectedBy(topology, kind, nodeSetOf(some), [POWER_OFF]) }));
  const affected = unionOf(sets.map(({ felt }) => felt));
  const why = sets.flatMap(({ kind, some, felt }) =>
    kind === 'node' ? domainReasons(topology, nodeSetOf(some), felt) : some.map((name) => reasonOf(topology, kind, name)),
  );
  const more = why.length - WHY_MAX;
  return {
    targets: fold(targets),
    affected: fold(affected),
    customers: customersIn(topology, affected),
    why: more > 0 ? [...why.slice(0, WHY_MAX), `and ${showCount(more)} more of the same kind`] : why,
  };
}

function kindsIn(topology: Topology, targets: NodeSet): Map<TargetKind, string[]> {
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
  const { name } = topology.fleet;
  if (strange.length > 0) throw strangers(strange, `nothing of fleet ${name}`, 'name nodes, switches, links, domains or feeds');
  return byKind;
}

const REASONS = {
  switch: (name: string, nodes: string) => `switch ${name}: ${nodes} with a link to it would lose that link`,
  link: (name: string, nodes: string) => `link ${name}: ${nodes} at its end`,
  domain: (name: string, nodes: string) => `domain ${name}: ${nodes} would lose NVLink`,
  feed: (name: string, nodes: string) => `feed ${name}: ${nodes} on it would lose power`,
} as const satisfies Record<Exclude<TargetKind, 'node'>, (name: string, nodes: string) => string>;

function reasonOf(topology: Topology, kind: keyof typeof REASONS, name: string): string {
  const count = size(topology.nodesBehind(name));
  if (kind === 'switch' && count === 0)
    return `switch ${name}: no node has a link to it; of a spine or core switch its whole cluster feels it`;
  return REASONS[kind](name, `${showCount(count)} ${count === 1 ? 'node' : 'nodes'}`);
}

/** Only where the act reaches farther than the nodes themselves. */
function domainReasons(topology: Topology, nodes: NodeSet, felt: NodeSet): string[] {
  const lost = new Map<string, number>();
  for (const node of names(difference(felt, nodes))) {
    const domain = topology.groupsOf(node).domain ?? '';
    lost.set(domain, (lost.get(domain) ?? 0) + 1);
  }
  return [...lost].map(([domain, count]) => `domain ${domain}: cutting a node's power there takes NVLink from ${showCount(count)} more`);
}

/** null: the operator's own; named so. */
function customersIn(topology: Topology, affected: NodeSet): Affected['customers'] {
  const counts = new Map<string, number>();
  for (const node of names(affected)) {
    const name = topology.clusterOf(node)?.customer ?? "the operator's own";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, nodes]) => ({ name, nodes })).sort((a, b) => b.nodes - a.nodes);
}
