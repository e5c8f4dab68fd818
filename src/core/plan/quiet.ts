// What must be quiet while something is worked on: which nodes switches and the like need drained, who is taken along for that alone, and
// the holds that keep drained nodes off their own work meanwhile.
import type { Policy } from '../change/policy.ts';
import type { Step } from '../change/procedure.ts';
import type { Finding } from '../finding.ts';
import type { Cluster } from '../fleet/model.ts';
import { difference, EMPTY, intersection, nodeSetOf, parseNodeSet, size } from '../fleet/nodeset.ts';
import type { NodeSet } from '../fleet/nodeset.ts';
import { unionOf } from './affected.ts';
import { hold, isBeside, type Draft, type KindWork } from './draft.ts';
import { mergeDrains, RETURN } from './merge-steps.ts';
import type { MergedProcedure } from './plan.ts';

/** Nodes that are drained, stand still, and are given back. */
export const BEHIND_ID = 'nodes-behind';

function behind(links: Step | null): MergedProcedure {
  const steps = [mergeDrains([]), ...(links ? [links] : []), RETURN];
  return { kind: 'node', components: {}, needs: 'cleared', steps, back: null, mopUp: [] };
}

/** Whether the nodes behind its targets must be cleared first. A procedure that drains by itself, or works on live targets, needs nobody. */
export function needsQuiet({ kind, procedure }: KindWork): boolean {
  return (
    kind !== 'node' && procedure.needs !== 'live' && !procedure.steps.some(isDrain) && procedure.steps.some((step) => step.destructive)
  );
}

/** Switches that others of their role stand in for, so that one at a time may be taken while nodes work: spines and cores, never a leaf. */
export function parallelSwitches({ switches }: Cluster, policy: Policy): NodeSet {
  if (!policy.redundant) return EMPTY;
  return nodeSetOf(
    (['spine', 'core'] as const).flatMap((role) => {
      const peers = switches.filter((each) => each.role === role).map(({ name }) => name);
      return peers.length > 1 ? peers : [];
    }),
  );
}

/**
 * Nodes that something of the plan needs quiet, and that it does nothing else to. Of its own customer only: nodes of another are not ours to
 * drain, and the run asks for their consent.
 */
export function nodesBehind(drafts: readonly Draft[], work: readonly KindWork[], clusters: readonly Cluster[]): NodeSet {
  const planned = work.filter(({ kind }) => kind === 'node').flatMap((each) => each.clusters.map(({ targets }) => targets));
  const byCustomer = Map.groupBy(clusters, ({ customer }) => customer);
  const owned = new Map([...byCustomer].map(([customer, own]) => [customer, unionOf(own.map(({ nodes }) => setOf(nodes)))]));
  const customerOf = new Map(clusters.map(({ name, customer }) => [name, customer]));
  const needed = drafts.filter(waitsForQuiet).map(({ affected, cluster }) => {
    return intersection(affected, owned.get(customerOf.get(cluster) ?? null) ?? EMPTY);
  });
  return difference(unionOf(needed), unionOf(planned));
}

export function behindWork(procedure: MergedProcedure | undefined, links: Step | null, clusters: KindWork['clusters']): KindWork {
  return { kind: 'node', procedureId: BEHIND_ID, procedure: procedure ?? behind(links), clusters, after: [] };
}

export function waitsForQuiet(draft: Draft): boolean {
  return needsQuiet(draft.work) && !isBeside(draft);
}

/** The first thing that is done to a drained target: a hold comes before it. */
export function firstWork({ steps }: MergedProcedure): string {
  return steps.find((step) => !step.early && !isDrain(step))?.name ?? '';
}

/**
 * Each wave that needs quiet waits for the nodes it affects, and they wait, drained, for it. Nearly all of them lie in the same piece of
 * the same cluster; only a feed or a switch that clusters share makes anybody look further.
 */
export function quieten(drafts: readonly Draft[], policy: Policy): void {
  const nodes = drafts.filter(({ work }) => work.kind === 'node');
  const byPlace = Map.groupBy(nodes, placeOf);
  for (const draft of drafts.filter(waitsForQuiet)) {
    const near = byPlace.get(placeOf(draft)) ?? [];
    const beyond = size(difference(draft.affected, unionOf(near.map(({ targets }) => targets)))) > 0;
    for (const node of beyond ? nodes : near) {
      if (size(intersection(node.targets, draft.affected)) === 0) continue;
      draft.quiet.add(node.id);
      hold(node, heldBefore(node.work.procedure, draft.work.procedure, policy), draft.id);
    }
  }
}

export const isHeld = ({ holds }: Draft): boolean => holds.size > 0;

/** A kind that comes after nodes and needs them quiet again wants both: that they have returned, and that they have not. */
export function quietOrder(work: readonly KindWork[]): Finding[] {
  const node = work.find(({ kind }) => kind === 'node');
  const late = work.filter((each) => needsQuiet(each) && each.after.includes('node') && !node?.after.includes(each.kind));
  return late.map(({ procedureId, kind }) => ({
    severity: 'error',
    target: procedureId,
    rule: 'quiet-order',
    message: `comes after ${node?.procedureId ?? 'nodes'}, but a ${kind} is worked on while its nodes are drained and before they return; make two changes of them`,
  }));
}

/** With policy.overlap for each pair, only what makes the new version run waits; a chain is held as its most careful component asks. */
function heldBefore(node: MergedProcedure, quiet: MergedProcedure, policy: Policy): string {
  const activation = node.steps.find((step) => !step.early && step.to === 'rebooting');
  return activation && overlaps(node, quiet, policy) ? activation.name : firstWork(node);
}

export function overlaps(node: MergedProcedure, quiet: MergedProcedure, policy: Policy): boolean {
  const pairs = new Set(policy.overlap.flatMap(([a, b]) => [`${a} ${b}`, `${b} ${a}`]));
  const [ours, theirs] = [Object.keys(node.components), Object.keys(quiet.components)];
  return ours.length > 0 && ours.every((a) => theirs.every((b) => pairs.has(`${a} ${b}`)));
}

const placeOf = ({ cluster, piece }: Draft): string => `${cluster} ${piece}`;

function isDrain({ action }: Step): boolean {
  return action.kind === 'do' && action.act === 'drain';
}

function setOf(folded: string): NodeSet {
  const parsed = parseNodeSet(folded);
  return parsed.ok ? parsed.set : EMPTY;
}
