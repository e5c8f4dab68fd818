// What a watch makes of its looks: which events the machine is to be told of a node that others drain, work on and give back. Pure, so the
// rules can be tested without a cluster; the runner looks, asks here, and feeds.
import type { EntryKind, EntryNote, SchedulerFacts, ShellFacts } from '../ports.ts';
import type { Stage } from '../run/states.ts';
import type { JsonObject } from '../../std/json.ts';
import { LEFT } from './entries.ts';

/** What is known of a node beside its stage; each change of it is journalled, so that a restarted watch knows it again. */
export interface Sighting {
  /** The boot before it left; null: nobody could tell. */
  readonly bootId: string | null;
  /** Seen down or out of reach since it left. */
  readonly down: boolean;
  /** Seen up again on another boot since it left. */
  readonly rebooted: boolean;
  readonly versions: JsonObject;
}

export const UNSEEN: Sighting = { bootId: null, down: false, rebooted: false, versions: {} };

/** unknown: nobody answered, or the scheduler itself does not know (its nodes are "unknown" for a moment after its restart). */
export type Standing = 'in-service' | 'out' | 'unknown';

export function standingOf(facts: SchedulerFacts | null): Standing {
  if (facts === null || facts.state.startsWith('unknown')) return 'unknown';
  return facts.inService ? 'in-service' : 'out';
}

/** In the scheduler's words and those of whoever took it out. */
export function outWords({ state, drain, reservation }: SchedulerFacts): string {
  const reason = drain?.reason || reservation?.reason || '';
  return reason === '' ? state : `${state}: ${reason}`;
}

/** Of a node in service: its boot, to tell later ones from. */
export function seenInService(before: Sighting, shell: ShellFacts | null): Sighting {
  const bootId = shell?.bootId ?? before.bootId;
  return { ...before, bootId, down: false, rebooted: false };
}

/** Of a node out of service. Without a shell the scheduler's "does not respond" stands for down, and its answer for up again. */
export function seenOut(before: Sighting, scheduler: SchedulerFacts | null, shell: ShellFacts | null, hasShell: boolean): Sighting {
  const silent = shell ? !shell.reachable : scheduler?.responding === false;
  const up = hasShell ? shell?.reachable === true : scheduler?.responding === true;
  const bootId = shell?.bootId ?? null;
  const otherBoot = bootId !== null && before.bootId !== null && bootId !== before.bootId;
  // Where boots have no names, whoever was gone and is back has booted.
  const cameUp = up && (before.bootId === null ? before.down : otherBoot);
  return { ...before, down: before.down || silent, rebooted: before.rebooted || cameUp };
}

export interface Told {
  readonly kind: EntryKind;
  readonly note: EntryNote | null;
}

/** The steps of WATCHED_STEPS, by where a running target stands among them. */
const DRAIN = 0;
const WORK = 1;
const STEPS = 3;

/**
 * Events for one node, in order. `nth`: which of its steps it is in, where it is running. A node that left service by itself is counted as
 * one that somebody took: a watch cannot tell.
 */
export function eventsOf(stage: Stage, nth: number, facts: SchedulerFacts | null, sighting: Sighting, baseline: JsonObject): Told[] {
  const standing = standingOf(facts);
  if (facts === null || standing === 'unknown') return [];
  const done: Told = { kind: 'done', note: { data: { state: facts.state } } };
  if (standing === 'in-service') return stage === 'running' ? Array.from({ length: STEPS - nth }, () => done) : [];
  const left = { why: `left service: ${outWords(facts)}`, data: { ...LEFT, state: facts.state } };
  if (stage === 'waiting') {
    const begun: Told[] = [
      { kind: 'baseline', note: { data: baseline } },
      { kind: 'release', note: left },
    ];
    return [...begun, ...progress(DRAIN, facts, sighting.rebooted, done)];
  }
  if (stage === 'returned' || stage === 'settled') {
    const again: Told[] = [
      { kind: 'soak-failed', note: { why: `left service again: ${outWords(facts)}` } },
      { kind: 'retry', note: null },
    ];
    return [...again, ...progress(DRAIN, facts, sighting.rebooted, done)];
  }
  return stage === 'running' ? progress(nth, facts, sighting.rebooted, done) : [];
}

/** Cleared once no job holds it; worked on until it is up on another boot. */
function progress(nth: number, facts: SchedulerFacts, rebooted: boolean, done: Told): Told[] {
  if (nth === DRAIN) return facts.jobs.length > 0 ? [] : [done, ...progress(WORK, facts, rebooted, done)];
  return nth === WORK && rebooted ? [done] : [];
}
