// What is free over time while a schedule is being built: one interface, kept tick by tick or as a list of changes.
import { ChangeProfile } from './profile-changes.ts';
import { GridProfile } from './profile-grid.ts';
import type { Network } from './network.ts';

/** Times are ticks. Nothing here allocates after it was made. */
export interface Profile {
  /** Gives back everything that was taken. */
  clear(): void;
  /**
   * The earliest start, not before `from`, at which the mode's demands are free for its whole duration. There is one
   * when `from` is no later than the supply's last change or the finish of something placed; the search asks for nothing else.
   */
  earliest(mode: number, from: number): number;
  /** The latest finish, not after `until`, with the mode's demands free for its whole duration; -1 when there is none since the project's start. */
  latest(mode: number, until: number): number;
  /** Takes the mode's demands from start to finish, where they must be free. */
  take(mode: number, start: number, finish: number): void;
}

export function profileOf(network: Network): Profile {
  return GridProfile.suits(network) ? new GridProfile(network) : new ChangeProfile(network);
}
