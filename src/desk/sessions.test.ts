import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allOf, HandClock, memoryJournal, NOW_MS } from '../../test/desk.ts';
import type { Journal } from '../core/ports.ts';
import { openSessions, SESSION_MS, type Sessions, type SignIn } from './sessions.ts';

const who: SignIn = { name: 'Ada', role: 'approver', customer: null, token: null, until: null };

describe('sessions', () => {
  let journal: Journal;
  let clock: HandClock;
  let sessions: Sessions;
  beforeEach(() => {
    journal = memoryJournal();
    clock = new HandClock();
    sessions = openSessions(journal, clock);
  });
  afterEach(() => journal.close());

  test('open and find: who it is, with a csrf value; the book has neither secret nor hash nor csrf', async () => {
    const secret = await sessions.open(who);
    expect(secret).toMatch(/^pss_[A-Za-z0-9_-]{43}$/);
    const session = sessions.find(secret);
    const id = createHash('sha256').update(secret).digest('hex').slice(0, 12);
    expect(session).toMatchObject({ id, name: 'Ada', role: 'approver', customer: null, openedAt: NOW_MS, expiresAt: NOW_MS + SESSION_MS });
    expect(session?.csrf).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(secret).not.toContain(session?.csrf);
    const data = { id, name: 'Ada', role: 'approver' };
    expect(await allOf(journal, 'sessions')).toEqual([{ seq: 1, at: NOW_MS, kind: 'open', by: 'Ada', why: 'signed in', data }]);
    expect(sessions.find(secret.replace('pss_', 'pst_'))).toBeNull();
    expect(sessions.find('')).toBeNull();
  });

  test('find: twelve hours exactly, however much it is used', async () => {
    const secret = await sessions.open(who);
    clock.nowMs = NOW_MS + SESSION_MS - 1;
    expect(sessions.find(secret)?.name).toBe('Ada');
    clock.nowMs = NOW_MS + SESSION_MS;
    expect(sessions.find(secret)).toBeNull();
    await sessions.end(secret);
    expect(await allOf(journal, 'sessions')).toHaveLength(1);
  });

  test('find: no later than what it was opened with', async () => {
    const secret = await sessions.open({ ...who, token: 'abc', until: NOW_MS + 1_000 });
    clock.nowMs += 999;
    expect(sessions.find(secret)?.token).toBe('abc');
    clock.nowMs += 1;
    expect(sessions.find(secret)).toBeNull();
  });

  test('end: at once, once, and only this one', async () => {
    const [one, other] = await Promise.all([sessions.open(who), sessions.open(who)]);
    const ended = sessions.end(one);
    expect(sessions.find(one)).toBeNull();
    await ended;
    await sessions.end(one);
    await sessions.end('pss_');
    expect(sessions.find(other)?.name).toBe('Ada');
    expect((await allOf(journal, 'sessions')).map(({ kind, why }) => `${kind}: ${why}`)).toEqual([
      'open: signed in',
      'open: signed in',
      'end: signed out',
    ]);
  });

  test('endOf: all sessions of a token that is over', async () => {
    const [a, b, c] = await Promise.all(['t1', 't1', 't2'].map((token) => sessions.open({ ...who, token })));
    const ended = sessions.endOf('t1');
    expect([a, b, c].map((secret) => sessions.find(secret ?? '')?.token ?? null)).toEqual([null, null, 't2']);
    await ended;
    expect((await allOf(journal, 'sessions')).filter(({ kind }) => kind === 'end')).toHaveLength(2);
  });

  test('a new server knows no session of the old one', async () => {
    const secret = await sessions.open(who);
    expect(openSessions(journal, clock).find(secret)).toBeNull();
  });

  test('open: refuses a holder that cannot be', async () => {
    await expect(sessions.open({ ...who, role: 'customer' })).rejects.toThrow('session Ada: role customer is for one customer');
    await expect(sessions.open({ ...who, name: '' })).rejects.toThrow('session: name: is empty');
    expect(await allOf(journal, 'sessions')).toEqual([]);
  });
});
