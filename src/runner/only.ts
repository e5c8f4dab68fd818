// Which of a plan's targets a run takes when it was called with `--only`.
import { foldNames, names, parseNodeSet } from '../core/fleet/nodeset.ts';
import type { Program } from '../core/run/program.ts';
import type { JsonObject } from '../std/json.ts';

/** A run that may not begin as it was asked for; nothing was registered. */
export class RunRefusedError extends Error {
  override name = 'RunRefusedError';
}

/** The targets that `--only` leaves to the run; null = all. Throws RunRefusedError for a set that names anything else. */
export function onlyOf(program: Program, options: JsonObject): readonly string[] | null {
  const { only } = options;
  if (typeof only !== 'string') return null;
  const parsed = parseNodeSet(only);
  if (!parsed.ok) throw new RunRefusedError(`--only ${only}: ${parsed.error.why}; ${parsed.error.mend}`);
  const wanted = [...names(parsed.set)];
  const strange = wanted.filter((name) => !program.idOf.has(name));
  if (strange.length > 0 || wanted.length === 0)
    throw new RunRefusedError(`--only ${only}: ${foldNames(strange) || 'nothing'} is no target of the plan`);
  return wanted;
}
