// What the customer may do now, and the numbers that stand before each button.
import type { Bands } from '../../core/forecast/frozen.ts';
import { difference, fold, has, names, nodeSetOf, parseNodeSet, size, union, type NodeSet } from '../../core/fleet/nodeset.ts';
import type { MergedProcedure, Plan } from '../../core/plan/plan.ts';
import { timesOf } from './etas.ts';
import { type OwnNode } from './own-nodes.ts';
import type { ChoiceOffer, OwnWord, PageWindow, Phase, RecallOffer, ReleaseOffer } from './page-data.ts';

const MINUTE_MS = 60_000;

/** null: nothing is left to release, or the work is over. */
export function releaseOffer(
  plan: Plan,
  nodes: readonly OwnNode[],
  said: readonly OwnWord[],
  phase: Phase,
  begun: boolean,
): ReleaseOffer | null {
  if (phase === 'settled' || phase === 'aborted') return null;
  const planned = nodes.filter(({ list }) => list !== 'not-taken');
  const inWords = begun ? nodeSetOf([]) : releasedInWords(said, nodeSetOf(planned.map(({ name }) => name)));
  const open = planned.filter(({ name, released, list }) => list === 'untouched' && !released && !has(inWords, name));
  if (open.length === 0) return null;
  const set = { nodes: fold(nodeSetOf(open.map(({ name }) => name))), count: open.length };
  return { nodes: set, released: planned.length - open.length, jobs: plan.policy.jobs.then };
}

/** Only before the first node has left service. */
export function counterOffer(windows: readonly PageWindow[], phase: Phase): { from: number | null; to: number | null } | null {
  if (phase !== 'planned' && phase !== 'waiting') return null;
  return { from: windows[0]?.from ?? null, to: windows[0]?.to ?? null };
}

/** null: there is nothing that a recall would change. */
export function recallOffer(plan: Plan, nodes: readonly OwnNode[], phase: Phase): RecallOffer | null {
  if (phase === 'planned' || phase === 'settled' || phase === 'aborted') return null;
  const count = (test: (node: OwnNode) => boolean): number => nodes.filter(test).length;
  const isRepair = ({ doing }: OwnNode): boolean => doing === 'repair';
  const isOut = (node: OwnNode): boolean => node.list === 'out' && !isRepair(node);
  const backOf = ({ procedure }: OwnNode): MergedProcedure['back'] => plan.procedures[procedure ?? '']?.back ?? null;
  const wayBack = nodes.filter((node) => isOut(node) && node.changed && backOf(node) !== null);
  const times = wayBack.flatMap((node) => backOf(node)?.takes?.medianMs ?? []);
  const offer = {
    untouched: count(({ list, atRest }) => list === 'untouched' && !atRest),
    unchanged: count((node) => isOut(node) && !node.changed),
    wayBack: wayBack.length,
    wayBackMin: times.length === wayBack.length && times.length > 0 ? Math.max(...times) / MINUTE_MS : null,
    onward: count((node) => isOut(node) && node.changed && backOf(node) === null),
    repair: count(isRepair),
    returned: count(({ list }) => list === 'returned'),
  };
  return offer.untouched + offer.unchanged + offer.wayBack > 0 ? offer : null;
}

export interface ChoiceFacts {
  readonly later: Bands | null;
  readonly sooner: Bands | null;
  readonly zeroAt: number | null;
  readonly said: readonly OwnWord[];
  readonly phase: Phase;
}

/** null: nobody rehearsed both, or nothing is left to choose about. */
export function choiceOffer(
  plan: Plan,
  nodes: readonly OwnNode[],
  { later, sooner, zeroAt, said, phase }: ChoiceFacts,
): ChoiceOffer | null {
  const left = nodes.filter(({ list }) => list === 'out' || list === 'untouched');
  if (later === null || sooner === null || left.length === 0 || phase === 'settled' || phase === 'aborted') return null;
  const caught = left.map(({ procedure }) => caughtOf(plan.procedures[procedure ?? '']));
  const known = caught.flatMap((each) => (each === null ? [] : [each]));
  const chosen = said.find(({ kind }) => kind === 'sooner-unvalidated' || kind === 'later-validated')?.kind ?? null;
  return {
    sooner: timesOf(95, sooner, zeroAt),
    later: timesOf(95, later, zeroAt),
    nodes: left.length,
    faulty: known.length < left.length ? null : known.reduce((sum, { share }) => sum + share, 0),
    seen: known.reduce((least, { n }) => Math.min(least, n), known[0]?.n ?? 0),
    chosen: chosen === 'sooner-unvalidated' || chosen === 'later-validated' ? chosen : null,
  };
}

/** Share (0..1) of nodes that come out with a fault which the checks find; null: not known. */
function caughtOf(procedure: MergedProcedure | undefined): { share: number; n: number } | null {
  if (!procedure?.defects) return null;
  const catches = procedure.steps.flatMap(({ action }) =>
    action.kind === 'check' ? action.checks.flatMap((check) => check.catches ?? []) : [],
  );
  if (catches.length === 0) return null;
  const missed = catches.reduce((rest, share) => rest * (1 - share), 1);
  return { share: procedure.defects.share * (1 - missed), n: procedure.defects.n };
}

/** `said` is newest first; a word without targets is about all, one whose targets cannot be read about none. */
function releasedInWords(said: readonly OwnWord[], all: NodeSet): NodeSet {
  let released = nodeSetOf([]);
  for (const { kind, targets } of said.toReversed()) {
    const parsed = parseNodeSet(targets);
    const about = targets === '' ? all : parsed.ok ? parsed.set : nodeSetOf([]);
    if (kind === 'release') released = union(released, about);
    if (kind === 'recall') released = difference(released, about);
  }
  return size(released) === 0 ? released : nodeSetOf([...names(released)].filter((name) => has(all, name)));
}
