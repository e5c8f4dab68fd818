// What a link is in after work on what it hangs on: down, initialize, active-degraded or active-clean, judged against what it was at hand-over
// and against itself over a soak. Counters are never cleared, so only their growth counts.
import type { FabricFacts, LinkFacts } from '../ports.ts';

export const LINK_STATES = ['down', 'initialize', 'active-degraded', 'active-clean'] as const;
export type LinkState = (typeof LINK_STATES)[number];

/** How a link was at hand-over. */
export type LinkBefore = Pick<LinkFacts, 'width' | 'speed' | 'errors'>;

/** One link, looked at again and again. All times are Unix ms. */
export interface LinkWatch {
  readonly state: LinkState;
  /** In words; empty while it is clean. */
  readonly why: string;
  /** Since when it has been in this state. */
  readonly since: number;
  /** Since when it has been active without a flap, and its counters then; null: it is not active. */
  readonly activeSince: number | null;
  readonly errorsThen: LinkFacts['errors'];
  /** Times it was seen to go down, or counted so, after it had been up. */
  readonly flaps: number;
  readonly lastFlapAt: number | null;
  /** The counters as last seen. */
  readonly errors: LinkFacts['errors'];
}

/** Goes up by one each time a link goes down and recovers (InfiniBand Architecture 1.5, vol. 1, 16.1.3.5). */
const DOWNED = 'LinkDownedCounter';

/** Counters that stand for a bad cable, optic or port; discards and waits are about traffic (the same section). */
const BAD = new Set([
  'SymbolErrorCounter',
  'LinkErrorRecoveryCounter',
  'PortRcvErrors',
  'PortRcvRemotePhysicalErrors',
  'LocalLinkIntegrityErrors',
  'ExcessiveBufferOverrunErrors',
]);

/** More errors than this within a soak are a bad link; a guess, a little above what one retraining leaves behind. */
const ERRORS_MAX = 10;
/** So many flaps, and it is no accident. */
const FLAPS_MAX = 3;

const SPEEDS = ['SDR', 'DDR', 'QDR', 'FDR10', 'FDR', 'EDR', 'HDR', 'NDR', 'XDR'];

/** The first look after the work; `now` null: the sweep did not show it. */
export function firstLook(before: LinkBefore, now: LinkFacts | null, at: number): LinkWatch {
  const start: LinkWatch = {
    state: 'down',
    why: '',
    since: at,
    activeSince: null,
    errorsThen: {},
    flaps: 0,
    lastFlapAt: null,
    errors: now?.errors ?? before.errors,
  };
  return nextLook(before, start, now, at);
}

export function nextLook(before: LinkBefore, last: LinkWatch, now: LinkFacts | null, at: number): LinkWatch {
  const errors = now?.errors ?? last.errors;
  if (now === null || now.state !== 'active') {
    const state = now?.state === 'initialize' ? 'initialize' : 'down';
    const flapped = last.activeSince !== null;
    const flaps = last.flaps + Number(flapped);
    const why = state === 'down' ? 'no link' : 'up, but no subnet manager has configured it';
    const lastFlapAt = flapped ? at : last.lastFlapAt;
    return { state, why, since: since(last, state, at), activeSince: null, errorsThen: {}, flaps, lastFlapAt, errors };
  }
  const counted = last.activeSince === null ? 0 : grown(last.errors, errors, DOWNED);
  const flaps = last.flaps + counted;
  const anew = last.activeSince === null || counted > 0;
  const errorsThen = anew ? errors : last.errorsThen;
  const why = degraded(before, now, errorsThen) || (flaps >= FLAPS_MAX ? `flapped ${flaps} times` : '');
  const state = why === '' ? 'active-clean' : 'active-degraded';
  const activeSince = anew ? at : last.activeSince;
  return {
    state,
    why,
    since: since(last, state, at),
    activeSince,
    errorsThen,
    flaps,
    lastFlapAt: counted > 0 ? at : last.lastFlapAt,
    errors,
  };
}

/** Active, as wide and as fast as before, and without errors or flaps for that long. */
export function isClean(watch: LinkWatch, at: number, soakMs: number): boolean {
  return watch.state === 'active-clean' && watch.activeSince !== null && at - watch.activeSince >= soakMs;
}

/** The links of a target by name; those that are missing are down. */
export function linksOf(facts: FabricFacts): ReadonlyMap<string, LinkFacts> {
  return new Map(facts.links.map((link) => [link.link, link]));
}

function degraded(before: LinkBefore, now: LinkFacts, errorsThen: LinkFacts['errors']): string {
  if (rank(widthOf, now.width) < rank(widthOf, before.width)) return `${now.width} wide, was ${before.width}`;
  if (rank(speedOf, now.speed) < rank(speedOf, before.speed)) return `runs at ${now.speed}, was ${before.speed}`;
  const bad = [...BAD].flatMap((counter) => {
    const more = grown(errorsThen, now.errors, counter);
    return more > 0 ? [{ counter, more }] : [];
  });
  if (bad.reduce((sum, { more }) => sum + more, 0) <= ERRORS_MAX) return '';
  return `errors grow: ${bad.map(({ counter, more }) => `${counter} +${more}`).join(', ')}`;
}

/** What nobody tells is no worse than before. */
function rank(of: (word: string) => number, word: string | null): number {
  return word === null ? Number.NaN : of(word);
}

const widthOf = (word: string): number => Number(/^\d+/.exec(word)?.[0] ?? Number.NaN);

function speedOf(word: string): number {
  const known = SPEEDS.indexOf(word.toUpperCase());
  return known < 0 ? Number.NaN : known;
}

/** Counters saturate, and start anew with a device that was reset: less than before is what was counted since. */
function grown(before: LinkFacts['errors'], now: LinkFacts['errors'], counter: string): number {
  const [then, count] = [before[counter] ?? 0, now[counter] ?? 0];
  return count >= then ? count - then : count;
}

function since(last: LinkWatch, state: LinkState, at: number): number {
  return last.state === state ? last.since : at;
}
