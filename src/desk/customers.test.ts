import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allOf, HandClock, memoryJournal, NOW_MS } from '../../test/desk.ts';
import type { Journal } from '../core/ports.ts';
import { type Customers, openCustomers, type Speech } from './customers.ts';

const update: Speech = { plan: 'p1', customer: 'aurora', by: 'lead', role: 'lead', kind: 'update', text: 'we begin at nine', data: {} };
const release: Speech = { ...update, by: 'Ben', role: 'customer', kind: 'release', text: '', data: { targets: 'n[1-4]' } };

describe('customers', () => {
  let journal: Journal;
  let clock: HandClock;
  let customers: Customers;
  beforeEach(async () => {
    journal = memoryJournal();
    clock = new HandClock();
    customers = await openCustomers(journal, clock);
  });
  afterEach(() => journal.close());

  test('say and of: in order, of one plan and customer only', async () => {
    await customers.say(update);
    await customers.say({ ...update, customer: 'borealis' });
    await customers.say({ ...update, plan: 'p2' });
    clock.nowMs += 5;
    expect(await customers.say(release)).toEqual({ ...release, seq: 4, at: NOW_MS + 5 });
    expect(customers.of('p1', 'aurora')).toEqual([
      { ...update, seq: 1, at: NOW_MS },
      { ...release, seq: 4, at: NOW_MS + 5 },
    ]);
    expect(customers.of('p1', 'nobody')).toEqual([]);
    expect((await allOf(journal, 'customers')).map(({ kind, by, why }) => [kind, by, why]).slice(2)).toEqual([
      ['update', 'lead', 'we begin at nine'],
      ['release', 'Ben', 'release, without a word'],
    ]);
  });

  test('eta: equal ones after each other are one, whenever they were known; back to an earlier one is a new one', async () => {
    const marks = [
      { p50: 1, p90: 2 },
      { p90: 2, p50: 1 },
      { p50: 1, p90: 3 },
      { p50: 1, p90: 3 },
      { p50: 1, p90: 2 },
    ];
    const stands = [];
    for (const [i, each] of marks.entries()) stands.push((await customers.say(eta(each, i))).seq);
    expect(stands).toEqual([1, 1, 2, 2, 3]);
    expect((await customers.say({ ...eta({ p50: 1, p90: 2 }, 9), customer: 'borealis' })).seq).toBe(4);
    await customers.say(update);
    expect((await customers.say(eta({ p50: 1, p90: 2 }, 10))).seq).toBe(3);
    expect(customers.of('p1', 'aurora').map(({ kind, data }) => [kind, data['atMs']])).toEqual([
      ['eta', 0],
      ['eta', 2],
      ['eta', 4],
      ['update', undefined],
    ]);
  });

  test('eta: equal ones at the same moment, and over a new opening, are one', async () => {
    const all = await Promise.all([1, 2, 3].map((atMs) => customers.say(eta({ p50: 1 }, atMs))));
    expect(all.map(({ seq }) => seq)).toEqual([1, 1, 1]);
    expect((await (await openCustomers(journal, clock)).say(eta({ p50: 1 }, 4))).seq).toBe(1);
    expect(await allOf(journal, 'customers')).toHaveLength(1);
  });

  test('other words may be said twice', async () => {
    await customers.say(release);
    await customers.say(release);
    expect(customers.of('p1', 'aurora')).toHaveLength(2);
  });

  test('what comes out may be kept: a later word does not change it', async () => {
    await customers.say(update);
    const before = customers.of('p1', 'aurora');
    await customers.say(release);
    expect(before).toHaveLength(1);
  });

  test('refusals: nobody, no word, no text, too much text, an ETA of a customer or of nothing', async () => {
    const bad: [Partial<Speech>, string][] = [
      [{ plan: '' }, 'plan: is empty'],
      [{ customer: '' }, 'customer: is empty'],
      [{ by: '' }, 'by: is empty'],
      [{ text: '' }, 'update to aurora: text: is empty'],
      [{ kind: 'counter', text: ' ' }, 'counter to aurora: text: is empty'],
      [{ kind: 'recall', text: 'x'.repeat(4_001) }, 'has 4001 characters'],
      [{ kind: 'shout' as Speech['kind'] }, 'no such word; use update, release'],
      [{ ...eta({}, 0), role: 'customer' }, 'a customer gives no ETA'],
      [{ ...eta({}, 0), data: {} }, 'an eta is {marks: {...}, atMs}'],
      [{ ...eta({}, 0), data: { marks: [1], atMs: 1 } }, 'an eta is'],
    ];
    for (const [part, message] of bad) {
      await expect(customers.say({ ...update, ...part })).rejects.toThrow(message);
      await expect(customers.say({ ...update, ...part })).rejects.toMatchObject({ name: 'DeskRefusedError' });
    }
    expect(await allOf(journal, 'customers')).toEqual([]);
  });
});

function eta(marks: { [mark: string]: number }, atMs: number): Speech {
  return { ...update, kind: 'eta', text: '', data: { marks, atMs } };
}
