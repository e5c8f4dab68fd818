// Sessions of browsers: who signed in, for half a day at most. They end with the server; the book says who came and went.
import { randomBytes } from 'node:crypto';
import type { Journal } from '../core/ports.ts';
import type { Clock } from '../std/clock.ts';
import { appendLine } from './book.ts';
import { type Holder, needHolder } from './holder.ts';
import { hashOfSecret, makeSecret, type RandomBytes, randomText } from './secret.ts';

/** How long a session lasts, however much it is used. */
export const SESSION_MS = 12 * 3_600_000;

export interface SignIn extends Holder {
  /** Id of the token that was shown; null: somebody else vouched (OIDC). */
  readonly token: string | null;
  /** Unix ms; a session ends no later than what it was opened with. null: that has no end. */
  readonly until: number | null;
}

interface Session extends Holder {
  /** 12 hex digits; may be shown and written. */
  readonly id: string;
  readonly token: string | null;
  /** To be sent with every act of this session, so that no other page can act in its name. Never written down. */
  readonly csrf: string;
  /** Unix ms. */
  readonly openedAt: number;
  readonly expiresAt: number;
}

export interface Sessions {
  /** Resolves with the secret, which is said this once. Rejects with DeskRefusedError. */
  open(who: SignIn): Promise<string>;
  /** null: never opened, ended or expired. */
  find(secret: string): Session | null;
  /** Ends at once, before it is written; a session that is over changes nothing. */
  end(secret: string): Promise<void>;
  /** Ends at once every session that was opened with this token; for when it is revoked. */
  endOf(token: string): Promise<void>;
}

export function openSessions(journal: Journal, clock: Clock, random: RandomBytes = randomBytes): Sessions {
  const byHash = new Map<string, Session>();
  const live = (hash: string): Session | null => {
    const session = byHash.get(hash);
    return session && clock.now() < session.expiresAt ? session : null;
  };
  const write = (kind: string, why: string, { id, name, role }: Omit<Session, 'csrf'>): Promise<unknown> =>
    appendLine(journal, clock, 'sessions', { kind, by: name, why, data: { id, name, role } });
  return {
    open: async (who) => {
      needHolder('session', who);
      const { name, role, customer, token } = who;
      forgetExpired(byHash, clock.now());
      const { secret, hash, id } = makeSecret('pss_', random);
      const openedAt = clock.now();
      const expiresAt = Math.min(openedAt + SESSION_MS, who.until ?? Number.POSITIVE_INFINITY);
      const session = { id, name, role, customer, token, csrf: randomText(random), openedAt, expiresAt };
      await write('open', token === null ? 'signed in' : `signed in with token ${token}`, session);
      byHash.set(hash, session);
      return secret;
    },
    find: (secret) => live(hashOfSecret('pss_', secret) ?? ''),
    end: async (secret) => {
      const hash = hashOfSecret('pss_', secret) ?? '';
      const session = live(hash);
      byHash.delete(hash);
      if (session) await write('end', 'signed out', session);
    },
    endOf: async (token) => {
      const ended = [...byHash].filter(([, session]) => session.token === token);
      for (const [hash] of ended) byHash.delete(hash);
      await Promise.all(ended.map(([, session]) => write('end', `token ${token} is over`, session)));
    },
  };
}

function forgetExpired(byHash: Map<string, Session>, nowMs: number): void {
  for (const [hash, { expiresAt }] of byHash) if (nowMs >= expiresAt) byHash.delete(hash);
}
