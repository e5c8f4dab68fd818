// What every procedure of the contract has in common: the errors it may answer with, and who may call it.
import { oc } from '@orpc/contract';
import type { Least } from '../../core/roles.ts';

export interface Access {
  readonly least: Least;
  /** Changes something: in the book of acts, and no tool of an assistant unless that was switched on. */
  readonly acts: boolean;
}

/** What a client did wrong, or what the outside did: `status` decides the exit code of the command line. */
const base = oc.$meta<Access>({ least: 'viewer', acts: false }).errors({
  UNAUTHORIZED: { status: 401, message: 'who are you? send a token' },
  FORBIDDEN: { status: 403, message: 'your role may not do this' },
  NOT_FOUND: { status: 404, message: 'no such run' },
  REFUSED: { status: 409, message: 'refused' },
  BAD_INPUT: { status: 422, message: 'bad input' },
  TOO_MANY_REQUESTS: { status: 429, message: 'too many requests: wait a little' },
  OUTSIDE: { status: 502, message: 'an outside system did not answer' },
});

/** Looks only. `path` as REST has it, with {name} for fields of the input. */
export function look(path: `/${string}`, summary: string, least: Least = 'viewer') {
  return base.meta({ least, acts: false }).route({ method: 'GET', path, summary, tags: [tagOf(path)] });
}

/** Looks only, on something too large or too structured for a query. */
export function ask(path: `/${string}`, summary: string, least: Least = 'viewer') {
  return base.meta({ least, acts: false }).route({ method: 'POST', path, summary, tags: [tagOf(path)] });
}

/** Changes something. */
export function act(path: `/${string}`, summary: string, least: Least = 'operator') {
  return base.meta({ least, acts: true }).route({ method: 'POST', path, summary, tags: [tagOf(path)] });
}

function tagOf(path: string): string {
  return path.split('/')[1] ?? '';
}
