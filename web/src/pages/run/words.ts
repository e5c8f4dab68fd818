// Words of the run pages: states, marks as moments, and what a run waits for, gathered by cause.
import { minutes, moment } from '../../ui/format.ts';
import type { Answers } from '../../ui/client.ts';

type RunView = Answers['runs']['status'];
export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'calm';

const STATES: { readonly [state in RunView['state']]: { readonly sign: string; readonly tone: Tone; readonly means: string } } = {
  planned: { sign: '○', tone: 'calm', means: 'waits for its confirmation or its window' },
  running: { sign: '▶', tone: 'busy', means: 'under way' },
  paused: { sign: '❚❚', tone: 'warn', means: 'paused by a person: nothing new starts' },
  held: { sign: '■', tone: 'bad', means: 'held: nothing new is drained until somebody decides' },
  returned: { sign: '✓', tone: 'good', means: 'the return gate is met, stragglers are open' },
  settled: { sign: '✓✓', tone: 'good', means: 'every target is back or a named straggler' },
  aborted: { sign: '✕', tone: 'bad', means: 'aborted: what was changed goes on to its return' },
};

export const stateOf = (state: RunView['state']): (typeof STATES)[RunView['state']] => STATES[state];
export const RUN_STATES = Object.keys(STATES) as RunView['state'][];

const URGENCY: readonly RunView['state'][] = ['held', 'paused', 'running', 'returned', 'planned', 'aborted', 'settled'];

/** Unfinished ones first, those that wait for people before the others; then the newest. */
export function inOrder(views: readonly RunView[]): RunView[] {
  const rank = (view: RunView): number => (view.finishedAt === null ? URGENCY.indexOf(view.state) : URGENCY.length);
  return views.toSorted((a, b) => rank(a) - rank(b) || b.createdAt.localeCompare(a.createdAt));
}

/** Of the forecast, the marks people plan by. */
export const MARKS = ['50', '75', '95'] as const;

/** A mark as the reader's clock shows it; a dash without a time, minutes before time zero is known. */
export function markMoment(min: number | null | undefined, timeZero: string | null): string {
  if (min === null || min === undefined) return '–';
  if (timeZero === null) return `+${minutes(min)}`;
  return moment(Date.parse(timeZero) + min * 60_000, Date.parse(timeZero));
}

/** "4 min ago", "just now". */
export function ago(fromMs: number, nowMs: number): string {
  const min = (nowMs - fromMs) / 60_000;
  return min < 0.25 ? 'just now' : `${minutes(min)} ago`;
}

export interface Wait {
  readonly cause: string;
  /** Who waits for it: node sets, in the words of the server; empty where it names nobody. */
  readonly who: readonly string[];
}

/** The server's lines are "who: cause" or a cause alone; lines with one cause become one. The most named comes first. */
export function waitsByCause(lines: readonly string[]): Wait[] {
  const byCause = new Map<string, string[]>();
  for (const line of lines) {
    const cut = line.indexOf(': ');
    const named = cut > 0 && NODE_SET.test(line.slice(0, cut));
    const cause = named ? line.slice(cut + 2) : line;
    const who = byCause.get(cause) ?? [];
    if (named) who.push(line.slice(0, cut));
    byCause.set(cause, who);
  }
  return [...byCause].map(([cause, who]) => ({ cause, who })).toSorted((a, b) => b.who.length - a.who.length);
}

/** A name with a number in it, a range, or a list of such; "slurmctld" is a system, not a node. */
const NODE_SET = /^[A-Za-z][\w.-]*[\d\]][\w.,[\]-]*$/;

export type Straggler = RunView['stragglers'][number];

export interface StragglerFilter {
  /** '' all, 'nobody', or a name. */
  readonly who: string;
  readonly cause: string;
}

export function shownStragglers(rows: readonly Straggler[], { who, cause }: StragglerFilter): Straggler[] {
  return rows
    .filter((row) => who === '' || (who === 'nobody' ? !row.has : row.has === who))
    .filter((row) => cause === '' || row.cause === cause)
    .toSorted((a, b) => (a.since ?? '').localeCompare(b.since ?? '') || a.target.localeCompare(b.target));
}

/** How many rows have each value, most first. */
export function tally<T>(rows: readonly T[], of: (row: T) => string): [name: string, count: number][] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(of(row), (counts.get(of(row)) ?? 0) + 1);
  return [...counts].toSorted(([a, n], [b, m]) => m - n || a.localeCompare(b));
}

/** What the server sends as evidence, on one line. */
export function evidence(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return Number.isInteger(value) ? value.toLocaleString('en-US') : value.toFixed(2);
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  return JSON.stringify(value);
}

/** A customer, or the operator, that must consent before the run begins. */
export interface AskedConsent {
  /** '' the operator's own. */
  readonly customer: string;
  readonly nodes: number;
  /** Folded. */
  readonly set: string;
  /** What records it on the command line. */
  readonly command: string;
}

/** As the server says why it holds a run that has not begun. */
const CONSENT_ASKED = new RegExp(
  [
    String.raw`refused until they consent: (?<nodes>\d+) nodes of (?:customer (?<customer>\S+)|the operator, in no plan)`,
    String.raw`would lose link or power: (?<set>\S+) \((?<command>pitstop consent [^)]+)\)`,
  ].join(' '),
  'g',
);

/** Empty: it is held by something else, in words that stand for themselves. */
export function consentsAsked({ state, timeZero, heldBy }: Pick<RunView, 'state' | 'timeZero' | 'heldBy'>): AskedConsent[] {
  if (state !== 'held' || timeZero !== null) return [];
  return [...heldBy.join('; ').matchAll(CONSENT_ASKED)].map(({ groups }) => ({
    customer: groups?.['customer'] ?? '',
    nodes: Number(groups?.['nodes']),
    set: groups?.['set'] ?? '',
    command: groups?.['command'] ?? '',
  }));
}

/** Why a run stands where it stands, in a line: consents by whose, since their nodes would fill the page. */
export function standWords(view: RunView): string {
  const asked = consentsAsked(view);
  if (asked.length > 0)
    return `waits for the consent of ${asked.map(({ customer }) => customer || 'the operator').join(', ')}; nothing has begun`;
  return view.heldBy.length > 0 ? view.heldBy.join('; ') : stateOf(view.state).means;
}
