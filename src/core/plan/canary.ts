// Which targets go first: the policy's canaries, or one target where there are enough for it to be worth the wait.
import type { Policy } from '../change/policy.ts';
import type { Finding } from '../finding.ts';
import type { Cluster, Inventory } from '../fleet/model.ts';
import { difference, EMPTY, fold, has, intersection, names, nodeSetOf, parseNodeSet, size } from '../fleet/nodeset.ts';
import type { NodeSet } from '../fleet/nodeset.ts';
import type { Topology } from '../fleet/topology.ts';
import { unionOf } from './affected.ts';
import type { KindWork } from './draft.ts';
import type { PlanReport } from './plan.ts';

/** With fewer targets a canary would be most of the work. */
const DEFAULT_CANARY_ABOVE = 8;

type Reason = PlanReport['why'][number];

/** What the policy names; null: it names nothing, and the default is in force. */
export function wantedCanary(policy: Policy, topology: Topology, findings: Finding[]): NodeSet | null {
  if (policy.canary === null) return null;
  const text = policy.canary.targets;
  const parsed = parseNodeSet(text, topology.groups);
  if (parsed.ok) return parsed.set;
  findings.push({ severity: 'error', target: text, rule: 'canary-unreadable', message: `${parsed.error.why}; ${parsed.error.mend}` });
  return EMPTY;
}

/** The policy's set where it touches the kind; else one target when there are more than eight. */
export function chooseCanary(
  { kind, clusters }: KindWork,
  wanted: NodeSet | null,
  policy: Policy,
  inventory: Inventory | null,
  why: Reason[],
): NodeSet {
  const all = unionOf(clusters.map(({ targets }) => targets));
  const note = (text: string): void => void why.push({ about: `${kind} canary`, text });
  const own = wanted ? intersection(wanted, all) : EMPTY;
  if (size(own) > 0) {
    note(
      `${fold(own)} by policy.canary; ${policy.canary?.failed === 0 ? 'none' : `at most ${policy.canary?.failed ?? 0}`} may fail, and every other ${kind} waits for its gate`,
    );
    return own;
  }
  const n = size(all);
  const first = clusters[0];
  if (n <= DEFAULT_CANARY_ABOVE || !first) {
    note(`none: ${n} ${n === 1 ? 'target is' : 'targets are'} not more than ${DEFAULT_CANARY_ABOVE}`);
    return EMPTY;
  }
  const down = new Set(inventory?.nodes.filter((node) => !node.inService).map((node) => node.name));
  const managers = managersOf(first.cluster);
  let chosen: string | null = null;
  for (const name of names(first.targets)) {
    chosen ??= name;
    // Where a subnet manager runs comes late: the standby's place first, the master's last.
    if (down.has(name) || has(managers, name)) continue;
    chosen = name;
    break;
  }
  const skipped = inventory && kind === 'node' ? ' that the inventory shows in service' : '';
  note(
    `${chosen ?? ''}: one of ${n}, the first${skipped} of ${first.cluster.name}, which is served first; it must come back before the others start`,
  );
  return nodeSetOf(chosen === null ? [] : [chosen]);
}

function managersOf({ subnetManagers }: Cluster): NodeSet {
  const parsed = parseNodeSet(subnetManagers ?? '');
  return parsed.ok ? parsed.set : EMPTY;
}

export function canaryOutside(wanted: NodeSet, work: readonly KindWork[]): Finding[] {
  const all = unionOf(work.flatMap(({ clusters }) => clusters.map(({ targets }) => targets)));
  const outside = difference(wanted, all);
  if (size(outside) === 0) return [];
  const none = size(outside) === size(wanted);
  const message = `in policy.canary, but no target of this change${none ? ': there would be no canary at all' : ''}`;
  return [{ severity: none ? 'error' : 'warning', target: fold(outside), rule: 'canary-outside', message }];
}
