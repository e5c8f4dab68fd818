import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allOf, DAY_MS, HandClock, memoryJournal, NOW_MS } from '../../test/desk.ts';
import { ROLES } from '../core/roles.ts';
import { Book } from './book.ts';
import { WORDS } from './customers.ts';
import { type Desk, openDesk } from './desk.ts';
import { DeskRefusedError } from './refused.ts';

const PLANS = ['p1', 'p2', 'p3'];
const CUSTOMERS = ['aurora', 'borealis'];
const said = { by: 'lead', why: 'test' };

/** Something that somebody does at the desk; `secrets` collects what was shown once. */
type Deed = (desk: Desk, secrets: string[]) => Promise<unknown>;

const text = fc.string({ unit: 'binary', maxLength: 8 });
const expiry = fc.integer({ min: -1, max: 4 }).map((days) => NOW_MS + days * DAY_MS);
const nth = fc.nat(5);

const mint = fc.tuple(fc.constantFrom(...ROLES), text, expiry).map(([role, name, expiresAt]): Deed => {
  const customer = role === 'customer' ? 'aurora' : null;
  return async (desk, secrets) => secrets.push((await desk.tokens.mint({ name, role, customer, expiresAt, ...said })).secret);
});
const share = fc.tuple(fc.constantFrom(...PLANS), fc.constantFrom(...CUSTOMERS), expiry).map(([plan, customer, expiresAt]): Deed => {
  return async (desk, secrets) => secrets.push((await desk.shares.open({ plan, customer, expiresAt, ...said })).secret);
});
const revoke = nth.map(
  (n): Deed =>
    (desk) =>
      desk.tokens.revoke(desk.tokens.list()[n]?.token.id ?? 'none', 'lead', 'over'),
);
const unshare = nth.map(
  (n): Deed =>
    (desk) =>
      desk.shares.revoke(desk.shares.list('p1')[n]?.share.id ?? 'none', 'lead', 'over'),
);
const keep = fc.tuple(fc.constantFrom(...PLANS), text).map(([id, name]): Deed => {
  return (desk) => desk.plans.keep({ id, text: `{"id":"${id}"}`, change: { text: name }, policy: null, summary: { name }, ...said });
});
const fleet = fc.tuple(fc.constantFrom('a', 'b'), nth).map(([name, nodes]): Deed => {
  return (desk) => desk.fleets.keep({ fleet: name, document: { nodes }, folder: 'site', catalogue: null, by: 'lead' });
});
const say = fc
  .tuple(fc.constantFrom(...PLANS), fc.constantFrom(...CUSTOMERS), fc.constantFrom(...WORDS), text, nth)
  .map(([plan, customer, kind, words, p50]): Deed => {
    return (desk) => desk.customers.say({ plan, customer, kind, by: 'x', role: 'lead', text: words, data: { marks: { p50 }, atMs: 1 } });
  });

describe('desk', () => {
  test('opened again on the same journal it holds the same (property)', async () => {
    const deeds = fc.array(fc.oneof(mint, share, revoke, unshare, keep, fleet, say), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(deeds, fc.boolean(), async (list, atOnce) => {
        const journal = memoryJournal();
        const clock = new HandClock();
        const desk = await openDesk(journal, clock);
        const secrets: string[] = [];
        const doing = async (deed: Deed): Promise<void> => {
          await deed(desk, secrets).catch((error: unknown) => {
            if (!(error instanceof DeskRefusedError)) throw error;
          });
          clock.nowMs += DAY_MS / 20;
        };
        if (atOnce) await Promise.all(list.map(doing));
        else for (const deed of list) await doing(deed);
        const again = await openDesk(journal, clock);
        expect(await heldBy(again, secrets)).toEqual(await heldBy(desk, secrets));
        expect(secrets.map((secret) => again.tokens.find(secret) ?? again.shares.find(secret)).includes(null)).toBe(false);
        const written = await Promise.all(['tokens', 'shares'].map((stream) => allOf(journal, stream)));
        expect(secrets.filter((secret) => JSON.stringify(written).includes(secret.slice(4)))).toEqual([]);
        await journal.close();
      }),
      { numRuns: 60 },
    );
  });

  test('a book of thousands of entries is read whole', async () => {
    const journal = memoryJournal();
    const entry = { at: 1, kind: 'n', by: 'lead', why: 'test', data: {} };
    await Promise.all(Array.from({ length: 2_000 }, () => journal.appendStream('long', entry)));
    const seqs: number[] = [];
    const book = await Book.open(journal, new HandClock(), 'long', { n: ({ seq }) => seqs.push(seq) });
    await book.write(() => entry);
    expect(seqs).toEqual(Array.from({ length: 2_001 }, (_, i) => i + 1));
    await journal.close();
  });

  test('an entry of a kind that only a newer Pitstop knows stops the opening', async () => {
    const journal = memoryJournal();
    await journal.appendStream('tokens', { at: 1, kind: 'toString', by: 'lead', why: 'test', data: {} });
    await expect(openDesk(journal, new HandClock())).rejects.toThrow('stream tokens, seq 1: kind "toString" is unknown');
    await journal.close();
  });

  test('a write that fails changes nothing of what is held, and the next one is tried', async () => {
    const journal = memoryJournal();
    const desk = await openDesk(journal, new HandClock());
    const order = { name: 'ci', role: 'viewer', customer: null, expiresAt: NOW_MS + DAY_MS, ...said } as const;
    await desk.tokens.mint(order);
    await journal.close();
    await expect(desk.tokens.mint(order)).rejects.toMatchObject({ name: 'JournalClosedError' });
    await expect(desk.tokens.revoke(desk.tokens.list()[0]?.token.id ?? '', 'a', 'b')).rejects.toMatchObject({ name: 'JournalClosedError' });
    expect(desk.tokens.list().map(({ state }) => state)).toEqual(['valid']);
  });
});

async function heldBy({ tokens, shares, plans, fleets, customers }: Desk, secrets: readonly string[]): Promise<unknown> {
  return {
    tokens: tokens.list(),
    found: secrets.map((secret) => [tokens.find(secret), shares.find(secret)]),
    shares: PLANS.map((plan) => shares.list(plan)),
    plans: plans.list(),
    texts: await Promise.all(PLANS.map((plan) => plans.get(plan))),
    fleets: fleets.list(),
    talks: PLANS.flatMap((plan) => CUSTOMERS.map((customer) => customers.of(plan, customer))),
  };
}
