// Cuts targets into waves: canaries first, then one free-running wave a cluster (or a piece of it), switches while their nodes are
// drained, in the customers' order, at most so many clusters at once.
import type { Policy } from '../change/policy.ts';
import type { Step } from '../change/procedure.ts';
import type { Finding } from '../finding.ts';
import type { Inventory } from '../fleet/model.ts';
import { difference, EMPTY, intersection, parseNodeSet, size } from '../fleet/nodeset.ts';
import type { NodeSet } from '../fleet/nodeset.ts';
import type { Topology } from '../fleet/topology.ts';
import { affectedBy } from './affected.ts';
import { canaryOutside, chooseCanary, wantedCanary } from './canary.ts';
import { chain } from './chain.ts';
import { finish, hold, isCanary, type Draft, type KindWork, type Role } from './draft.ts';
import { byPiece, piecesOf, WHOLE, type Piece } from './pieces.ts';
import type { MergedProcedure, Phase, PlanReport, Sequence, Wave } from './plan.ts';
import { behindWork, firstWork, isHeld, needsQuiet, nodesBehind, parallelSwitches, quieten, quietOrder } from './quiet.ts';
import { quietReasons } from './quiet-reasons.ts';
import { servedOrder } from './targets.ts';

export interface Waves {
  readonly waves: readonly Wave[];
  readonly phases: readonly Phase[];
  /** All that the waves do, the nodes that are taken along included. */
  readonly work: readonly KindWork[];
  readonly why: PlanReport['why'];
  readonly findings: readonly Finding[];
}

export interface WaveWishes {
  readonly policy: Policy;
  readonly topology: Topology;
  readonly inventory: Inventory | null;
  readonly sequence: Sequence;
  /** What nodes taken along get; absent: as built in. */
  readonly behind: MergedProcedure | undefined;
  /** Looks at their links before they go back; null: nobody can. */
  readonly links: Step | null;
}

/** `work` in an order in which no kind comes before one that it waits for. No wave is ever empty. */
export function makeWaves(work: readonly KindWork[], wishes: WaveWishes): Waves {
  const { policy, topology, inventory, sequence } = wishes;
  const why: { about: string; text: string }[] = [];
  const findings: Finding[] = [...quietOrder(work), ...unknownClusters(sequence, topology)];
  const wanted = wantedCanary(policy, topology, findings);
  const served = servedOrder(topology.fleet, sequence.order);
  const plots = plotsOf(work, wishes, why);
  const stages: Stage[] = work.flatMap((each) => stagesOf(each, chooseCanary(each, wanted, policy, inventory, why), plots, wishes));
  const behind = behindStage(stages, work, plots, wishes);
  if (wanted && size(wanted) > 0) findings.push(...canaryOutside(wanted, work));
  const all = behind ? [...stages, behind] : stages;
  const drafts = all.flatMap((stage) => stage.drafts);
  quieten(drafts, policy);
  followKinds(drafts);
  for (const each of work) followCanaries(drafts.filter((draft) => draft.work === each));
  const busy = new Set(drafts.map(({ cluster }) => cluster));
  const clusters = served.flatMap(({ name }) => (busy.has(name) ? [name] : []));
  const pieces = new Map([...plots].map(([name, list]) => [name, list.map((piece) => piece.name)]));
  const rows = { clusters, pieces, limit: policy.atOnce.clusters, sequence };
  chain(
    all.map((stage) => stage.drafts),
    rows,
    why,
    findings,
  );
  why.push(...quietReasons(drafts, policy));
  const several = new Set(all.map((stage) => stage.work)).size > 1;
  return {
    waves: drafts.map((draft) => finish(draft, policy)),
    phases: all.map(({ role, work: { kind }, drafts: own }) => ({
      name: several ? `${kind} ${role}` : role,
      waves: own.map(({ id }) => id),
    })),
    work: behind ? [...work, behind.work] : work,
    why,
    findings,
  };
}

/** All canaries, or all main waves, of one kind. Never empty. */
interface Stage {
  readonly role: Role;
  readonly work: KindWork;
  readonly drafts: readonly Draft[];
}

type Plots = ReadonlyMap<string, readonly Piece[]>;

/** A cluster in which something that needs quiet lies across several pieces is one piece: all of its nodes must be drained at once. */
function plotsOf(
  work: readonly KindWork[],
  { policy, topology, sequence }: WaveWishes,
  why: { about: string; text: string }[],
): Map<string, readonly Piece[]> {
  return new Map(
    topology.fleet.clusters.map((cluster) => {
      const pieces = piecesOf(cluster, sequence.cut);
      if (pieces.length < 2) return [cluster.name, pieces];
      const across = work.filter(needsQuiet).flatMap(({ kind, clusters }) => {
        const targets = clusters.find((each) => each.cluster.name === cluster.name)?.targets ?? EMPTY;
        return byPiece(topology, kind, difference(targets, parallelSwitches(cluster, policy)), pieces).get(WHOLE) ?? [];
      });
      if (across.length === 0) return [cluster.name, pieces];
      const text = `not cut to ${sequence.cut}s: what needs its nodes quiet there lies across several of them`;
      why.push({ about: cluster.name, text });
      return [cluster.name, piecesOf(cluster, 'cluster')];
    }),
  );
}

function stagesOf(work: KindWork, canary: NodeSet, plots: Plots, wishes: WaveWishes): Stage[] {
  const parts: readonly (readonly [Role, (targets: NodeSet, spines: NodeSet) => NodeSet])[] = [
    ['canary', (targets, spines) => difference(intersection(targets, canary), spines)],
    ['spine-canary', (targets, spines) => intersection(intersection(targets, canary), spines)],
    ['main', (targets, spines) => difference(difference(targets, canary), spines)],
    ['spine', (targets, spines) => difference(intersection(targets, spines), canary)],
  ];
  const stages = parts.map(([role, part]): Stage => {
    const drafts = work.clusters.flatMap(({ cluster, targets }) => {
      const spines = work.kind === 'switch' ? parallelSwitches(cluster, wishes.policy) : EMPTY;
      return draftsOf(work, role, cluster.name, part(targets, spines), plots, wishes);
    });
    return { role, work, drafts };
  });
  return stages.filter(({ drafts }) => drafts.length > 0);
}

function draftsOf(work: KindWork, role: Role, cluster: string, targets: NodeSet, plots: Plots, { topology }: WaveWishes): Draft[] {
  if (size(targets) === 0) return [];
  const { kind, procedure } = work;
  return [...byPiece(topology, kind, targets, plots.get(cluster) ?? [])].map(([piece, own]) => ({
    id: [cluster, kind, piece, role].filter((part) => part !== WHOLE).join('.'),
    cluster,
    piece,
    role,
    work,
    targets: own,
    affected: affectedBy(topology, kind, own, procedure.steps),
    after: new Set(),
    quiet: new Set(),
    holds: new Map(),
  }));
}

/** Nodes that are no targets themselves, and must be drained all the same while something that they hang on is worked on. */
function behindStage(stages: readonly Stage[], work: readonly KindWork[], plots: Plots, wishes: WaveWishes): Stage | null {
  const left = nodesBehind(
    stages.flatMap(({ drafts }) => drafts),
    work,
    wishes.topology.fleet.clusters,
  );
  if (size(left) === 0) return null;
  const clusters = servedOrder(wishes.topology.fleet, wishes.sequence.order).flatMap((cluster) => {
    const parsed = parseNodeSet(cluster.nodes);
    const targets = parsed.ok ? intersection(parsed.set, left) : EMPTY;
    return size(targets) > 0 ? [{ cluster, targets }] : [];
  });
  const behind = behindWork(wishes.behind, wishes.links, clusters);
  const drafts = clusters.flatMap(({ cluster, targets }) => draftsOf(behind, 'behind', cluster.name, targets, plots, wishes));
  return { role: 'behind', work: behind, drafts };
}

/** A kind comes after others in its own cluster. Nodes that are drained for something anyhow wait drained; `quieten` has seen to the rest. */
function followKinds(drafts: readonly Draft[]): void {
  const byCluster = Map.groupBy(drafts, ({ cluster }) => cluster);
  const byPlace = Map.groupBy(drafts, ({ cluster, piece }) => `${cluster} ${piece}`);
  const at = (cluster: string, piece: string): readonly Draft[] => byPlace.get(`${cluster} ${piece}`) ?? [];
  for (const draft of drafts) {
    const { work, cluster, piece } = draft;
    if (work.after.length === 0) continue;
    const near = piece === WHOLE ? (byCluster.get(cluster) ?? []) : [...at(cluster, WHOLE), ...at(cluster, piece)];
    for (const before of near) if (work.after.includes(before.work.kind)) follow(draft, before);
  }
}

function follow(draft: Draft, before: Draft): void {
  const { work } = draft;
  if (work.kind === 'node' ? needsQuiet(before.work) : needsQuiet(work) && before.work.kind === 'node') return;
  if (isHeld(draft)) hold(draft, firstWork(work.procedure), before.id);
  else draft.after.add(before.id);
}

function followCanaries(drafts: readonly Draft[]): void {
  const canaries = drafts.filter(isCanary);
  for (const draft of drafts) {
    if (isCanary(draft)) continue;
    for (const { id } of canaries) {
      if (isHeld(draft)) hold(draft, firstWork(draft.work.procedure), id);
      else draft.after.add(id);
    }
  }
}

function unknownClusters({ order }: Sequence, { fleet }: Topology): Finding[] {
  const known = new Set(fleet.clusters.map(({ name }) => name));
  const unknown = (order ?? []).filter((name) => !known.has(name));
  return unknown.map((name) => ({
    severity: 'error',
    target: name,
    rule: 'order-unknown',
    message: 'in the sequence, but no cluster of the fleet',
  }));
}
