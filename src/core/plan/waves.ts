// Cuts targets into waves: canaries first, then one free-running wave a cluster, in the customers' order, at most so many clusters at once.
import type { Policy } from '../change/policy.ts';
import { resolveQuantity } from '../change/quantity.ts';
import type { Finding } from '../finding.ts';
import type { Inventory, TargetKind } from '../fleet/model.ts';
import { difference, EMPTY, fold, intersection, names, nodeSetOf, parseNodeSet, size } from '../fleet/nodeset.ts';
import type { NodeSet } from '../fleet/nodeset.ts';
import type { Topology } from '../fleet/topology.ts';
import { affectedBy, unionOf } from './affected.ts';
import type { MergedProcedure, Phase, PlanReport, Wave, WaveGate } from './plan.ts';
import { servedOrder } from './targets.ts';
import type { ClusterTargets } from './targets.ts';

/** With fewer targets a canary would be most of the work. */
const DEFAULT_CANARY_ABOVE = 8;

export interface KindWork {
  readonly kind: TargetKind;
  readonly procedureId: string;
  readonly procedure: MergedProcedure;
  /** In the order in which clusters are served. */
  readonly clusters: readonly ClusterTargets[];
  /** Kinds that come before it. */
  readonly after: readonly TargetKind[];
}

export interface Waves {
  readonly waves: readonly Wave[];
  readonly phases: readonly Phase[];
  readonly why: PlanReport['why'];
  readonly findings: readonly Finding[];
}

/** `work` in an order in which no kind comes before one that it waits for. No wave is ever empty. */
export function makeWaves(work: readonly KindWork[], policy: Policy, topology: Topology, inventory: Inventory | null): Waves {
  const why: { about: string; text: string }[] = [];
  const findings: Finding[] = [];
  const wanted = policy.canary === null ? null : readCanary(policy.canary.targets, topology, findings);
  const stages: Stage[] = [];
  for (const kind of work) {
    const canary = chooseCanary(kind, wanted, policy, inventory, why);
    stages.push(...stagesOf(kind, canary, stages));
  }
  if (wanted && size(wanted) > 0) findings.push(...canaryOutside(wanted, work));
  const busy = new Set(work.flatMap((kind) => kind.clusters.map(({ cluster }) => cluster.name)));
  const clusters = servedOrder(topology.fleet).flatMap(({ name }) => (busy.has(name) ? [name] : []));
  chainClusters(stages, clusters, policy.atOnce.clusters, why);
  const waves = stages.flatMap((stage) => stage.drafts.map((draft) => finish(draft, stage, policy, topology)));
  const several = work.length > 1;
  const phases = stages.map(({ name, work: { kind }, drafts }) => ({
    name: several ? `${kind} ${name}` : name,
    waves: drafts.map(({ id }) => id),
  }));
  return { waves, phases, why, findings };
}

/** All canaries, or all main waves, of one kind. Never empty. */
interface Stage {
  readonly name: 'canary' | 'main';
  readonly work: KindWork;
  readonly drafts: readonly Draft[];
}

interface Draft {
  readonly id: string;
  readonly cluster: string;
  readonly targets: NodeSet;
  readonly after: Set<string>;
}

function readCanary(text: string, topology: Topology, findings: Finding[]): NodeSet {
  const parsed = parseNodeSet(text, topology.groups);
  if (parsed.ok) return parsed.set;
  findings.push({ severity: 'error', target: text, rule: 'canary-unreadable', message: `${parsed.error.why}; ${parsed.error.mend}` });
  return EMPTY;
}

/** The policy's set where it touches the kind; else one target when there are more than eight. */
function chooseCanary(
  { kind, clusters }: KindWork,
  wanted: NodeSet | null,
  policy: Policy,
  inventory: Inventory | null,
  why: { about: string; text: string }[],
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
  let chosen: string | null = null;
  for (const name of names(first.targets)) {
    chosen ??= name;
    if (down.has(name)) continue;
    chosen = name;
    break;
  }
  const skipped = inventory && kind === 'node' ? ' that the inventory shows in service' : '';
  note(
    `${chosen ?? ''}: one of ${n}, the first${skipped} of ${first.cluster.name}, which is served first; it must come back before the others start`,
  );
  return nodeSetOf(chosen === null ? [] : [chosen]);
}

function stagesOf(work: KindWork, canary: NodeSet, earlier: readonly Stage[]): Stage[] {
  const cut = (name: Stage['name'], part: (targets: NodeSet) => NodeSet): Draft[] =>
    work.clusters.flatMap(({ cluster, targets }) => {
      const mine = part(targets);
      if (size(mine) === 0) return [];
      const before = earlier.filter((stage) => work.after.includes(stage.work.kind)).flatMap((stage) => stage.drafts);
      const own = before.filter((draft) => draft.cluster === cluster.name).map(({ id }) => id);
      return [{ id: `${cluster.name}.${work.kind}.${name}`, cluster: cluster.name, targets: mine, after: new Set(own) }];
    });
  const canaries = cut('canary', (targets) => intersection(targets, canary));
  const mains = cut('main', (targets) => difference(targets, canary));
  for (const main of mains) for (const { id } of canaries) main.after.add(id);
  const stages: Stage[] = [
    { name: 'canary', work, drafts: canaries },
    { name: 'main', work, drafts: mains },
  ];
  return stages.filter(({ drafts }) => drafts.length > 0);
}

function canaryOutside(wanted: NodeSet, work: readonly KindWork[]): Finding[] {
  const all = unionOf(work.flatMap(({ clusters }) => clusters.map(({ targets }) => targets)));
  const outside = difference(wanted, all);
  if (size(outside) === 0) return [];
  const none = size(outside) === size(wanted);
  const message = `in policy.canary, but no target of this change${none ? ': there would be no canary at all' : ''}`;
  return [{ severity: none ? 'error' : 'warning', target: fold(outside), rule: 'canary-outside', message }];
}

/** `limit` chains of clusters, each cluster after the one `limit` places before it, so that never more than `limit` are in work. */
function chainClusters(
  stages: readonly Stage[],
  clusters: readonly string[],
  limit: number | null,
  why: { about: string; text: string }[],
): void {
  if (clusters.length > 1)
    why.push({ about: 'order', text: `clusters are served as ${clusters.join(', ')}: by priority of their customers` });
  if (limit === null || limit >= clusters.length) {
    if (clusters.length > 1) why.push({ about: 'order', text: 'no limit of clusters at once binds: after the canary all start together' });
    return;
  }
  const heads = new Set(clusters.slice(0, limit));
  const canariesFirst = stages.every((stage) => stage.name === 'main' || stage.drafts.every((draft) => heads.has(draft.cluster)));
  const how = `at most ${limit} of ${clusters.length} clusters at once (policy.atOnce.clusters)`;
  if (canariesFirst) {
    why.push({ about: 'order', text: `${how}: a cluster starts when the one ${limit} before it has passed its last gate` });
    chainWholeClusters(stages, clusters, limit);
  } else {
    why.push({
      about: 'order',
      text: `${how}: canaries lie in later clusters too, so all canaries go first, and each stage waits for the one before`,
    });
    chainStages(stages, limit);
  }
}

function chainWholeClusters(stages: readonly Stage[], clusters: readonly string[], limit: number): void {
  const drafts = clusters.map((name) => stages.flatMap((stage) => stage.drafts.filter(({ cluster }) => cluster === name)));
  for (const [i, mine] of drafts.entries()) {
    const before = drafts[i - limit];
    if (!before) continue;
    const waitedFor = new Set(before.flatMap(({ after }) => [...after]));
    const last = before.filter(({ id }) => !waitedFor.has(id));
    const own = new Set(mine.map(({ id }) => id));
    const first = mine.filter(({ after }) => ![...after].some((id) => own.has(id)));
    for (const draft of first) for (const { id } of last) draft.after.add(id);
  }
}

function chainStages(stages: readonly Stage[], limit: number): void {
  for (const [s, { drafts }] of stages.entries()) {
    const ends = stages[s - 1]?.drafts.slice(-limit) ?? [];
    for (const [i, draft] of drafts.entries()) {
      const before = drafts[i - limit];
      for (const { id } of before ? [before] : ends) draft.after.add(id);
    }
  }
}

function finish(draft: Draft, { name, work }: Stage, policy: Policy, topology: Topology): Wave {
  const n = size(draft.targets);
  return {
    id: draft.id,
    cluster: draft.cluster,
    kind: work.kind,
    targets: fold(draft.targets),
    procedure: work.procedureId,
    after: [...draft.after],
    atOnce: Math.min(n, resolveQuantity(policy.atOnce.nodes, n)),
    gate: name === 'canary' ? canaryGate(n, policy) : mainGate(n, policy),
    affected: fold(affectedBy(topology, work.kind, draft.targets, work.procedure.steps)),
  };
}

/** At least one must come back, whatever the policy forgives: a gate that nothing can fail is none. */
function canaryGate(n: number, policy: Policy): WaveGate {
  const failedMax = Math.min(policy.canary?.failed ?? 0, n - 1);
  return { failedMax, returnedMin: n - failedMax, failureRateMax: null };
}

/** Stragglers never stop a main wave: only a failure rate, and too few back when it is over. */
function mainGate(n: number, policy: Policy): WaveGate {
  return { failedMax: null, returnedMin: Math.min(n, resolveQuantity(policy.gates.returned, n)), failureRateMax: policy.gates.failureRate };
}
