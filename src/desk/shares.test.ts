import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allOf, DAY_MS, HandClock, memoryJournal, NOW_MS } from '../../test/desk.ts';
import type { Journal } from '../core/ports.ts';
import { openShares, type ShareOrder, type Shares } from './shares.ts';

const order: ShareOrder = { plan: 'p1', customer: 'aurora', expiresAt: NOW_MS + DAY_MS, by: 'lead', why: 'window of July' };

describe('shares', () => {
  let journal: Journal;
  let clock: HandClock;
  let shares: Shares;
  beforeEach(async () => {
    journal = memoryJournal();
    clock = new HandClock();
    shares = await openShares(journal, clock);
  });
  afterEach(() => journal.close());

  test('open and find: the same link as often as wanted; its secret is nowhere in the journal', async () => {
    const { id, secret } = await shares.open(order);
    expect(secret).toMatch(/^psc_[A-Za-z0-9_-]{43}$/);
    const first = shares.find(secret);
    expect(first).toEqual({
      share: {
        id,
        plan: 'p1',
        customer: 'aurora',
        expiresAt: order.expiresAt,
        opened: { at: NOW_MS, by: 'lead', why: 'window of July' },
        revoked: null,
      },
      state: 'valid',
    });
    expect([shares.find(secret), shares.find(secret)]).toEqual([first, first]);
    expect(JSON.stringify(await allOf(journal, 'shares'))).not.toContain(secret.slice(4));
  });

  test('find: wrong prefix and unknown; expired exactly at its moment; revoked', async () => {
    const { id, secret } = await shares.open(order);
    expect([secret.replace('psc_', 'pst_'), secret.slice(4), `psc_${'A'.repeat(43)}`].map((text) => shares.find(text))).toEqual([
      null,
      null,
      null,
    ]);
    clock.nowMs = order.expiresAt - 1;
    expect(shares.find(secret)?.state).toBe('valid');
    clock.nowMs = order.expiresAt;
    expect(shares.find(secret)?.state).toBe('expired');
    await shares.revoke(id, 'lead', 'wrong customer');
    await shares.revoke(id, 'lead', 'again');
    expect(shares.find(secret)).toMatchObject({ state: 'revoked', share: { revoked: { by: 'lead', why: 'wrong customer' } } });
    expect(await allOf(journal, 'shares')).toHaveLength(2);
  });

  test('list: of one plan, in order', async () => {
    const a = await shares.open(order);
    await shares.open({ ...order, plan: 'p2' });
    const b = await shares.open({ ...order, customer: 'borealis' });
    expect(shares.list('p1').map(({ share }) => share.id)).toEqual([a.id, b.id]);
    expect(shares.list('p3')).toEqual([]);
  });

  test('refusals: nobody, nothing, no end, too long, unknown id', async () => {
    await expect(shares.open({ ...order, customer: '' })).rejects.toThrow('share: customer: is empty');
    await expect(shares.open({ ...order, plan: '' })).rejects.toThrow('share: plan: is empty');
    await expect(shares.open({ ...order, why: '' })).rejects.toThrow('why: is empty');
    await expect(shares.open({ ...order, expiresAt: NOW_MS })).rejects.toThrow('share of p1 for aurora: it would have expired already');
    await expect(shares.open({ ...order, expiresAt: NOW_MS + 400 * DAY_MS })).rejects.toThrow('more than a year');
    await expect(shares.revoke('no', 'lead', 'x')).rejects.toMatchObject({ name: 'DeskRefusedError', what: 'share no' });
    expect(await allOf(journal, 'shares')).toEqual([]);
  });
});
