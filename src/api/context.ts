// What a call brings with it besides its input: who calls, by which way, and the book that their acts are written into.
import type { Role } from '../core/roles.ts';
import type { Json } from '../std/json.ts';

/** Whoever calls. `socket`: the owner of the state folder, whose words on who they are count, since the file's rights are the check. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
  readonly customer: string | null;
  readonly via: 'socket' | 'loopback' | 'token' | 'session';
  readonly csrf: string | null;
}

/** One act, or the refusal of one, for the book of acts. */
export interface ActDone {
  readonly by: string;
  /** nobody: whoever it was had shown nothing. */
  readonly role: Role | 'nobody';
  readonly via: Caller['via'];
  readonly procedure: string;
  readonly why: string;
  readonly outcome: 'done' | 'refused';
  readonly data: { readonly [key: string]: Json };
}

export interface ApiContext {
  /** null: nobody has said who they are. */
  readonly caller: Caller | null;
  readonly record: (act: ActDone) => Promise<void>;
  /** The X-Pitstop-CSRF header, without which no act of a session is done. */
  readonly csrfSent?: string | null;
}

/** The name that an act is written under: the token's or session's, and on the socket the one that the client gives. */
export function nameOf(caller: Caller, claimed: string | undefined): string {
  return caller.via === 'socket' && claimed !== undefined && claimed !== '' ? claimed : caller.name;
}
