// Where a request came in and what is known of it before any procedure sees it: the types that Hono carries along.
import type { Caller } from '../context.ts';

/** The owner's socket, or a port; `address` is the peer's, for limits. */
export type Door = { readonly kind: 'socket' } | { readonly kind: 'tcp'; readonly address: string };

/** What an answer is, which decides its headers. page: made by this server, without scripts. */
export type Face = 'data' | 'page' | 'secret page' | 'console';

export interface HttpEnv {
  Bindings: { readonly door: Door };
  Variables: {
    /** null: nobody has said who they are. */
    caller: Caller | null;
    /** Whose calls and streams are counted together. */
    counted: string;
    /** The peer's address, or the one that a trusted proxy names. */
    address: string;
    /** Came by https, as far as a trusted proxy says. */
    secure: boolean;
    face: Face;
  };
}
