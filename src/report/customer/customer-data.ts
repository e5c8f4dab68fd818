// The customer's page computed: from the plan, the run's chronicle and what was said, restricted to the clusters of this customer.
import { resolveQuantity } from '../../core/change/quantity.ts';
import type { CurvePoint } from '../../core/forecast/forecast.ts';
import type { Bands } from '../../core/forecast/frozen.ts';
import type { Inventory } from '../../core/fleet/model.ts';
import { foldNames, names } from '../../core/fleet/nodeset.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { RunHeader } from '../../core/ports.ts';
import { ROLES } from '../../core/roles.ts';
import type { Chronicle } from '../../core/run/chronicle.ts';
import type { JsonObject } from '../../std/json.ts';
import { etaHistory, givenEta, marksOf, momentsOf, PERCENTS, type GivenEta } from './etas.ts';
import { jobBreakers } from './job-breakers.ts';
import { choiceOffer, counterOffer, recallOffer, releaseOffer } from './offers.ts';
import { countOf, ownNodes, setOf, type OwnNode } from './own-nodes.ts';
import {
  DOINGS,
  WORD_KINDS,
  type Capacity,
  type CustomerPage,
  type Notice,
  type OwnWord,
  type PageCurve,
  type Phase,
  type WordKind,
} from './page-data.ts';
import { replacedParts, versionChanges } from './version-changes.ts';
import { withholder } from './withhold.ts';

/** One line of what the desk and this customer said about the plan; Unix ms. The data of `eta` is that of etaData() of etas.ts. */
export interface Said {
  readonly at: number;
  readonly by: string;
  readonly role: 'lead' | 'customer';
  readonly kind: 'update' | 'eta' | WordKind;
  readonly text: string;
  /** Of a customer's act: `targets`, folded, where it was not about all; of a counter-offer `from` and `to`, Unix ms. */
  readonly data: JsonObject;
}

export interface CustomerInput {
  readonly plan: Plan;
  /** null: there is no run yet. */
  readonly chronicle: Chronicle | null;
  readonly header: RunHeader | null;
  /** By name, as in the fleet. */
  readonly customer: string;
  /** In any order. */
  readonly said: readonly Said[];
  /** Of this customer's clusters alone, in minutes from the run's time zero. */
  readonly forecast: { readonly marks: Bands; readonly curve: readonly CurvePoint[] } | null;
  /** The same from where the run stands now. */
  readonly rolling: { readonly marks: Bands } | null;
  /** The same, were nothing more validated. */
  readonly sooner: { readonly marks: Bands } | null;
  readonly now: number;
  readonly csrf: string;
  readonly expiresAt: number;
  /** Words of the desk for this page. */
  readonly lines: { readonly why: string | null; readonly contact: string | null };
  /** For the versions before the change, until the run has looked itself. */
  readonly inventory?: Inventory | null;
  readonly notice?: Notice | null;
  /** true: the reader asked the page to reload itself. */
  readonly refresh?: boolean;
}

const MINUTE_MS = 60_000;
const REFRESH_SECONDS = 60;
const ROLE_WORDS: ReadonlySet<string> = new Set([...ROLES, 'lead', 'pitstop']);
const KINDS_OF_CUSTOMER: ReadonlySet<string> = new Set(WORD_KINDS);

export function customerPageOf(input: CustomerInput): CustomerPage {
  const { plan, chronicle, customer, now, lines } = input;
  const nodes = ownNodes(plan, chronicle, customer);
  const clean = withholder(plan, customer, staffOf(input));
  const own = new Set(nodes.map(({ cluster }) => cluster));
  const touched = new Set(plan.waves.map(({ cluster }) => cluster).filter((cluster) => own.has(cluster)));
  const windows = windowsOf(plan, touched);
  const zeroAt = chronicle?.timeZero ?? windows[0]?.from ?? null;
  const capacity = capacityOf(plan, nodes);
  const phase = phaseOf(input, nodes, capacity);
  const said = ownWords(input.said, clean);
  const changes = versionChanges(plan, touched, nodes, input.inventory ?? null);
  const returned = nodes.filter(({ list }) => list === 'returned');
  const marks = input.rolling?.marks ?? input.forecast?.marks ?? null;
  const given = givenEtas(input, marks, zeroAt, phase === 'settled' || phase === 'aborted');
  return {
    customer,
    title: clean(plan.change.name),
    why: lines.why === null ? null : clean(lines.why),
    contact: lines.contact === null ? null : clean(lines.contact),
    phase,
    zone: zoneOf(plan, customer),
    now,
    expiresAt: input.expiresAt,
    clusters: [...touched],
    windows,
    firstDrainAt: least(nodes.map(({ drainedAt }) => drainedAt)),
    capacity,
    marks: marksOf(capacity.nodes, returnTimes(nodes), { marks, zeroAt, told: given.at(-1)?.marks ?? null }),
    etas: etaHistory(given),
    curve: curveOf(input, nodes, capacity.nodes, zeroAt, windows[0]?.to ?? null),
    changes,
    replaced: replacedParts(plan, nodes),
    breakers: jobBreakers(changes),
    nodes: {
      returned: countOf(returned),
      out: countOf(nodes.filter(({ list }) => list === 'out')),
      untouched: countOf(nodes.filter(({ list }) => list === 'untouched')),
      'not-taken': countOf(nodes.filter(({ list }) => list === 'not-taken')),
    },
    doing: DOINGS.map((doing) => ({ doing, nodes: countOf(nodes.filter((node) => node.doing === doing)) })).filter(
      (each) => each.nodes.count > 0,
    ),
    validated: countOf(returned.filter(({ validated }) => validated)),
    unvalidated: countOf(returned.filter(({ validated }) => !validated)),
    updates: newestFirst(input.said.filter(({ kind, text }) => (kind === 'update' || kind === 'eta') && text.trim() !== '')).map(
      ({ at, text }) => ({
        at,
        text: clean(text),
      }),
    ),
    said,
    offers: {
      release: releaseOffer(plan, nodes, said, phase, chronicle?.state.run.begun === true),
      counter: counterOffer(windows, phase),
      recall: recallOffer(plan, nodes, phase),
      choice: choiceOffer(plan, nodes, { later: marks, sooner: input.sooner?.marks ?? null, zeroAt, said, phase }),
    },
    csrf: input.csrf,
    notice: input.notice ? { ...input.notice, text: clean(input.notice.text) } : null,
    refreshSeconds: phase === 'under way' && input.refresh === true ? REFRESH_SECONDS : null,
  };
}

function phaseOf({ plan, chronicle, header }: CustomerInput, nodes: readonly OwnNode[], { needed, returned }: Capacity): Phase {
  if (chronicle === null || header === null) return 'planned';
  if (chronicle.state.run.aborted) return 'aborted';
  const taken = nodes.filter(({ procedure, list }) => procedure !== null && list !== 'not-taken');
  const quiet = taken.every(({ list, drainedAt }) => list === 'untouched' && drainedAt === null);
  if (quiet && !(chronicle.state.run.begun && taken.every(({ atRest }) => atRest))) return 'waiting';
  const met = returned >= needed && clustersMet(plan, taken);
  if (met && taken.every(({ atRest }) => atRest)) return 'settled';
  return met ? 'returned' : 'under way';
}

/** Everybody who acted, but for this customer's own people; a role is nobody's name. */
function staffOf({ said, chronicle }: CustomerInput): string[] {
  const own = new Set(said.filter(({ role }) => role === 'customer').map(({ by }) => by));
  const acted = [...said, ...(chronicle?.acts ?? [])].map(({ by }) => by);
  return acted.filter((by) => !own.has(by) && !ROLE_WORDS.has(by));
}

/** Where the contract counts in each cluster, each has to have enough. */
function clustersMet(plan: Plan, taken: readonly OwnNode[]): boolean {
  if (!plan.policy.gates.per.includes('cluster')) return true;
  return [...new Set(taken.map(({ cluster }) => cluster))].every((cluster) => {
    const own = taken.filter((node) => node.cluster === cluster);
    return own.filter(({ list }) => list === 'returned').length >= neededOf(plan, own);
  });
}

/** Nodes given back untouched count for nothing, as in the return gate. */
function neededOf(plan: Plan, taken: readonly OwnNode[]): number {
  const worked = taken.filter(({ list, atRest }) => !(list === 'untouched' && atRest)).length;
  return worked === 0 ? 0 : Math.min(worked, resolveQuantity(plan.policy.gates.returned, worked));
}

function capacityOf(plan: Plan, nodes: readonly OwnNode[]): Capacity {
  const taken = nodes.filter(({ list }) => list !== 'not-taken');
  const usable = taken.filter(({ list }) => list !== 'out');
  const gpusOf = (some: readonly OwnNode[]): number => some.reduce((sum, { gpus }) => sum + (gpus ?? 0), 0);
  const begun = taken.some(({ atRest }) => !atRest) || taken.some(({ list }) => list !== 'untouched');
  return {
    nodes: taken.length,
    usable: usable.length,
    returned: taken.filter(({ list }) => list === 'returned').length,
    gpus: taken.length > 0 && taken.every(({ gpus }) => gpus !== null) ? { all: gpusOf(taken), usable: gpusOf(usable) } : null,
    groups: groupsOf(plan, taken),
    needed: begun ? neededOf(plan, taken) : Math.min(taken.length, resolveQuantity(plan.policy.gates.returned, taken.length)),
  };
}

/** Whole groups: what was out before the work began is not waited for. */
function groupsOf(plan: Plan, taken: readonly OwnNode[]): Capacity['groups'] {
  const kind = plan.policy.gates.countIn;
  if (kind === 'node') return null;
  const lists = new Map(taken.map(({ name, list }) => [name, list]));
  const own = new Set(taken.map(({ cluster }) => cluster));
  const groups = plan.fleet.document.clusters
    .filter(({ name }) => own.has(name))
    .flatMap((cluster) => (kind === 'unit' ? cluster.units : cluster.domains))
    .map((group) => ({ name: group.name, members: [...names(setOf(group.nodes))].filter((name) => lists.has(name)) }))
    .filter(({ members }) => members.length > 0);
  const whole = groups.filter(({ members }) => members.every((name) => lists.get(name) !== 'out'));
  return { kind, all: groups.length, usable: { nodes: foldNames(whole.map(({ name }) => name)), count: whole.length } };
}

/** Told ones, the one frozen at the start where the whole run is this customer's, and the latest. */
function givenEtas(
  { plan, chronicle, customer, said, now }: CustomerInput,
  marks: Bands | null,
  zeroAt: number | null,
  over: boolean,
): GivenEta[] {
  const told = said.filter(({ role }) => role === 'lead').flatMap(({ at, data }) => givenEta(at, data) ?? []);
  if (zeroAt === null) return told;
  const clusters = new Map(plan.fleet.document.clusters.map((cluster) => [cluster.name, cluster.customer]));
  const frozen = plan.waves.every(({ cluster }) => clusters.get(cluster) === customer) ? (chronicle?.forecast ?? null) : null;
  const start = frozen === null ? [] : [{ at: frozen.at, kind: 'start', marks: momentsOf(frozen.marks, zeroAt) } as const];
  const latest = over || marks === null ? [] : [{ at: now, kind: 'now', marks: momentsOf(marks, zeroAt) } as const];
  return [...told, ...start, ...latest].toSorted((a, b) => a.at - b.at);
}

function curveOf(
  { forecast, now, chronicle }: CustomerInput,
  nodes: readonly OwnNode[],
  total: number,
  zeroAt: number | null,
  windowEnd: number | null,
): PageCurve | null {
  const begun = chronicle !== null && chronicle.timeZero !== null;
  if (total === 0 || (forecast === null && !begun)) return null;
  const minutes = (at: number): number => (at - (zeroAt ?? at)) / MINUTE_MS;
  const marks = forecast?.marks ?? {};
  return {
    nodes: total,
    zeroAt,
    forecast: forecast?.curve.map(({ share, p10Min, p50Min, p90Min }) => ({ share, p10Min, p50Min, p90Min })) ?? [],
    milestones: Object.fromEntries(
      PERCENTS.flatMap((q) => (marks[q] ? [[String(q), { p50Min: marks[q].p50Min, p90Min: marks[q].p90Min }]] : [])),
    ),
    actual: begun ? returnTimes(nodes).map((at, i) => [minutes(at), i + 1] as const) : [],
    nowMin: begun ? minutes(now) : null,
    windowEndMin: windowEnd === null || zeroAt === null ? null : minutes(windowEnd),
  };
}

function windowsOf(plan: Plan, clusters: ReadonlySet<string>): CustomerPage['windows'] {
  return plan.policy.windows
    .filter(({ cluster }) => clusters.has(cluster))
    .map(({ cluster, fromMin, toMin }) => ({ cluster, from: fromMin * MINUTE_MS, to: toMin * MINUTE_MS }))
    .toSorted((a, b) => a.from - b.from);
}

function zoneOf({ fleet }: Plan, customer: string): string {
  return fleet.document.customers.find(({ name }) => name === customer)?.timezone ?? fleet.document.timezone;
}

function ownWords(said: readonly Said[], clean: (text: string) => string): OwnWord[] {
  return newestFirst(said.filter(({ kind }) => KINDS_OF_CUSTOMER.has(kind))).map(({ at, kind, text, data }) => {
    const targets = typeof data['targets'] === 'string' ? clean(data['targets']) : '';
    const { from, to } = data;
    const window = kind === 'counter' && typeof from === 'number' && typeof to === 'number' ? { from, to } : null;
    return { at, kind: kind as WordKind, targets, window, text: clean(text) };
  });
}

function newestFirst<T extends { readonly at: number }>(list: readonly T[]): T[] {
  return list.toSorted((a, b) => b.at - a.at);
}

function returnTimes(nodes: readonly OwnNode[]): number[] {
  return nodes.flatMap(({ returnedAt }) => returnedAt ?? []).toSorted((a, b) => a - b);
}

function least(moments: readonly (number | null)[]): number | null {
  return moments.reduce((first, at) => (at === null ? first : first === null || at < first ? at : first), null);
}
