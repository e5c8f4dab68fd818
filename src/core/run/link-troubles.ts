// Links as stragglers of their own: what was seen of them after the work, since when, and what people tried. Folded from the journal.
import type { JsonObject } from '../../std/json.ts';
import { parseLink } from '../fleet/topology.ts';
import type { EntryNote, FabricFacts, LinkFacts } from '../ports.ts';
import { LINK_STATES, type LinkBefore, type LinkState, type LinkWatch } from './links.ts';

/** What a target was in the fabric at hand-over. */
export interface FabricBefore {
  readonly lid: number | null;
  readonly links: ReadonlyMap<string, LinkBefore>;
  /** Names of subnet managers that ran on it. */
  readonly managers: readonly string[];
}

/** What people can do to a link, besides seeing that it is clean. */
export const LINK_WAYS = ['reseat', 'clean', 'swap'] as const;
export type LinkWay = (typeof LINK_WAYS)[number];

export interface LinkTrouble {
  readonly link: string;
  /** Both ends, as `node/hca` and `switch/port`. */
  readonly ends: readonly [string, string];
  /** The target that it was seen on. */
  readonly target: number;
  readonly state: LinkState;
  readonly why: string;
  /** Unix ms. */
  readonly since: number;
  /** null: it is still in trouble. */
  readonly cleanAt: number | null;
  readonly flaps: number;
  readonly lastFlapAt: number | null;
  readonly errors: LinkFacts['errors'];
  readonly tried: readonly { readonly way: LinkWay; readonly by: string; readonly why: string; readonly at: number }[];
}

/** As it stands in the baseline's entry. */
export function fabricData(facts: FabricFacts, name: string): JsonObject {
  const links = facts.links.map(({ link, width, speed, errors }): [string, JsonObject] => [link, { width, speed, errors }]);
  const runs = facts.managers.filter(({ state }) => state === 'master' || state === 'standby');
  const managers = runs.filter((manager) => manager.name === name).map((manager) => manager.name);
  return { lid: facts.lid, links: Object.fromEntries(links), ...(managers.length > 0 ? { managers } : {}) };
}

export function readFabricData(data: JsonObject): FabricBefore | null {
  const { fabric } = data;
  if (!isObject(fabric)) return null;
  const links = isObject(fabric['links']) ? Object.entries(fabric['links']) : [];
  const managers = Array.isArray(fabric['managers']) ? fabric['managers'].filter((name) => typeof name === 'string') : [];
  return {
    lid: typeof fabric['lid'] === 'number' ? fabric['lid'] : null,
    links: new Map(links.flatMap(([link, before]) => (isObject(before) ? [[link, readBefore(before)]] : []))),
    managers,
  };
}

/** The journal's words for what a link shows; `clean` closes its trouble. */
export function linkData(link: string, { state, why, flaps, lastFlapAt, errors }: LinkWatch, clean: boolean): JsonObject {
  return { link: { name: link, state, why, flaps, lastFlapAt, errors, clean } };
}

/** One entry that may be about a link; true when it was. */
export function noteLink(troubles: Map<string, LinkTrouble>, target: number, at: number, note: EntryNote | null): boolean {
  const told = note?.data?.['link'];
  if (!isObject(told) || typeof told['name'] !== 'string') return false;
  const name = told['name'];
  const way = LINK_WAYS.find((each) => each === told['tried']);
  const open = troubles.get(name);
  if (way) {
    const tried = { way, by: note?.by ?? '', why: note?.why ?? '', at };
    if (open) troubles.set(name, { ...open, tried: [...open.tried, tried] });
    return true;
  }
  const before = open?.cleanAt === null ? open : null;
  troubles.set(name, {
    link: name,
    ends: endsOf(name),
    target,
    state: LINK_STATES.find((state) => state === told['state']) ?? 'down',
    // What it suffered from is worth more, once it is clean, than that it is.
    why: told['clean'] === true && before ? before.why : typeof told['why'] === 'string' ? told['why'] : '',
    since: before?.since ?? at,
    cleanAt: told['clean'] === true ? at : null,
    flaps: typeof told['flaps'] === 'number' ? told['flaps'] : 0,
    lastFlapAt: typeof told['lastFlapAt'] === 'number' ? told['lastFlapAt'] : null,
    errors: numbersOf(told['errors']),
    tried: open?.tried ?? [],
  });
  return true;
}

/** `n3/h2--u1r2/3 (initialize, up, but no subnet manager has configured it)`: as causes name a link. */
export function linkWords(link: string, state: LinkState, why: string): string {
  return `${link} (${why === '' ? state : `${state}, ${why}`})`;
}

function endsOf(link: string): [string, string] {
  const ends = parseLink(link);
  return ends ? [`${ends.from}/${ends.fromPort}`, `${ends.to}/${ends.toPort}`] : [link, ''];
}

function readBefore(before: JsonObject): LinkBefore {
  const word = (key: string): string | null => (typeof before[key] === 'string' ? before[key] : null);
  return { width: word('width'), speed: word('speed'), errors: numbersOf(before['errors']) };
}

function numbersOf(value: unknown): { [counter: string]: number } {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).flatMap(([key, count]) => (typeof count === 'number' ? [[key, count]] : [])));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
