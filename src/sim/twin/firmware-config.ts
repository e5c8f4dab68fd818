// What firmware the twin's BMCs hold, and how updates of it go.
import type { Spread } from './commands.ts';

export interface FirmwareConfig {
  /** Id of the inventory -> version at the start. */
  readonly versions: { readonly [id: string]: string };
  /** What brings a new version in, by id; absent: it runs at once. ac-cycle serves them all, reset only what waits for it. */
  readonly activates: { readonly [id: string]: 'reset' | 'power-cycle' | 'ac-cycle' };
  readonly update: Spread;
  /** After an update: a copy to the second bank, during which no power may be taken. */
  readonly copyMs: number;
  /** How long a BMC that was reset does not answer. */
  readonly awayMs: number;
}

export const FIRMWARE: FirmwareConfig = {
  versions: { BMC: '24.01', BIOS: '1.4.0' },
  activates: {},
  update: { medianMs: 8 * 60_000, logSd: 0.2 },
  copyMs: 0,
  awayMs: 60_000,
};
