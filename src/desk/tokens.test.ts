import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allOf, countingBytes, DAY_MS, HandClock, memoryJournal, NOW_MS } from '../../test/desk.ts';
import type { Journal } from '../core/ports.ts';
import { DeskRefusedError } from './refused.ts';
import { type MintOrder, openTokens, type Tokens } from './tokens.ts';

const order: MintOrder = {
  name: 'ci',
  role: 'operator',
  customer: null,
  expiresAt: NOW_MS + DAY_MS,
  by: 'lead',
  why: 'nightly plans',
};

describe('tokens', () => {
  let journal: Journal;
  let clock: HandClock;
  let tokens: Tokens;
  beforeEach(async () => {
    journal = memoryJournal();
    clock = new HandClock();
    tokens = await openTokens(journal, clock);
  });
  afterEach(() => journal.close());

  test('mint: a secret of 32 bytes, and an entry with its hash alone', async () => {
    const foreseen = await openTokens(journal, clock, countingBytes());
    const { id, secret } = await foreseen.mint(order);
    expect(secret).toMatch(/^pst_[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(secret.slice(4), 'base64url')).toEqual(Buffer.from(countingBytes()(32)));
    const hash = createHash('sha256').update(secret).digest('hex');
    expect(id).toBe(hash.slice(0, 12));
    const { by, why, ...held } = order;
    expect(await allOf(journal, 'tokens')).toEqual([{ seq: 1, at: NOW_MS, kind: 'mint', by, why, data: { id, hash, ...held } }]);
  });

  test('mint: chance of its own gives different secrets', async () => {
    const [a, b] = await Promise.all([tokens.mint(order), tokens.mint(order)]);
    expect(a.secret).not.toBe(b.secret);
    expect(tokens.list().map(({ token }) => token.id)).toEqual([a.id, b.id]);
  });

  test('mint: the same bytes twice are a bug, not a second token', async () => {
    const stuck = await openTokens(journal, clock, (bytes) => new Uint8Array(bytes));
    await stuck.mint(order);
    await expect(stuck.mint(order)).rejects.toThrow('there already');
    expect(stuck.list()).toHaveLength(1);
  });

  test('find: by the secret only (wrong prefix, id, hash, cut, longer, unknown)', async () => {
    const { id, secret } = await tokens.mint(order);
    const token = { id, name: 'ci', role: 'operator', customer: null, expiresAt: order.expiresAt, revoked: null };
    expect(tokens.find(secret)).toEqual({ token: { ...token, minted: { at: NOW_MS, by: 'lead', why: 'nightly plans' } }, state: 'valid' });
    const hash = createHash('sha256').update(secret).digest('hex');
    const wrong = [secret.replace('pst_', 'psc_'), secret.slice(4), id, hash, secret.slice(0, -1), `${secret}A`, ` ${secret}`, ''];
    expect(wrong.map((text) => tokens.find(text))).toEqual(wrong.map(() => null));
    expect(tokens.find(`pst_${'A'.repeat(43)}`)).toBeNull();
  });

  test('find: expired exactly at its moment', async () => {
    const { secret } = await tokens.mint(order);
    clock.nowMs = order.expiresAt - 1;
    expect(tokens.find(secret)?.state).toBe('valid');
    clock.nowMs = order.expiresAt;
    expect(tokens.find(secret)?.state).toBe('expired');
    expect(tokens.list().map(({ state }) => state)).toEqual(['expired']);
  });

  test('revoke: at once, once, by whom and why (also when expired since)', async () => {
    const { id, secret } = await tokens.mint(order);
    const revoked = await tokens.revoke(id, 'admin', 'left the site');
    expect(revoked.revoked).toEqual({ at: NOW_MS, by: 'admin', why: 'left the site' });
    clock.nowMs += 2 * DAY_MS;
    expect(await tokens.revoke(id, 'other', 'again')).toEqual(revoked);
    expect(tokens.find(secret)).toEqual({ token: revoked, state: 'revoked' });
    expect(await allOf(journal, 'tokens')).toHaveLength(2);
    await expect(tokens.revoke('0123456789ab', 'admin', 'x')).rejects.toMatchObject({ what: 'token 0123456789ab' });
    await expect(tokens.revoke(id, 'admin', ' ')).rejects.toThrow(DeskRefusedError);
  });

  test('mint: refuses with what, why and mend, and writes nothing', async () => {
    const bad: [Partial<MintOrder>, string][] = [
      [{ name: ' ' }, 'token: name: is empty; say it'],
      [{ role: 'root' as MintOrder['role'] }, 'token ci: role root is unknown; use viewer, operator, approver, admin, customer'],
      [{ role: 'customer' }, 'token ci: role customer is for one customer; say whose'],
      [{ role: 'customer', customer: ' ' }, 'role customer is for one customer'],
      [{ customer: 'aurora' }, 'token ci: role operator is for no customer, not for aurora; leave customer out'],
      [{ expiresAt: NOW_MS }, 'token ci: it would have expired already; give a later'],
      [{ expiresAt: NOW_MS + 366 * DAY_MS + 1 }, 'it would last more than a year'],
      [{ expiresAt: Number.NaN }, 'expiresAt NaN is no time'],
      [{ expiresAt: Number.POSITIVE_INFINITY }, 'expiresAt Infinity is no time'],
      [{ by: '' }, 'by: is empty'],
      [{ why: '' }, 'why: is empty'],
      [{ why: 'x'.repeat(4_001) }, 'why: has 4001 characters, at most 4000 are kept; say it shorter'],
    ];
    for (const [part, message] of bad) {
      const refused = tokens.mint({ ...order, ...part });
      await expect(refused).rejects.toThrow(DeskRefusedError);
      await expect(refused).rejects.toThrow(message);
    }
    expect(await allOf(journal, 'tokens')).toEqual([]);
    expect(tokens.list()).toEqual([]);
    await tokens.mint({ ...order, role: 'customer', customer: 'aurora', expiresAt: NOW_MS + 366 * DAY_MS });
  });

  test('mint: a secret in the words is refused, and its text is not in the refusal', async () => {
    const { secret } = await tokens.mint(order);
    const refused = tokens.mint({ ...order, why: `instead of ${secret}` });
    await expect(refused).rejects.toThrow(DeskRefusedError);
    await expect(refused).rejects.not.toThrow(secret);
    expect(await allOf(journal, 'tokens')).toHaveLength(1);
  });
});
