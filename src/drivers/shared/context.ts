// What every driver is opened with beside its options.
import type { Clock } from '../../std/clock.ts';

export interface DriverContext {
  /** Relative paths of the options begin here: the fleet file's folder. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
}
