// Puts waves in rows: so many clusters at once, so many pieces of a cluster at once, each after the one that many places before it.
import type { Finding } from '../finding.ts';
import { isCanary, type Draft } from './draft.ts';
import type { PlanReport, Sequence } from './plan.ts';

type Reason = PlanReport['why'][number];

export interface Rows {
  /** In the order in which they are served. */
  readonly clusters: readonly string[];
  /** Cluster -> its pieces, in their order. */
  readonly pieces: ReadonlyMap<string, readonly string[]>;
  /** Clusters at once; null: no limit. */
  readonly limit: number | null;
  readonly sequence: Sequence;
}

/** Stages in their order: the canaries of a kind before the rest of it. */
export function chain(stages: readonly (readonly Draft[])[], rows: Rows, why: Reason[], findings: Finding[]): void {
  const drafts = stages.flat();
  chainPieces(drafts, rows, findings);
  const { clusters, limit, sequence } = rows;
  if (sequence.cut && sequence.cut !== 'cluster')
    why.push({
      about: 'order',
      text: `waves are cut to ${sequence.cut}s, ${chainsOf(sequence)} of a cluster in work at a time, as the sequence says`,
    });
  if (clusters.length > 1) {
    const by = sequence.order ? 'as the sequence of the plan says' : 'by priority of their customers';
    why.push({ about: 'order', text: `clusters are served as ${clusters.join(', ')}: ${by}` });
  }
  if (limit === null || limit >= clusters.length) {
    if (clusters.length > 1) why.push({ about: 'order', text: 'no limit of clusters at once binds: after the canary all start together' });
    return;
  }
  const how = `at most ${limit} of ${clusters.length} clusters at once (policy.atOnce.clusters)`;
  const leading = new Set(drafts.filter(isCanary).map(({ cluster }) => cluster));
  const heads = new Set(clusters.slice(0, limit));
  const canariesFirst = [...leading].every((cluster) => heads.has(cluster));
  if (!canariesFirst && !drafts.some(isBound)) {
    const text = `${how}: canaries lie in later clusters too, so all canaries go first, and each stage waits for the one before`;
    why.push({ about: 'order', text });
    chainStages(stages, clusters, limit);
    return;
  }
  const order = [...clusters.filter((name) => leading.has(name)), ...clusters.filter((name) => !leading.has(name))];
  if (!canariesFirst) why.push({ about: 'order', text: `${[...leading].join(', ')} first all the same: there the canaries are` });
  if (leading.size > limit) findings.push(spread([...leading], `only ${limit} may be in work at once (policy.atOnce.clusters)`));
  why.push({ about: 'order', text: `${how}: a cluster starts when the one ${limit} before it has passed its last gate` });
  inRows(groupsOf(drafts, order), limit);
}

/** Pieces with canaries go first. Canaries of nodes that nothing holds are in no row: everybody waits for them anyhow. */
function chainPieces(drafts: readonly Draft[], { clusters, pieces, sequence }: Rows, findings: Finding[]): void {
  const chains = chainsOf(sequence);
  for (const cluster of clusters) {
    const names = pieces.get(cluster) ?? [];
    if (names.length < 2) continue;
    const own = drafts.filter((draft) => draft.cluster === cluster && names.includes(draft.piece));
    const bound = own.some(isBound);
    const leading = new Set(own.filter((draft) => bound && isCanary(draft)).map(({ piece }) => piece));
    if (leading.size > chains) findings.push(spread([...leading], `only ${chains} pieces of ${cluster} may be in work at once`));
    const order = [...names.filter((name) => leading.has(name)), ...names.filter((name) => !leading.has(name))];
    const byPiece = Map.groupBy(
      own.filter((draft) => bound || !isCanary(draft)),
      ({ piece }) => piece,
    );
    inRows(
      order.map((name) => byPiece.get(name) ?? []),
      chains,
    );
  }
}

function chainStages(stages: readonly (readonly Draft[])[], clusters: readonly string[], limit: number): void {
  let before: readonly (readonly Draft[])[] = [];
  for (const stage of stages) {
    const groups = groupsOf(stage, clusters).filter((group) => group.length > 0);
    inRows(groups, limit, before);
    before = groups.slice(-limit);
  }
}

/** `limit` rows of groups, each group after the one `limit` places before it; the first ones after all of `before`. */
function inRows(groups: readonly (readonly Draft[])[], limit: number, before: readonly (readonly Draft[])[] = []): void {
  const busy = groups.filter((group) => group.length > 0);
  for (const [i, group] of busy.entries()) {
    const previous = busy[i - limit];
    const ends = (previous ? [previous] : before).flatMap(lastOf);
    for (const draft of firstOf(group)) for (const { id } of ends) draft.after.add(id);
  }
}

/** Those that no other of the group must have gone before. */
function firstOf(group: readonly Draft[]): readonly Draft[] {
  const own = new Set(group.map(({ id }) => id));
  return group.filter(({ after, quiet }) => ![...after, ...quiet].some((id) => own.has(id)));
}

/** Those after whose gates nothing of the group is left to do. */
function lastOf(group: readonly Draft[]): readonly Draft[] {
  const waitedFor = new Set(group.flatMap(({ after, holds }) => [...after, ...[...holds.values()].flatMap((until) => [...until])]));
  return group.filter(({ id }) => !waitedFor.has(id));
}

function chainsOf({ chains = 1 }: Sequence): number {
  return Math.max(1, chains);
}

function groupsOf(drafts: readonly Draft[], clusters: readonly string[]): readonly (readonly Draft[])[] {
  const byCluster = Map.groupBy(drafts, ({ cluster }) => cluster);
  return clusters.map((name) => byCluster.get(name) ?? []);
}

function spread(places: readonly string[], why: string): Finding {
  const message = `canaries lie in all of these, nodes wait drained for them and for their switches, and ${why}; choose canaries in fewer places`;
  return { severity: 'error', target: places.join(','), rule: 'canary-spread', message };
}

/** Bound to others by more than gates: it cannot be put anywhere in the row by itself. */
const isBound = ({ quiet, holds }: Draft): boolean => quiet.size > 0 || holds.size > 0;
