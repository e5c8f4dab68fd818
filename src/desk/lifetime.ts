// How long something with a secret is good for: until a moment, or until somebody revokes it.
import type { Said } from './book.ts';
import { DeskRefusedError } from './refused.ts';

export type Lifetime = 'valid' | 'expired' | 'revoked';

export interface Mortal {
  /** Unix ms; at this moment it has expired. */
  readonly expiresAt: number;
  /** null: nobody has. */
  readonly revoked: Said | null;
}

export function lifetimeOf({ expiresAt, revoked }: Mortal, nowMs: number): Lifetime {
  if (revoked) return 'revoked';
  return nowMs >= expiresAt ? 'expired' : 'valid';
}

/** Refuses what has no end, is over already, or lasts more than a year. */
export function needExpiry(what: string, expiresAt: number, nowMs: number): void {
  if (!Number.isSafeInteger(expiresAt)) throw new DeskRefusedError(what, `expiresAt ${expiresAt} is no time`, 'give Unix milliseconds');
  if (expiresAt <= nowMs) throw new DeskRefusedError(what, 'it would have expired already', 'give a later expiresAt');
  if (expiresAt - nowMs > YEAR_MS)
    throw new DeskRefusedError(what, 'it would last more than a year', 'give an earlier expiresAt, and renew it');
}

/** A year that has a leap day. */
const YEAR_MS = 366 * 86_400_000;
