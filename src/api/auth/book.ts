// Acts of the API on their way into the desk's book.
import type { Act, Acts } from '../../desk/acts.ts';
import type { ActDone, ApiContext } from '../context.ts';

const WHY_CHARS_MAX = 2_000;

export function recordIn(acts: Acts): ApiContext['record'] {
  return async (act) => {
    await acts.record(lineOf(act));
  };
}

/** What is refused was not checked before: it may be long. */
function lineOf({ by, role, via, procedure, why, outcome, data }: ActDone): Act {
  return { by, role, via, procedure, why: why.slice(0, WHY_CHARS_MAX), outcome, data };
}
