// Links that did not come back as they were, as the pages show them: in which order, in which colours, and where they pile up.
import { inkOf, type Ink } from '../../charts/state-ink.ts';
import { moment, plural } from '../../ui/format.ts';
import type { Answers } from '../../ui/client.ts';
import { tally } from './words.ts';

export type LinkRow = Answers['runs']['status']['links'][number];

/** The state as the map colours what is in such a state, with a sign of its own. */
const LOOKS: { readonly [state in LinkRow['state']]: Ink & { readonly means: string } } = {
  down: { ...inkOf('failed'), means: 'no link at all' },
  initialize: { ...inkOf('draining'), sign: '◌', means: 'a cable and a signal, but no subnet manager has configured it' },
  'active-degraded': { ...inkOf('validating'), sign: '◐', means: 'carries traffic, worse than at the hand-over' },
  'active-clean': { ...inkOf('returned'), means: 'as it was; it must stay so for a while' },
};
export const lookOfLink = (state: LinkRow['state']): (typeof LOOKS)[LinkRow['state']] => LOOKS[state];

const ORDER = Object.keys(LOOKS);

/** Worst first, then those that have been so for longest. */
export function linksInOrder(rows: readonly LinkRow[]): LinkRow[] {
  return rows.toSorted(
    (a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.since.localeCompare(b.since) || a.link.localeCompare(b.link),
  );
}

/** `n3/h1` is port h1 of n3. */
export const deviceOf = (end: string): string => end.split('/')[0] ?? end;

export const linksOfDevice = (rows: readonly LinkRow[], device: string): LinkRow[] =>
  linksInOrder(rows.filter(({ link, ends }) => link === device || ends.some((end) => deviceOf(end) === device)));

/** Devices that more than one of them hangs on, most first: one bad switch looks like many bad cables. */
export function pilesOfLinks(rows: readonly LinkRow[]): [device: string, count: number][] {
  const devices = rows.flatMap(({ ends }) => [...new Set(ends.filter((end) => end !== '').map(deviceOf))]);
  return tally(devices, (device) => device).filter(([, count]) => count > 1);
}

/** "3 times, last at 02:14", "none". */
export function flapWords({ flaps, lastFlapAt }: Pick<LinkRow, 'flaps' | 'lastFlapAt'>, nowMs?: number): string {
  if (flaps === 0) return 'none';
  return lastFlapAt === null ? plural(flaps, 'time') : `${plural(flaps, 'time')}, last at ${moment(lastFlapAt, nowMs)}`;
}

export interface LinkAtHandOver {
  readonly link: string;
  /** "4X NDR". */
  readonly was: string;
  /** "SymbolErrorCounter 78"; empty: none. */
  readonly errors: string;
}

type Fact = Answers['runs']['story']['facts'][number];

const BEFORE = /^fabric\.links\.(?<link>.+?)\.(?:(?<of>width|speed)|errors\.(?<counter>[^.]+))$/;

/** A switch has a hundred links with four facts each: they become one table, and what was seen of a link since stands with its trouble. */
export function sortedFacts(facts: readonly Fact[]): { readonly facts: Fact[]; readonly links: LinkAtHandOver[] } {
  const links = new Map<string, { was: string[]; errors: string[] }>();
  const others = facts.filter(({ name, value }) => {
    const { link, counter } = BEFORE.exec(name)?.groups ?? {};
    if (link === undefined) return !name.startsWith('link.');
    const of = links.get(link) ?? { was: [], errors: [] };
    if (counter === undefined) of.was.push(value);
    else of.errors.push(`${counter} ${value}`);
    links.set(link, of);
    return false;
  });
  return {
    facts: others,
    links: [...links].map(([link, { was, errors }]) => ({ link, was: was.join(' '), errors: errors.join(', ') })),
  };
}
