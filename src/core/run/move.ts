// One event at work in the machine: what every handler is given.
import type { Program } from './program.ts';
import type { MachineState } from './state.ts';

/** Handlers write into `state` and append commands to `out`. `target` -1 = the run; `arg` is the event's wave or cluster. */
export interface Move {
  readonly program: Program;
  readonly state: MachineState;
  readonly target: number;
  readonly arg: number;
  readonly out: number[];
}
