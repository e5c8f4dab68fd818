// The whole changing state of a run, or of one scenario of a rehearsal, as typed arrays; `advance` writes here and nowhere else.
import type { Program } from './program.ts';

export interface MachineState {
  // by target
  readonly stage: Uint8Array;
  readonly shown: Uint8Array;
  readonly step: Int32Array;
  /** How often the current step was started since the target came to it. */
  readonly attempt: Uint8Array;
  /** How often any step was started on the target in this run: never falls, so it names an attempt for ever. */
  readonly starts: Uint32Array;
  /** How often the current step failed; compared with the step's attempts. */
  readonly failures: Uint8Array;
  readonly flags: Uint16Array;
  /** Step at which the target left the happy path; -1 = never. */
  readonly failedStep: Int32Array;
  /** Automatic mop-up tries already used. */
  readonly tries: Uint8Array;
  // lines before used-up limits: by counter, and through the targets
  readonly inUse: Int32Array;
  readonly lineHead: Int32Array;
  readonly lineTail: Int32Array;
  readonly lineNext: Int32Array;
  /** The counter in whose line the target stands; -1 = none. */
  readonly lineOf: Int32Array;
  // by wave
  readonly waveState: Uint8Array;
  readonly waveApproved: Uint8Array;
  /** Members that entered; in a wave with holds, those on which something was begun. */
  readonly waveStarted: Int32Array;
  readonly waveFailedEver: Int32Array;
  readonly waveSettled: Int32Array;
  readonly waveSkipped: Int32Array;
  /** What it still waits for: waves of its `after` that have not passed, and waves of its `quiet` that are not quiet. */
  readonly waveWaits: Int32Array;
  /** Members that may still carry work: not cleared yet, and not out of the run. */
  readonly waveBusy: Int32Array;
  /** By hold: waves of its `until` that have not passed. */
  readonly holdWaits: Int32Array;
  /** By cluster: 1 while its window is open. */
  readonly windowOpen: Uint8Array;
  readonly run: RunFlags;
}

/** The run as a whole; plain fields, there is only one of them. */
interface RunFlags {
  confirmed: boolean;
  begun: boolean;
  paused: boolean;
  aborted: boolean;
  /** The return gate's timeout passed with the gate unmet, and nobody has approved since. */
  returnGateHeld: boolean;
  returnGateApproved: boolean;
  /** Waves whose gate holds: while there is one, nothing new is drained anywhere. */
  gatesHeld: number;
  /** Targets whose stage is not final: settled, dropped, skipped or straggling. */
  open: number;
}

export function createState(program: Program): MachineState {
  const n = program.targets.length;
  const counters = program.capacity.length;
  const waves = program.waves.length;
  return {
    stage: new Uint8Array(n),
    shown: new Uint8Array(n),
    step: new Int32Array(n),
    attempt: new Uint8Array(n),
    starts: new Uint32Array(n),
    failures: new Uint8Array(n),
    flags: new Uint16Array(n),
    failedStep: new Int32Array(n).fill(-1),
    tries: new Uint8Array(n),
    inUse: new Int32Array(counters),
    lineHead: new Int32Array(counters).fill(-1),
    lineTail: new Int32Array(counters).fill(-1),
    lineNext: new Int32Array(n).fill(-1),
    lineOf: new Int32Array(n).fill(-1),
    waveState: new Uint8Array(waves),
    waveApproved: new Uint8Array(waves),
    waveStarted: new Int32Array(waves),
    waveFailedEver: new Int32Array(waves),
    waveSettled: new Int32Array(waves),
    waveSkipped: new Int32Array(waves),
    waveWaits: Int32Array.from(program.waves, ({ after, quiet }) => after.length + quiet.length),
    waveBusy: Int32Array.from(program.waves, ({ members }) => members.length),
    holdWaits: Int32Array.from(program.holds, ({ until }) => until.length),
    windowOpen: new Uint8Array(program.clusters.length),
    run: {
      confirmed: false,
      begun: false,
      paused: false,
      aborted: false,
      returnGateHeld: false,
      returnGateApproved: false,
      gatesHeld: 0,
      open: n,
    },
  };
}

export function hasFlag(state: MachineState, target: number, flag: number): boolean {
  return ((state.flags[target] as number) & flag) !== 0;
}

export function setFlag(state: MachineState, target: number, flag: number, on: boolean): void {
  const flags = state.flags[target] as number;
  state.flags[target] = on ? flags | flag : flags & ~flag;
}
