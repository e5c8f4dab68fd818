// The planner: from fleet, change, procedures and policy to an immutable plan that leaves the runner no choices, with the reasons for it.
// Pure and deterministic; the checker that lints the result is `check.ts` and knows nothing of this file.
import { LINK_SOAK_MS, type Policy } from '../change/policy.ts';
import type { Change, Procedure, Step } from '../change/procedure.ts';
import type { Finding } from '../finding.ts';
import { TARGET_KINDS } from '../fleet/model.ts';
import type { Fleet, Inventory, TargetKind } from '../fleet/model.ts';
import { difference, fold, nodeSetOf, size } from '../fleet/nodeset.ts';
import type { NodeSet } from '../fleet/nodeset.ts';
import { topologyOf } from '../fleet/topology.ts';
import { checkPlan } from './check.ts';
import { linksStep } from './merge-steps.ts';
import { mergeProcedures, withoutChecks } from './merge.ts';
import type { Wanted } from './merge.ts';
import { inOrder, showCycle } from './order.ts';
import type { KindWork } from './draft.ts';
import type { MergedProcedure, Plan, PlanReport, Sequence, Wave } from './plan.ts';
import { BEHIND_ID } from './quiet.ts';
import { limitReasons, waveReasons, windowReasons } from './reasons.ts';
import { targetsOf } from './targets.ts';
import { makeWaves } from './waves.ts';

export interface PlanInput {
  readonly fleet: Fleet;
  readonly fleetId: string;
  readonly change: Change;
  /** By component; those that the change does not want are left alone. */
  readonly procedures: ReadonlyMap<string, Procedure>;
  readonly catalogue: Plan['catalogue'];
  readonly policy: Policy;
  readonly calendars: Plan['calendars'];
  /** Every default in force, for the report. */
  readonly defaults: readonly string[];
  readonly inventory: (Inventory & { readonly id: string }) | null;
  /** Id of the plan that this one was made from. */
  readonly parent: string | null;
  /** Unix minutes, to tell which windows are past; null: not asked. */
  readonly nowMin: number | null;
  /** Another order or cut than the usual; kept in the plan and by its children. */
  readonly sequence?: Sequence | undefined;
}

/** The child's own policy and procedures, and its sequence where it has one; all else is the parent's. */
export interface ChildInput {
  readonly parent: Plan;
  readonly policy: Policy;
  readonly calendars: Plan['calendars'];
  readonly procedures: Plan['procedures'];
  readonly defaults: readonly string[];
  readonly nowMin: number | null;
  readonly sequence?: Sequence | undefined;
}

export interface Planned {
  /** Holds report and findings too. The id is given by whoever writes it down. */
  readonly plan: Omit<Plan, 'id'>;
  readonly report: PlanReport;
  /** The planner's and the checker's; one error among them means that the plan must not be used. */
  readonly findings: readonly Finding[];
}

/** Never throws for input that its types allow: whatever is wrong is a finding. */
export function makePlan(input: PlanInput): Planned {
  const findings: Finding[] = [];
  const why: Reason[] = [];
  const { kinds, after } = kindsWanted(input, findings);
  const topology = topologyOf(input.fleet);
  const { byKind, findings: aboutTargets } = targetsOf(input.change, topology, kinds, input.sequence?.order);
  findings.push(...aboutTargets);
  const seenAll = input.inventory !== null && size(unseen(topology.nodes, input.inventory)) === 0;
  const work = kinds.flatMap((kind): KindWork[] => {
    const wanted = wantedOf(input, kind, seenAll);
    const clusters = byKind.get(kind) ?? [];
    if (clusters.length === 0) {
      findings.push(...wanted.map(({ procedure }) => noTargets(procedure, input.change)));
      return [];
    }
    const merged = mergeProcedures(kind, wanted, input.policy.validation, linksOf(input, kind));
    const procedureId = Object.keys(merged.procedure.components).join('+');
    findings.push(...merged.findings);
    why.push(...merged.why.map((text) => ({ about: procedureId, text })));
    return [{ kind, procedureId, procedure: merged.procedure, clusters, after: after.get(kind) ?? [] }];
  });
  return assemble({ ...input, topology, work, findings, why });
}

/** The parent's targets again, with other limits or other steps. `merged` procedures do not say what comes after what, the parent's waves do. */
export function makeChildPlan({ parent, procedures, ...input }: ChildInput): Planned {
  const own = parent.waves.filter((wave) => wave.procedure !== BEHIND_ID);
  const kinds = [...new Set(own.map((wave) => wave.kind))];
  const topology = topologyOf(parent.fleet.document);
  const sequence = input.sequence ?? parent.sequence;
  const { byKind, findings } = targetsOf(parent.change, topology, kinds, sequence?.order);
  const { validated, dropped } = validatedAs(procedures, parent.policy.validation, input.policy.validation);
  const work = kinds.flatMap((kind): KindWork[] => {
    const procedureId = own.find((wave) => wave.kind === kind)?.procedure ?? '';
    const procedure = validated[procedureId];
    const after = kinds.filter((other) => other !== kind && waitsFor(own, kind, other));
    return procedure ? [{ kind, procedureId, procedure, clusters: byKind.get(kind) ?? [], after }] : [];
  });
  return assemble({
    ...input,
    sequence,
    change: parent.change,
    catalogue: parent.catalogue,
    fleet: parent.fleet.document,
    fleetId: parent.fleet.id,
    inventory: null,
    seen: parent.inventory,
    behind: procedures[BEHIND_ID],
    parent: parent.id,
    topology,
    work,
    why: parent.report.why.filter(({ about }) => Object.hasOwn(parent.procedures, about)),
    findings: [...findings, ...dropped],
  });
}

/** A merged procedure has its checks as steps: they can be left out of it, but nobody knows any more what was left out before. */
function validatedAs(
  procedures: Plan['procedures'],
  before: Policy['validation'],
  now: Policy['validation'],
): { readonly validated: Plan['procedures']; readonly dropped: readonly Finding[] } {
  if (now !== 'none') {
    const message = 'the parent was made without checks, so this plan has none to run; plan again from the files';
    const lost: Finding = { severity: 'error', target: 'policy.validation', rule: 'validation-lost', message };
    return { validated: procedures, dropped: before === 'none' ? [lost] : [] };
  }
  const each = Object.entries(procedures).map(([id, procedure]) => ({ id, ...withoutChecks(procedure) }));
  return {
    validated: Object.fromEntries(each.map(({ id, procedure }) => [id, procedure])),
    dropped: each.flatMap(({ findings }) => findings),
  };
}

/** Does each wave of the kind wait for one of the other kind in its own cluster? Limits alone never make all wait: some wave is first. */
function waitsFor(waves: readonly Wave[], kind: TargetKind, other: TargetKind): boolean {
  const before = Map.groupBy(
    waves.filter((wave) => wave.kind === other),
    ({ cluster }) => cluster,
  );
  const waiting = waves.filter((wave) => wave.kind === kind && before.has(wave.cluster));
  return (
    waiting.length > 0 &&
    waiting.every((wave) => {
      const waitedFor = new Set([...wave.after, ...(wave.holds ?? []).flatMap(({ until }) => until)]);
      return before.get(wave.cluster)?.some(({ id }) => waitedFor.has(id));
    })
  );
}

/** Looked at wherever somebody can look: at nodes and switches of a fleet with a fabric driver. */
function linksOf({ fleet, policy }: Pick<PlanInput, 'fleet' | 'policy'>, kind: TargetKind): Step | null {
  const seen = fleet.clusters.some(({ drivers }) => drivers['fabric'] !== undefined);
  return seen && (kind === 'node' || kind === 'switch') ? linksStep(policy.gates.linkSoakMs ?? LINK_SOAK_MS) : null;
}

type Reason = PlanReport['why'][number];

interface Parts extends Omit<PlanInput, 'procedures'> {
  readonly topology: ReturnType<typeof topologyOf>;
  readonly work: readonly KindWork[];
  readonly why: readonly Reason[];
  readonly findings: readonly Finding[];
  /** The inventory that the parent was made on. */
  readonly seen?: Plan['inventory'];
  /** What the parent does to nodes that it only takes along. */
  readonly behind?: MergedProcedure | undefined;
}

function assemble(parts: Parts): Planned {
  const { policy, inventory, topology, sequence = {} } = parts;
  const { waves, phases, work, why, findings } = makeWaves(parts.work, {
    policy,
    topology,
    inventory,
    sequence,
    behind: parts.behind,
    links: linksOf(parts, 'node'),
  });
  const report: PlanReport = {
    why: [
      ...parts.why,
      ...why,
      ...waveReasons(waves, phases, policy),
      ...limitReasons(waves, work, policy),
      ...windowReasons(waves, policy),
      ...inventoryReasons(parts),
    ],
    defaults: [...parts.defaults],
  };
  const draft: Omit<Plan, 'id'> = {
    schema: 1,
    parent: parts.parent,
    fleet: { id: parts.fleetId, document: parts.fleet },
    inventory: parts.seen ?? (inventory && { id: inventory.id, at: inventory.at }),
    change: parts.change,
    policy,
    procedures: Object.fromEntries(work.map(({ procedureId, procedure }): [string, MergedProcedure] => [procedureId, procedure])),
    phases,
    waves,
    ...(parts.sequence ? { sequence: parts.sequence } : {}),
    calendars: parts.calendars,
    catalogue: parts.catalogue,
    report,
    findings: [],
  };
  const all = distinct([...parts.findings, ...findings, ...checkPlan(draft, parts.nowMin)]);
  return { plan: { ...draft, findings: all }, report, findings: all };
}

/** Kinds that the change is about, those first that others wait for. */
function kindsWanted(
  { change, procedures }: PlanInput,
  findings: Finding[],
): { kinds: readonly TargetKind[]; after: Map<TargetKind, TargetKind[]> } {
  const components = Object.keys(change.want).sort();
  const error = (target: string, rule: string, message: string): void => void findings.push({ severity: 'error', target, rule, message });
  for (const name of components) {
    if (!procedures.has(name)) error(name, 'component-unknown', 'not in the catalogue: nobody knows how it is done');
  }
  const kindOf = (name: string): TargetKind | undefined => (Object.hasOwn(change.want, name) ? procedures.get(name)?.kind : undefined);
  const { cycle } = inOrder(components, (name) => procedures.get(name)?.after ?? []);
  if (cycle) {
    error(cycle[0] ?? '', 'after-cycle', `${showCycle(cycle)}: none of them can be first; take one "after" out of the catalogue`);
  }
  const wanted = TARGET_KINDS.filter((kind) => components.some((name) => kindOf(name) === kind));
  const after = new Map(
    wanted.map((kind) => {
      const names = components.filter((name) => kindOf(name) === kind).flatMap((name) => procedures.get(name)?.after ?? []);
      return [kind, wanted.filter((other) => other !== kind && names.some((name) => kindOf(name) === other))];
    }),
  );
  const ordered = inOrder(wanted, (kind) => after.get(wanted.find((known) => known === kind) ?? 'node') ?? []);
  if (ordered.cycle && !cycle) {
    const message = `kinds of target wait for each other (${showCycle(ordered.cycle)}): a wave carries all components of its kind; make two changes of them`;
    error(ordered.cycle[0] ?? '', 'after-cycle', message);
  }
  return { kinds: ordered.order.flatMap((name) => wanted.find((kind) => kind === name) ?? []), after };
}

function wantedOf({ change, procedures, inventory }: PlanInput, kind: TargetKind, seenAll: boolean): Wanted[] {
  return Object.entries(change.want).flatMap(([component, version]) => {
    const procedure = procedures.get(component);
    return procedure?.kind === kind ? [{ procedure, version, previous: seenAll ? commonVersion(inventory, component) : undefined }] : [];
  });
}

function unseen(nodes: NodeSet, inventory: Inventory): NodeSet {
  return difference(nodes, nodeSetOf(inventory.nodes.map(({ name }) => name)));
}

/** The version that every node of the inventory runs; undefined when they differ or one did not say. */
function commonVersion(inventory: Inventory | null, component: string): string | undefined {
  const first = inventory?.nodes[0]?.versions[component];
  return inventory?.nodes.every(({ versions }) => versions[component] === first) ? first : undefined;
}

function noTargets({ component, kind }: Procedure, change: Change): Finding {
  const where = change.targets === null ? 'the fleet' : 'the targets of the change';
  const message = `${component} is for a target of kind ${kind}, and ${where} has none`;
  return { severity: 'error', target: component, rule: 'no-targets', message };
}

function inventoryReasons({ inventory, topology }: Parts): Reason[] {
  if (!inventory) return [];
  const down = inventory.nodes.filter((node) => !node.inService).length;
  const missing = unseen(topology.nodes, inventory);
  const gaps = size(missing) === 0 ? '' : `; nobody looked at ${fold(missing)}`;
  const text = `${inventory.nodes.length} nodes seen, ${down} of them not in service${gaps}. What is out of service at hand-over never enters the baseline`;
  return [{ about: 'inventory', text }];
}

/** Planner and checker may say the same thing of the same target; it is said once. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  const said = new Set<string>();
  return findings.filter(({ rule, target, severity }) => {
    const key = JSON.stringify([rule, target, severity]);
    return !said.has(key) && said.add(key);
  });
}
