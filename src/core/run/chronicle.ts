// What happened in a run, kept beside the machine's state: the runner's status, the return curve and the retro all read from here.
// Fed with the journal's entries in their order, live or replayed, it always ends up the same.
import type { JsonObject } from '../../std/json.ts';
import { frozenOf, type FrozenForecast } from '../forecast/frozen.ts';
import type { Entry, EntryKind } from '../ports.ts';
import { advance, eventCode, isMachineEvent } from './advance.ts';
import { SEEN } from './cell.ts';
import { COMMAND } from './commands.ts';
import type { Program } from './program.ts';
import { noteLink, readFabricData, type FabricBefore, type LinkTrouble } from './link-troubles.ts';
import { createState, type MachineState } from './state.ts';
import { WAVE_STATES, type WaveState } from './states.ts';

export interface Chronicle {
  readonly program: Program;
  readonly state: MachineState;
  /** First drain of a baseline target, or, where others drain, the first that was seen to leave service; Unix ms; null before. */
  timeZero: number | null;
  begunAt: number | null;
  lastAt: number;
  /** As it stood at the start; the first one that was journalled, for ever. */
  forecast: FrozenForecast | null;
  /** By target, Unix ms; NaN = not (yet). */
  readonly drainedAt: Float64Array;
  readonly returnedAt: Float64Array;
  readonly stepSince: Float64Array;
  readonly troubleSince: Float64Array;
  /** By target, as SEEN of cell.ts: in service or not, when somebody looked before the run did anything. */
  readonly seen: Uint8Array;
  /** Who has taken a straggler in hand; null = nobody. */
  readonly has: (string | null)[];
  /** Why a target is off the happy path, held, foreign or skipped. */
  readonly cause: (string | null)[];
  readonly versions: (JsonObject | null)[];
  readonly gpus: Float64Array;
  /** The boot that this run saw last and answers for; null = none. A person who lifts a foreign act accepts the new one. */
  readonly bootId: (string | null)[];
  /** The boot from which this run asked the target to reboot; a new boot after it is our own, however late it comes. */
  readonly rebootAskedFrom: (string | null)[];
  /** By target: which checks passed before the work, by name; null: none were made. */
  readonly checkedBefore: (ReadonlyMap<string, boolean> | null)[];
  /** What each target was in the fabric at hand-over; null: nobody looked. */
  readonly fabricBefore: (FabricBefore | null)[];
  /** By name: every link that did not come back as it was, mended ones too. */
  readonly linkTroubles: Map<string, LinkTrouble>;
  /** What the run waits for before it may begin, said by the runner; null: nothing. */
  awaiting: string | null;
  /** Steps that ended, in order; the retro's durations. */
  readonly ended: EndedStep[];
  readonly waves: { readonly wave: number; readonly state: WaveState; readonly at: number }[];
  /** In service now, untouched targets included: changes only. */
  readonly inService: { readonly at: number; readonly count: number }[];
  /** Words and acts of people, leases and jobs, as journalled. */
  readonly acts: {
    readonly at: number;
    readonly kind: EntryKind;
    readonly target: number;
    readonly by: string;
    readonly why: string;
    readonly data: JsonObject;
  }[];
  /** By target: the last intent that no later event of the target has answered; null = none in doubt. */
  readonly openIntent: (OpenIntent | null)[];
  /** This run stopped the subnet manager of the target, and has not started it again. */
  readonly managerStopped: boolean[];
}

export interface EndedStep {
  readonly target: number;
  readonly step: number;
  readonly attempt: number;
  readonly from: number;
  readonly to: number;
  readonly how: 'done' | 'failed' | 'expired' | 'foreign';
}

interface OpenIntent {
  readonly at: number;
  readonly step: number;
  readonly attempt: number;
  readonly data: JsonObject;
}

export function createChronicle(program: Program): Chronicle {
  const n = program.targets.length;
  const never = (): Float64Array => new Float64Array(n).fill(Number.NaN);
  return {
    program,
    state: createState(program),
    timeZero: null,
    begunAt: null,
    lastAt: 0,
    forecast: null,
    drainedAt: never(),
    returnedAt: never(),
    stepSince: never(),
    troubleSince: never(),
    seen: new Uint8Array(n),
    has: Array.from({ length: n }, () => null),
    cause: Array.from({ length: n }, () => null),
    versions: Array.from({ length: n }, () => null),
    gpus: never(),
    bootId: Array.from({ length: n }, () => null),
    rebootAskedFrom: Array.from({ length: n }, () => null),
    checkedBefore: Array.from({ length: n }, () => null),
    fabricBefore: Array.from({ length: n }, () => null),
    linkTroubles: new Map(),
    awaiting: null,
    ended: [],
    waves: [],
    inService: [],
    acts: [],
    openIntent: Array.from({ length: n }, () => null),
    managerStopped: Array.from({ length: n }, () => false),
  };
}

const ENDINGS: Partial<Record<EntryKind, EndedStep['how']>> = { done: 'done', failed: 'failed', expired: 'expired', foreign: 'foreign' };
const ACTS = new Set<EntryKind>([
  'confirm',
  'release',
  'consent',
  'pause',
  'resume',
  'abort',
  'hold',
  'unhold',
  'approve',
  'recall',
  'retry',
  'fixed',
  'drop',
  'lease',
  'job',
  'gate',
  'gate-timeout',
  'note',
  'window',
]);

/** Their words say nothing of why a target stands where it stands. */
const BESIDE: ReadonlySet<EntryKind> = new Set<EntryKind>(['intent', 'act', 'note']);

/** Takes one entry in; returns the machine's commands (triples, see COMMAND), which a live runner obeys and a replay ignores. */
export function record(chronicle: Chronicle, entry: Entry): number[] {
  const { program, state } = chronicle;
  const { target, kind, at } = entry;
  chronicle.lastAt = Math.max(chronicle.lastAt, at);
  const step = target >= 0 ? (state.step[target] as number) : -1;
  const attempt = target >= 0 ? (state.attempt[target] as number) : 0;
  note(chronicle, entry);
  if (!isMachineEvent(kind)) return [];
  const out: number[] = [];
  const running = target >= 0 && !Number.isNaN(chronicle.stepSince[target]);
  if (!advance(program, state, target, eventCode(kind), entry.step, out)) return out;
  const how = ENDINGS[kind];
  if (how && running) {
    chronicle.ended.push({ target, step, attempt, from: chronicle.stepSince[target] as number, to: at, how });
    chronicle.stepSince[target] = Number.NaN;
  }
  if (target >= 0) chronicle.openIntent[target] = null;
  for (let i = 0; i < out.length; i += 3) obey(chronicle, at, out[i] as number, out[i + 1] as number, out[i + 2] as number);
  return out;
}

function obey(chronicle: Chronicle, at: number, command: number, subject: number, detail: number): void {
  switch (command) {
    case COMMAND.start:
      chronicle.stepSince[subject] = at;
      if (isDrain(chronicle, detail)) chronicle.drainedAt[subject] = at;
      break;
    case COMMAND.returned:
      chronicle.returnedAt[subject] = at;
      chronicle.troubleSince[subject] = Number.NaN;
      chronicle.has[subject] = null;
      break;
    case COMMAND.failed:
      chronicle.returnedAt[subject] = Number.NaN;
      if (Number.isNaN(chronicle.troubleSince[subject])) chronicle.troubleSince[subject] = at;
      break;
    case COMMAND.wave:
      chronicle.waves.push({ wave: subject, state: WAVE_STATES[detail] as WaveState, at });
      break;
    default:
  }
}

function note(chronicle: Chronicle, entry: Entry): void {
  if (noteLink(chronicle.linkTroubles, entry.target, entry.at, entry.note)) return;
  const { target, kind, at } = entry;
  const data = entry.note?.data ?? {};
  const why = entry.note?.why ?? '';
  if (target >= 0 && why !== '' && !BESIDE.has(kind)) chronicle.cause[target] = why;
  if (target >= 0 && (kind === 'foreign' || kind === 'hold') && Number.isNaN(chronicle.troubleSince[target]))
    chronicle.troubleSince[target] = at;
  if (target >= 0 && kind === 'done' && isObject(data['before'])) chronicle.checkedBefore[target] = passed(data['before']);
  if (target >= 0 && (kind === 'foreign-gone' || kind === 'unhold')) chronicle.troubleSince[target] = Number.NaN;
  if (target >= 0 && kind === 'done' && typeof data['bootId'] === 'string') chronicle.bootId[target] = data['bootId'];
  if (target >= 0 && (kind === 'foreign-gone' || kind === 'retry' || kind === 'fixed')) chronicle.bootId[target] = null;
  if (target >= 0 && data['left'] === true) chronicle.timeZero ??= at;
  if (target < 0 && kind === 'note' && 'awaiting' in data)
    chronicle.awaiting = typeof data['awaiting'] === 'string' ? data['awaiting'] : null;
  if (kind === 'begin') chronicle.begunAt = at;
  if (kind === 'forecast') chronicle.forecast ??= frozenOf(data, at);
  if (target >= 0) noteSeen(chronicle, target, kind, data);
  if (kind === 'note' && target >= 0 && typeof data['has'] === 'string') chronicle.has[target] = data['has'];
  if (kind === 'baseline' && target >= 0) noteBaseline(chronicle, target, data);
  if (kind === 'intent' && target >= 0) {
    if (chronicle.timeZero === null && isDrain(chronicle, entry.step)) chronicle.timeZero = at;
    if (typeof data['bootId'] === 'string') chronicle.rebootAskedFrom[target] = data['bootId'];
    chronicle.openIntent[target] = { at, step: entry.step, attempt: entry.attempt, data };
    if (data['act'] === 'sm-stop') chronicle.managerStopped[target] = true;
  }
  if (kind === 'act' && target >= 0 && data['act'] === 'sm-start') chronicle.managerStopped[target] = false;
  if (kind === 'observed' && target < 0 && typeof data['inService'] === 'number')
    chronicle.inService.push({ at, count: data['inService'] });
  if (ACTS.has(kind)) chronicle.acts.push({ at, kind, target, by: entry.note?.by ?? '', why, data });
}

/** A baseline was in service; of what is left out, its entry says as what it was seen, if somebody looked. */
function noteSeen(chronicle: Chronicle, target: number, kind: EntryKind, data: JsonObject): void {
  const shown = data['seen'];
  if (kind === 'baseline' || (kind === 'skip' && shown === 'in-service')) chronicle.seen[target] = SEEN.inService;
  else if (kind === 'skip' && shown === 'out') chronicle.seen[target] = SEEN.out;
}

function noteBaseline(chronicle: Chronicle, target: number, data: JsonObject): void {
  const versions = data['versions'];
  if (isObject(versions)) chronicle.versions[target] = versions;
  chronicle.fabricBefore[target] = readFabricData(data);
  if (typeof data['gpus'] === 'number') chronicle.gpus[target] = data['gpus'];
}

function isDrain(chronicle: Chronicle, step: number): boolean {
  const action = chronicle.program.steps[step]?.action;
  return action?.kind === 'do' && action.act === 'drain';
}

function passed(checks: JsonObject): ReadonlyMap<string, boolean> {
  return new Map(Object.entries(checks).map(([name, said]) => [name, isObject(said) && said['ok'] === true]));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
