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
  /**
   * What the event has set free, done in this order once its handler is through: a thousand waves that pass one after the other are a
   * list and not a thousand calls deep, and nobody is started in the middle of somebody else's change. null: nothing, as mostly.
   */
  later: Freed[] | null;
}

export type Freed =
  /** The wave waits for nothing any more. */
  | { readonly what: 'wave'; readonly wave: number }
  /** The gates that the hold waited for have passed. */
  | { readonly what: 'hold'; readonly hold: number }
  /** No gate holds any more. */
  | { readonly what: 'gates' };

export function free(m: Move, freed: Freed): void {
  if (m.later) m.later.push(freed);
  else m.later = [freed];
}
