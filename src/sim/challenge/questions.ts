// All kinds of questions. Each is asked at most once of a plan, and only where its numbers give a reason.
import { blackoutMoves, targetNeverMet } from './calendar.ts';
import { canarySize } from './canary.ts';
import type { Kind } from './kind.ts';
import { liftLimit, windowShort } from './limits.ts';
import { merged, overlap, serial } from './order.ts';
import { crewAsleep, partLate } from './people.ts';
import { drainFirst, stageEarly } from './staging.ts';
import { neverSeen, noWayBack } from './trust.ts';
import { validateAll } from './validation.ts';

export const KINDS: readonly Kind[] = [
  validateAll,
  canarySize,
  serial,
  stageEarly,
  liftLimit,
  partLate,
  crewAsleep,
  blackoutMoves,
  targetNeverMet,
  windowShort,
  noWayBack,
  overlap,
  merged,
  neverSeen,
  drainFirst,
];
