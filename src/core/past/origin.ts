// Where a run comes from: carried out by Pitstop, watched while others carried it out, or imported from somebody's record.
import type { JsonObject } from '../../std/json.ts';
import { textOf } from '../../std/json.ts';

export const ORIGINS = ['run', 'watch', 'import'] as const;

export interface Origin {
  readonly kind: (typeof ORIGINS)[number];
  /** For people; empty for a run of Pitstop's own. */
  readonly words: string;
}

/** As the options in a run's header say it. */
export function originOf(options: JsonObject): Origin {
  if (options['origin'] === 'watch') return { kind: 'watch', words: 'watched, others carried it out' };
  if (options['origin'] !== 'import') return { kind: 'run', words: '' };
  return { kind: 'import', words: `imported from ${textOf(options['importedFrom'])}` };
}
