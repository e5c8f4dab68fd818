// What customers said that still waits for a word of the lead.
import type { Answers } from '../../ui/client.ts';

type Said = Answers['customers']['said'][number];

const ASKS: ReadonlySet<Said['kind']> = new Set<Said['kind']>(['counter', 'recall', 'sooner-unvalidated', 'later-validated']);

/** Offers and choices of a customer that no later update has answered, oldest first. */
export function openChoices(said: readonly Said[]): Said[] {
  const told = said.findLastIndex(({ role, kind }) => role === 'lead' && kind === 'update');
  return said.slice(told + 1).filter(({ role, kind }) => role === 'customer' && ASKS.has(kind));
}
