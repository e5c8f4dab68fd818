// The review of a run as the server sends it, and what it says at a glance: what went well, what did not, and why.
import { minutes, percent, plural } from '../../ui/format.ts';
import { tally } from './words.ts';

interface RetroMark {
  readonly p50Min: number | null;
  readonly p90Min: number | null;
  readonly actualMin: number | null;
  /** By its P90; null: not known yet, or nothing was foretold. */
  readonly inside: boolean | null;
}

interface RetroPhase {
  readonly step: string;
  readonly ended: number;
  readonly failed: number;
  readonly expired: number;
  readonly medianMin: number | null;
  readonly p90Min: number | null;
  readonly longestMin: number | null;
  readonly plannedMedianMin: number | null;
  readonly plannedN: number;
  readonly offBy: number | null;
}

/** `Retro` of core/retro, as far as the page reads it. Times in Unix ms or minutes from time zero. */
export interface Retro {
  readonly run: string;
  readonly change: string;
  readonly state: string;
  readonly short: boolean;
  readonly timeZero: number | null;
  readonly lastAt: number;
  readonly baseline: number;
  readonly returned: number;
  readonly returnNeed: number;
  readonly northStarMin: number | null;
  readonly marks: { readonly [mark: string]: number | null };
  readonly forecast?: { readonly scenarios: number; readonly engine: string; readonly marks: { readonly [mark: string]: RetroMark } };
  readonly phases: readonly RetroPhase[];
  readonly curve: readonly (readonly [number, number])[];
  readonly capacity: readonly (readonly [number, number])[];
  readonly stragglers: readonly { readonly target: string; readonly since: number; readonly step: string; readonly cause: string }[];
  readonly moppedUp: readonly { readonly target: string; readonly step: string; readonly cause: string; readonly backMin: number | null }[];
  /** Absent: a server that knew no links. */
  readonly links?: readonly {
    readonly link: string;
    readonly why: string;
    readonly since: number;
    readonly cleanAt: number | null;
    readonly flaps: number;
    readonly tried: readonly { readonly way: string; readonly by: string }[];
  }[];
  readonly notTaken: readonly { readonly targets: string; readonly why: string }[];
  readonly gpuHoursNotReturned: number;
  readonly people: readonly {
    readonly atMin: number | null;
    readonly kind: string;
    readonly by: string;
    readonly why: string;
    readonly targets: string;
  }[];
}

/** Throws where it is no review. */
export function retroOf(answer: unknown): Retro {
  if (typeof answer !== 'object' || answer === null || !('phases' in answer) || !('marks' in answer)) {
    throw new Error('the server sent something that is no review of a run');
  }
  return answer as Retro;
}

/** Targets in service by minute, from time zero on. */
export function capacityOf(answer: unknown): (readonly [number, number])[] {
  return retroOf(answer).capacity.filter(([min]) => min >= 0);
}

export interface Findings {
  readonly well: readonly string[];
  readonly not: readonly string[];
}

/** A step this much longer or shorter than its prior is worth a word. */
const OFF_BY = 0.1;
/** With fewer, a median says nothing of the prior. */
const ENDED_LEAST = 3;

export function findingsOf(retro: Retro): Findings {
  const lists = { well: [] as string[], not: [] as string[] };
  const say = (good: boolean, words: string): number => lists[good ? 'well' : 'not'].push(words);
  const gate = `${retro.returned} of ${retro.baseline} returned (${percent(retro.returned, retro.baseline)}), ${retro.returnNeed} needed`;
  say(retro.returned >= retro.returnNeed && !retro.short, retro.short ? `${gate}; the window ended first` : gate);
  for (const [mark, { p90Min, actualMin, inside }] of Object.entries(retro.forecast?.marks ?? {})) {
    if (inside === null) continue;
    const came = actualMin === null ? 'had not come by the end' : `came after ${minutes(actualMin)}`;
    say(inside, `${mark} % ${came}, ${inside ? 'inside' : 'outside'} the forecast (P90 ${minutes(p90Min)})`);
  }
  const reached = retro.marks['95'] ?? null;
  if (retro.northStarMin !== null && reached !== null) {
    say(reached <= retro.northStarMin, `95 % after ${minutes(reached)}; the target is ${minutes(retro.northStarMin)}`);
  }
  for (const { step, ended, offBy, medianMin, plannedMedianMin } of retro.phases) {
    if (offBy === null || ended < ENDED_LEAST || Math.abs(offBy) < OFF_BY) continue;
    const off = `${Math.trunc(Math.abs(offBy) * 100)} % ${offBy < 0 ? 'less' : 'longer'}`;
    say(offBy < 0, `${step} took ${off} than planned (median ${minutes(medianMin)}, planned ${minutes(plannedMedianMin)})`);
  }
  const failed = retro.phases.reduce((sum, phase) => sum + phase.failed + phase.expired, 0);
  if (failed === 0) say(true, 'no step failed or timed out');
  else say(false, `${plural(failed, 'attempt')} failed or timed out`);
  if (retro.moppedUp.length > 0) say(true, `${plural(retro.moppedUp.length, 'straggler')} came back within the run`);
  if (retro.stragglers.length > 0) say(false, `${plural(retro.stragglers.length, 'straggler')} did not`);
  const open = (retro.links ?? []).filter(({ cleanAt }) => cleanAt === null).length;
  const mended = (retro.links ?? []).length - open;
  if (mended > 0) say(true, `${plural(mended, 'link')} in trouble ${mended === 1 ? 'is' : 'are'} clean again`);
  if (open > 0) say(false, `${plural(open, 'link')} did not come back as ${open === 1 ? 'it was' : 'they were'}`);
  return lists;
}

/** Everything that left the happy path, came back or not, by cause; the most frequent first. */
export function failuresByCause(retro: Retro): [cause: string, count: number][] {
  return tally([...retro.stragglers, ...retro.moppedUp], ({ cause }) => cause || 'no cause said');
}

export interface LongWait {
  readonly target: string;
  readonly step: string;
  readonly cause: string;
  /** Minutes from time zero until it was back; null: it is not. */
  readonly backMin: number | null;
  /** Of those that are not back: minutes since it left the happy path, up to the end of the record. */
  readonly offMin: number | null;
}

/** Who kept everybody waiting: those that never came back first, the longest off the path first, then those that came back latest. */
export function longestWaits(retro: Retro, most = 10): LongWait[] {
  const open = retro.stragglers
    .map(({ target, step, cause, since }) => ({ target, step, cause, backMin: null, offMin: (retro.lastAt - since) / 60_000 }))
    .toSorted((a, b) => b.offMin - a.offMin);
  const mopped = retro.moppedUp
    .map(({ target, step, cause, backMin }) => ({ target, step, cause, backMin, offMin: null }))
    .toSorted((a, b) => (b.backMin ?? Infinity) - (a.backMin ?? Infinity));
  return [...open, ...mopped].slice(0, most);
}
