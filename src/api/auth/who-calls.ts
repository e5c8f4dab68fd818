// Who calls: by a token, by a browser's session, or as whoever sits at this machine when the server asks nobody for a token.
import type { Desk } from '../../desk/desk.ts';
import type { Caller } from '../context.ts';

export interface Shown {
  /** The Authorization header. */
  readonly authorization: string | undefined;
  /** The session cookie's value. */
  readonly session: string | undefined;
}

/** `counted`: whose calls are counted together; null: nobody's. */
export type Known = { readonly caller: Caller | null; readonly counted: string | null } | { readonly refused: string };

/** The owner of the state folder, on the socket that only they can open. */
export const OWNER: Caller = { name: 'owner', role: 'admin', customer: null, via: 'socket', csrf: null };

/**
 * `unasked`: who a caller is that shows nothing; null: nobody. A token that does not hold is a refusal; a session that is over is like
 * none, so that the console can show how to sign in.
 */
export function whoCalls(shown: Shown, { tokens, sessions }: Pick<Desk, 'tokens' | 'sessions'>, unasked: Caller | null): Known {
  if (shown.authorization !== undefined) return byToken(shown.authorization, tokens);
  const session = shown.session === undefined ? null : sessions.find(shown.session);
  if (session) {
    const { name, role, customer, csrf } = session;
    return { caller: { name, role, customer, via: 'session', csrf }, counted: `session ${session.token ?? name}` };
  }
  return { caller: unasked, counted: unasked && 'loopback' };
}

function byToken(authorization: string, tokens: Desk['tokens']): Known {
  const secret = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (secret === undefined) return { refused: 'the Authorization header is not understood: write Bearer and the token' };
  const found = tokens.find(secret);
  if (found?.state === 'expired') return { refused: 'this token has expired: have a new one minted' };
  // Whoever guesses is not told whether there ever was such a token.
  if (found?.state !== 'valid') return { refused: 'this token is not valid here' };
  const { id, name, role, customer } = found.token;
  return { caller: { name, role, customer, via: 'token', csrf: null }, counted: `token ${id}` };
}
