// Who may call: tokens are made and ended here, and the book of acts is read.
import type { z } from 'zod';
import type { FoundToken, Token } from '../../desk/tokens.ts';
import type { tokenSchema } from '../contract/people-schemas.ts';
import { os } from '../os.ts';
import type { ApiParts } from '../parts.ts';
import { answering, notFound } from './answering.ts';

const DAY_MS = 86_400_000;

export function peopleProcedures({ desk }: Pick<ApiParts, 'desk'>) {
  const { tokens, sessions, acts } = desk;
  return {
    tokens: os.people.tokens.handler(() => tokens.list().map(({ token }) => show(token))),
    mint: os.people.mint.handler(({ input, context }) =>
      answering(async () => {
        const { name, role, customer, days, reason } = input;
        const expiresAt = Date.now() + Math.floor(days * DAY_MS);
        const { id, secret } = await tokens.mint({ name, role, customer, expiresAt, by: context.caller.name, why: reason });
        return { token: show(tokenOf(tokens.list(), id)), secret };
      }),
    ),
    revoke: os.people.revoke.handler(({ input, context }) =>
      answering(async () => {
        tokenOf(tokens.list(), input.id);
        const token = await tokens.revoke(input.id, context.caller.name, input.reason);
        await sessions.endOf(token.id);
        return show(token);
      }),
    ),
    acts: os.people.acts.handler(async ({ input }) =>
      (await acts.list(input.from, input.limit)).map(({ at, data, ...act }) => ({ ...act, at: iso(at), data: { ...data } })),
    ),
  };
}

function tokenOf(list: readonly FoundToken[], id: string): Token {
  const found = list.find(({ token }) => token.id === id);
  if (!found) throw notFound(`no token ${id}: pitstop token list has them`);
  return found.token;
}

function show({ id, name, role, customer, minted, expiresAt, revoked }: Token): z.infer<typeof tokenSchema> {
  return {
    id,
    name,
    role,
    customer,
    createdAt: iso(minted.at),
    createdBy: minted.by,
    expiresAt: iso(expiresAt),
    revokedAt: revoked ? iso(revoked.at) : null,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
