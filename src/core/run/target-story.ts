// The drawer of one target: where it stands, what was tried, what happened in order, and every fact with the journal entry it comes from.
import type { EntryKind, StoredEntry } from '../ports.ts';
import { textOf, type Json, type JsonObject } from '../../std/json.ts';
import { cellByte } from './cell.ts';
import type { Chronicle, EndedStep } from './chronicle.ts';
import { stageCode } from './states.ts';
import { needsPeople } from './status.ts';

/** Times in Unix ms. */
export interface TargetStory {
  readonly target: string;
  /** As on the map, see cell.ts. */
  readonly cell: number;
  readonly wave: string;
  /** The one at work, or the next; empty before the run's begin. */
  readonly step: string;
  readonly attempt: number;
  /** Since when it stands so: off the happy path, back, in its step, or drained; null: it has not begun. */
  readonly since: number | null;
  /** Why it is off the happy path, held or not taken; empty: it is none of these. */
  readonly cause: string;
  /** Who has taken it in hand. */
  readonly has: string | null;
  readonly versions: JsonObject | null;
  readonly bootId: string | null;
  readonly gpus: number | null;
  /** Every attempt of every step that ended. */
  readonly tried: readonly {
    readonly step: string;
    readonly attempt: number;
    readonly from: number;
    readonly to: number;
    readonly how: EndedStep['how'];
  }[];
  readonly timeline: readonly Happening[];
  /** The last value of each, in the order in which they were first known. */
  readonly facts: readonly Fact[];
}

interface Happening {
  readonly seq: number;
  readonly at: number;
  readonly kind: EntryKind;
  readonly step: string;
  readonly attempt: number;
  readonly by: string;
  readonly why: string;
  /** What it means, for people: "apply done". */
  readonly words: string;
}

interface Fact {
  readonly name: string;
  readonly value: string;
  readonly seq: number;
  readonly at: number;
  /** Who or what says so: "the hand-over", "a look before the act". */
  readonly source: string;
}

const IDLE = stageCode('idle');
const RUNNING = stageCode('running');
const SKIPPED = stageCode('skipped');

/** `entries`: of the run or of the target alone, in the journal's order. */
export function storyOf(chronicle: Chronicle, entries: readonly StoredEntry[], target: number): TargetStory {
  const { program, state } = chronicle;
  const own = entries.filter((entry) => entry.target === target);
  const gpus = chronicle.gpus[target] as number;
  const told = needsPeople(chronicle, target) || state.stage[target] === SKIPPED;
  return {
    target: program.targets[target] ?? '',
    cell: cellByte(chronicle, target),
    wave: program.waves[program.waveOf[target] as number]?.id ?? '',
    step: state.stage[target] === IDLE ? '' : stepName(chronicle, state.step[target] as number),
    attempt: state.attempt[target] as number,
    since: sinceOf(chronicle, target),
    cause: told ? (chronicle.cause[target] ?? '') : '',
    has: chronicle.has[target] ?? null,
    versions: chronicle.versions[target] ?? null,
    bootId: chronicle.bootId[target] ?? null,
    gpus: Number.isNaN(gpus) ? null : gpus,
    tried: chronicle.ended
      .filter((ended) => ended.target === target)
      .map(({ step, attempt, from, to, how }) => ({ step: stepName(chronicle, step), attempt, from, to, how })),
    timeline: own.map((entry) => happening(chronicle, entry)),
    facts: factsOf(own),
  };
}

function sinceOf(chronicle: Chronicle, target: number): number | null {
  const { troubleSince, returnedAt, stepSince, drainedAt, state } = chronicle;
  const running = state.stage[target] === RUNNING ? stepSince[target] : Number.NaN;
  const moments = [troubleSince[target], returnedAt[target], running, drainedAt[target]];
  return moments.find((at) => at !== undefined && !Number.isNaN(at)) ?? null;
}

function stepName({ program }: Chronicle, step: number): string {
  return program.steps[step]?.name ?? '';
}

function happening(chronicle: Chronicle, entry: StoredEntry): Happening {
  const step = stepName(chronicle, entry.step);
  const [by, why] = [entry.note?.by ?? '', entry.note?.why ?? ''];
  const words = WORDS[entry.kind](step === '' ? 'its step' : step, entry.note?.data ?? {}, by);
  return { seq: entry.seq, at: entry.at, kind: entry.kind, step, attempt: entry.attempt, by, why, words };
}

type Saying = (step: string, data: JsonObject, by: string) => string;

/** Of the run as a whole: never about one target, but a journal may hold anything. */
const OF_THE_RUN: Saying = () => 'said of the whole run';

const WORDS = {
  claim: OF_THE_RUN,
  confirm: OF_THE_RUN,
  begin: OF_THE_RUN,
  pause: OF_THE_RUN,
  resume: OF_THE_RUN,
  abort: OF_THE_RUN,
  approve: OF_THE_RUN,
  gate: OF_THE_RUN,
  'gate-timeout': OF_THE_RUN,
  window: OF_THE_RUN,
  forecast: OF_THE_RUN,
  consent: OF_THE_RUN,
  lease: OF_THE_RUN,
  job: (_, data) => `job ${textOf(data['job'])}`.trim(),
  release: () => 'handed over',
  baseline: () => 'in service at the hand-over: in the baseline',
  hold: () => 'held',
  unhold: () => 'hold lifted',
  recall: () => 'recalled',
  note: (_, data, by) => (typeof data['has'] === 'string' ? `taken in hand by ${data['has']}` : `noted${by === '' ? '' : ` by ${by}`}`),
  done: (step) => `${step} done`,
  failed: (step) => `${step} failed`,
  expired: (step) => `${step} took longer than allowed`,
  foreign: (step) => `somebody else acted on it at ${step}`,
  'foreign-gone': () => 'what somebody else did is lifted',
  retry: () => 'to be tried again',
  fixed: () => 'called fixed',
  drop: () => 'given up',
  'soak-passed': () => 'stayed in service: the return is confirmed',
  'soak-failed': () => 'fell out of service during its soak',
  skip: () => 'not taken',
  intent: (step, data) => `about to ${textOf(data['act']) || step} (${step})`,
  act: (step, data) => `did ${textOf(data['act']) || step}`,
  observed: () => 'looked at',
} as const satisfies Record<EntryKind, Saying>;

/** Where the facts of an entry come from; a kind that is not here holds none. */
const SOURCES: Partial<Record<EntryKind, string>> = {
  baseline: 'the hand-over',
  intent: 'a look before the act',
  done: 'the end of a step',
  failed: 'the end of a step',
  expired: 'the end of a step',
  observed: 'a look',
  skip: 'a look before the begin',
};

/** What names an act, or is said of the entry, and no fact about the target. */
const NO_FACTS = new Set(['act', 'key', 'afterDoubt', 'left', 'agreesTo', 'saidBy', 'checks']);

function factsOf(entries: readonly StoredEntry[]): Fact[] {
  const facts = new Map<string, Fact>();
  for (const { kind, note, seq, at } of entries) {
    const source = SOURCES[kind];
    if (source === undefined || !note?.data) continue;
    for (const [name, value] of flat(note.data, '')) facts.set(name, { name, value, seq, at, source });
  }
  return [...facts.values()];
}

/** `versions.host-os` -> `2025.07`, and `state` of what a guard has seen; what is not known is no fact. */
function flat(data: JsonObject, before: string): [string, string][] {
  return Object.entries(data).flatMap(([key, value]): [string, string][] => {
    if (before === '' && NO_FACTS.has(key)) return [];
    if (isObject(value)) return flat(value, key === 'seen' ? before : `${before}${key}.`);
    const words = Array.isArray(value) ? value.map((one) => textOf(one)).join(', ') : textOf(value);
    return words === '' ? [] : [[`${before}${key}`, words]];
  });
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
