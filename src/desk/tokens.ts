// Tokens: who may call the server from outside of its machine. A secret is shown once; only its hash is kept.
import { randomBytes } from 'node:crypto';
import type { Journal } from '../core/ports.ts';
import type { Role } from '../core/roles.ts';
import { assert, must } from '../std/assert.ts';
import type { Clock } from '../std/clock.ts';
import { Book, type Line, type Said, saidIn } from './book.ts';
import { type Holder, needHolder } from './holder.ts';
import { type Lifetime, lifetimeOf, needExpiry } from './lifetime.ts';
import { DeskRefusedError, needWho } from './refused.ts';
import { hashOfSecret, makeSecret, type RandomBytes } from './secret.ts';

export interface Token extends Holder {
  /** 12 hex digits; may be shown and written. */
  readonly id: string;
  readonly minted: Said;
  /** Unix ms. */
  readonly expiresAt: number;
  readonly revoked: Said | null;
}

export interface FoundToken {
  readonly token: Token;
  readonly state: Lifetime;
}

export interface MintOrder extends Holder {
  /** Unix ms, in the future, at most 366 days ahead. */
  readonly expiresAt: number;
  readonly by: string;
  readonly why: string;
}

export interface Tokens {
  /** `secret` is said this once. Rejects with DeskRefusedError. */
  mint(order: MintOrder): Promise<{ readonly id: string; readonly secret: string }>;
  /** null: no token of ours has this secret. Only `valid` lets anybody in; the other two say why not. */
  find(secret: string): FoundToken | null;
  /** Ends the token; a second time changes nothing. Rejects with DeskRefusedError for an id that is unknown. */
  revoke(id: string, by: string, why: string): Promise<Token>;
  /** All that were ever minted, in that order. */
  list(): readonly FoundToken[];
}

export async function openTokens(journal: Journal, clock: Clock, random: RandomBytes = randomBytes): Promise<Tokens> {
  const byId = new Map<string, Token>();
  const idByHash = new Map<string, string>();
  const book = await Book.open(journal, clock, 'tokens', {
    mint: (entry) => {
      const { id, hash, name, role, customer, expiresAt } = entry.data as Minted;
      byId.set(id, { id, name, role, customer, expiresAt, minted: saidIn(entry), revoked: null });
      idByHash.set(hash, id);
    },
    revoke: (entry) => {
      const { id } = entry.data as { readonly id: string };
      byId.set(id, { ...must(byId.get(id), `token ${id}`), revoked: saidIn(entry) });
    },
  });
  const found = (token: Token): FoundToken => ({ token, state: lifetimeOf(token, clock.now()) });
  return {
    mint: async (order) => {
      const { secret, hash, id } = makeSecret('pst_', random);
      await book.write(() => {
        assert(!byId.has(id), `token ${id} is there already: chance gave the same bytes twice`);
        return mintLine(order, id, hash, clock.now());
      });
      return { id, secret };
    },
    find: (secret) => {
      const id = idByHash.get(hashOfSecret('pst_', secret) ?? '');
      return id === undefined ? null : found(must(byId.get(id), `token ${id}`));
    },
    revoke: async (id, by, why) => {
      await book.write(() => {
        needWho({ by, why });
        const token = byId.get(id);
        if (!token) throw new DeskRefusedError(`token ${id}`, 'there is none of this id', 'see the list of tokens');
        return token.revoked ? null : { kind: 'revoke', by, why, data: { id } };
      });
      return must(byId.get(id), `token ${id}`);
    },
    list: () => [...byId.values()].map(found),
  };
}

type Minted = {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly role: Role;
  readonly customer: string | null;
  readonly expiresAt: number;
};

function mintLine(order: MintOrder, id: string, hash: string, nowMs: number): Line {
  const { name, role, customer, expiresAt, by, why } = order;
  needHolder('token', order);
  needExpiry(`token ${name}`, expiresAt, nowMs);
  needWho(order);
  const data: Minted = { id, hash, name, role, customer, expiresAt };
  return { kind: 'mint', by, why, data };
}
