// The requests of one turn of a rehearsal in slices, so that whoever waits sees it get on.
import type { Answer, Asking, Request } from '../../sim/rehearse/asking.ts';

export interface Progress {
  /** Scenarios. */
  readonly done: number;
  /** As far as anybody has asked for them yet. */
  readonly total: number;
}

/** So many slices a turn at least, where there are as many scenarios. */
const SLICES = 8;

/** Carries a driver out; progress is told after each slice of each turn. The answers are the same as without slices. */
export async function carryInSlices<T>(
  asking: Asking<T>,
  answer: (requests: readonly Request[]) => Promise<readonly Answer[]>,
  tell: (progress: Progress) => void,
): Promise<T> {
  let done = 0;
  let total = 0;
  let turn = asking.next();
  while (!turn.done) {
    const requests = turn.value;
    total += scenariosOf(requests);
    const parts: Answer[][] = requests.map(() => []);
    for (const slice of slicesOf(requests)) {
      const answers = await answer(slice.map(({ request }) => request));
      for (const [i, { of }] of slice.entries()) parts[of]?.push(answers[i] as Answer);
      done += scenariosOf(slice.map(({ request }) => request));
      tell({ done, total });
    }
    turn = asking.next(parts.map(joined));
  }
  return turn.value;
}

interface Part {
  readonly request: Request;
  /** Index of the request that it is a part of. */
  readonly of: number;
}

/** Many models one or a few at a time, since a worker holds only some of them; a few models by their scenarios. */
function slicesOf(requests: readonly Request[]): Part[][] {
  if (requests.length >= SLICES) return requests.map((request, of) => [{ request, of }]);
  const slices = Math.max(1, Math.min(SLICES, ...requests.map(({ count }) => count)));
  return Array.from({ length: slices }, (_, slice) =>
    requests.map((request, of) => {
      const [from, to] = [slice, slice + 1].map((end) => Math.floor((request.count * end) / slices)) as [number, number];
      return { of, request: { ...request, from: request.from + from, count: to - from } };
    }),
  );
}

function scenariosOf(requests: readonly Request[]): number {
  return requests.reduce((sum, { count }) => sum + count, 0);
}

function joined(parts: readonly Answer[]): Answer {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const rows = new Float64Array(parts.reduce((sum, part) => sum + part.rows.length, 0));
  let at = 0;
  for (const part of parts) {
    rows.set(part.rows, at);
    at += part.rows.length;
  }
  return { about: first?.about ?? null, count: parts.reduce((sum, { count }) => sum + count, 0), rows };
}
