// Why a result is as it is, in the words of the outside system.
import type { Result } from '../core/ports.ts';
import { textOf } from '../std/json.ts';

export function wordsOf({ evidence, outcome }: Result): string {
  return textOf(evidence['why'] ?? evidence['reason'] ?? evidence['stderr']) || outcome;
}
