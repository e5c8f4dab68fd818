// What became of an act on one BMC, before it has a target.
import type { Outcome } from '../../core/ports.ts';
import type { JsonObject } from '../../std/json.ts';
import { RedfishError, wordsOf } from './failure.ts';

export interface Verdict {
  readonly outcome: Outcome;
  readonly evidence: JsonObject;
}

export function refused(why: string): Verdict {
  return { outcome: 'refused', evidence: { why } };
}

/** Of an order that was sent, or was about to be. `began`: something of this act was done before. Rethrows bugs of ours. */
export function verdictOf(error: unknown, began: boolean): Verdict {
  if (!(error instanceof RedfishError)) throw error;
  return { outcome: error.certain && !began ? 'refused' : 'unknown', evidence: { why: error.message } };
}

/** Of a look before the order. Rethrows bugs of ours. */
export function unsent(error: unknown): Verdict {
  return refused(wordsOf(error));
}
