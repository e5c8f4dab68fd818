// The one state machine of Pitstop: deterministic, no I/O, no clock. Rehearsals and runs feed it the same events and obey the same
// commands; a run's journal is the list of events it was fed, so replaying the journal rebuilds the state exactly.
import { ENTRY_KINDS, type EntryKind } from '../ports.ts';
import { STAGES, type Stage } from './states.ts';
import type { Move } from './move.ts';
import { workOff } from './opening.ts';
import { RUN_HANDLERS, TARGET_HANDLERS, type Handler } from './moves.ts';
import type { Program } from './program.ts';
import type { MachineState } from './state.ts';

/** Events about one target, by the stage it is in. An event that a stage does not list is ignored there: it came too late. */
const TARGET_TABLE = {
  idle: {
    foreign: 'markForeign',
    'foreign-gone': 'clearForeign',
    hold: 'hold',
    unhold: 'unhold',
    release: 'release',
    recall: 'skip',
    skip: 'skip',
    baseline: 'enterBaseline',
  },
  waiting: {
    foreign: 'markForeign',
    'foreign-gone': 'clearForeign',
    hold: 'hold',
    unhold: 'unhold',
    release: 'release',
    recall: 'skip',
    skip: 'skip',
    // In a maintenance that others carry out, nobody knows beforehand whom they will take.
    baseline: 'enterBaseline',
  },
  queued: {
    foreign: 'markForeign',
    'foreign-gone': 'clearForeign',
    hold: 'hold',
    unhold: 'unhold',
    release: 'release',
    recall: 'recallQueued',
    skip: 'skip',
  },
  parked: {
    foreign: 'markForeign',
    'foreign-gone': 'clearForeign',
    hold: 'hold',
    unhold: 'unhold',
    release: 'release',
    recall: 'recallParked',
    skip: 'skip',
  },
  running: {
    done: 'done',
    failed: 'fail',
    expired: 'expire',
    foreign: 'interrupt',
    hold: 'hold',
    unhold: 'unhold',
    release: 'release',
    recall: 'markRecalled',
  },
  straggling: {
    retry: 'retry',
    fixed: 'fix',
    drop: 'drop',
    foreign: 'markForeign',
    'foreign-gone': 'clearForeign',
    hold: 'hold',
    unhold: 'unhold',
    recall: 'recallStraggler',
  },
  returned: { 'soak-passed': 'settle', 'soak-failed': 'regress', foreign: 'regress' },
  settled: { 'soak-failed': 'regress' },
  dropped: { retry: 'retry', fixed: 'fix' },
  skipped: {},
} as const satisfies Record<Stage, Partial<Record<EntryKind, Handler>>>;

/** Events about the run as a whole; `arg` is a wave for `approve`, a cluster for `window`. */
const RUN_TABLE = {
  confirm: 'confirm',
  begin: 'begin',
  pause: 'pause',
  resume: 'resume',
  abort: 'abort',
  approve: 'approve',
  window: 'window',
  'gate-timeout': 'gateTimeout',
} as const satisfies Partial<Record<EntryKind, keyof typeof RUN_HANDLERS>>;

type Apply = (move: Move) => void;

const COMPILED: readonly (Apply | null)[] = STAGES.flatMap((stage) =>
  ENTRY_KINDS.map((kind) => {
    const row: Partial<Record<EntryKind, Handler>> = TARGET_TABLE[stage];
    const handler = row[kind];
    return handler ? TARGET_HANDLERS[handler] : null;
  }),
);

const EVENT_CODES = new Map<EntryKind, number>(ENTRY_KINDS.map((kind, code) => [kind, code]));

/** The dense code of an event, as `advance` and the journal take it. */
export const eventCode = (kind: EntryKind): number => EVENT_CODES.get(kind) as number;

/**
 * Feeds one event to the machine. `target` -1 = the run as a whole. Commands are appended to `out` as triples
 * (command, target or wave, step), see COMMAND. Returns whether the event meant anything in the present state.
 */
export function advance(program: Program, state: MachineState, target: number, event: number, arg: number, out: number[]): boolean {
  const move: Move = { program, state, target, arg, out, later: null };
  const handler = target < 0 ? runHandler(event) : COMPILED[(state.stage[target] as number) * ENTRY_KINDS.length + event];
  if (!handler) return false;
  handler(move);
  if (move.later !== null) workOff(move, move.later);
  return true;
}

const MACHINE_EVENTS: ReadonlySet<string> = new Set([
  ...Object.keys(RUN_TABLE),
  ...Object.values(TARGET_TABLE).flatMap((row) => Object.keys(row)),
]);

/** Whether replaying an entry of this kind means feeding it to `advance`. */
export function isMachineEvent(kind: EntryKind): boolean {
  return MACHINE_EVENTS.has(kind);
}

function runHandler(event: number): Apply | null {
  const table: Partial<Record<EntryKind, keyof typeof RUN_HANDLERS>> = RUN_TABLE;
  const name = table[ENTRY_KINDS[event] as EntryKind];
  return name ? RUN_HANDLERS[name] : null;
}
