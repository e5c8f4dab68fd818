// Share links: what lets a customer look at one plan, and act on it, without a token.
import { randomBytes } from 'node:crypto';
import type { Journal } from '../core/ports.ts';
import { assert, must } from '../std/assert.ts';
import type { Clock } from '../std/clock.ts';
import { Book, type Line, type Said, saidIn } from './book.ts';
import { type Lifetime, lifetimeOf, needExpiry } from './lifetime.ts';
import { DeskRefusedError, needText, needWho } from './refused.ts';
import { hashOfSecret, makeSecret, type RandomBytes } from './secret.ts';

export interface Share {
  /** 12 hex digits; may be shown and written. */
  readonly id: string;
  /** Id of the plan. */
  readonly plan: string;
  readonly customer: string;
  readonly opened: Said;
  /** Unix ms. */
  readonly expiresAt: number;
  readonly revoked: Said | null;
}

export interface FoundShare {
  readonly share: Share;
  readonly state: Lifetime;
}

export interface ShareOrder {
  readonly plan: string;
  readonly customer: string;
  /** Unix ms, in the future, at most 366 days ahead. */
  readonly expiresAt: number;
  readonly by: string;
  readonly why: string;
}

export interface Shares {
  /** `secret` is said this once. Rejects with DeskRefusedError. */
  open(order: ShareOrder): Promise<{ readonly id: string; readonly secret: string }>;
  /** A link may be used as often as wanted while it is valid. null: no link of ours has this secret. */
  find(secret: string): FoundShare | null;
  /** Ends the link; a second time changes nothing. Rejects with DeskRefusedError for an id that is unknown. */
  revoke(id: string, by: string, why: string): Promise<Share>;
  /** Links of the plan in the order they were opened, those that are over included. */
  list(plan: string): readonly FoundShare[];
}

export async function openShares(journal: Journal, clock: Clock, random: RandomBytes = randomBytes): Promise<Shares> {
  const byId = new Map<string, Share>();
  const idByHash = new Map<string, string>();
  const book = await Book.open(journal, clock, 'shares', {
    open: (entry) => {
      const { id, hash, plan, customer, expiresAt } = entry.data as Opened;
      byId.set(id, { id, plan, customer, expiresAt, opened: saidIn(entry), revoked: null });
      idByHash.set(hash, id);
    },
    revoke: (entry) => {
      const { id } = entry.data as { readonly id: string };
      byId.set(id, { ...must(byId.get(id), `share ${id}`), revoked: saidIn(entry) });
    },
  });
  const found = (share: Share): FoundShare => ({ share, state: lifetimeOf(share, clock.now()) });
  return {
    open: async (order) => {
      const { secret, hash, id } = makeSecret('psc_', random);
      await book.write(() => {
        assert(!byId.has(id), `share ${id} is there already: chance gave the same bytes twice`);
        return openLine(order, id, hash, clock.now());
      });
      return { id, secret };
    },
    find: (secret) => {
      const id = idByHash.get(hashOfSecret('psc_', secret) ?? '');
      return id === undefined ? null : found(must(byId.get(id), `share ${id}`));
    },
    revoke: async (id, by, why) => {
      await book.write(() => {
        needWho({ by, why });
        const share = byId.get(id);
        if (!share) throw new DeskRefusedError(`share ${id}`, 'there is none of this id', "see the plan's list of links");
        return share.revoked ? null : { kind: 'revoke', by, why, data: { id } };
      });
      return must(byId.get(id), `share ${id}`);
    },
    list: (plan) => [...byId.values()].filter((share) => share.plan === plan).map(found),
  };
}

type Opened = {
  readonly id: string;
  readonly hash: string;
  readonly plan: string;
  readonly customer: string;
  readonly expiresAt: number;
};

function openLine(order: ShareOrder, id: string, hash: string, nowMs: number): Line {
  const { plan, customer, expiresAt, by, why } = order;
  needText('share: plan', plan, 200);
  needText('share: customer', customer, 200);
  needExpiry(`share of ${plan} for ${customer}`, expiresAt, nowMs);
  needWho(order);
  const data: Opened = { id, hash, plan, customer, expiresAt };
  return { kind: 'open', by, why, data };
}
