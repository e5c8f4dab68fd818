// What an act on nodes, switches, domains, feeds or links would be felt by, of all customers, with the reasons.
import type { NodeSet } from '../../core/fleet/nodeset.ts';
import type { Topology } from '../../core/fleet/topology.ts';
import { reportAffected } from '../../core/plan/affected-reasons.ts';
import { strangers } from './node-set.ts';

export interface Affected {
  targets: string;
  affected: string;
  customers: { name: string; nodes: number }[];
  why: string[];
}

/** Throws BAD_INPUT for names that are nothing of the fleet. */
export function affectedOf(topology: Topology, targets: NodeSet): Affected {
  const { report, strange } = reportAffected(topology, targets);
  const { name } = topology.fleet;
  if (strange.length > 0) throw strangers(strange, `nothing of fleet ${name}`, 'name nodes, switches, links, domains or feeds');
  return { ...report, customers: report.customers.map((customer) => ({ ...customer })), why: [...report.why] };
}
