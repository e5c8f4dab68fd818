import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allOf, HandClock, memoryJournal, NOW_MS } from '../../test/desk.ts';
import type { Journal } from '../core/ports.ts';
import { openPlans, type PlanOrder, type Plans } from './plans.ts';

const order: PlanOrder = {
  id: 'a1',
  text: '{"id": "a1",\r\n "plan":\t"ü"}',
  change: { text: 'name: july\n' },
  policy: null,
  summary: { parent: null, name: 'july', fleet: 'lab', nodes: 32 },
  by: 'lead',
  why: 'first draft',
};

describe('plans', () => {
  let journal: Journal;
  let clock: HandClock;
  let plans: Plans;
  beforeEach(async () => {
    journal = memoryJournal();
    clock = new HandClock();
    plans = await openPlans(journal, clock);
  });
  afterEach(() => journal.close());

  test('keep and get: texts byte for byte, also for another desk on the same journal', async () => {
    const kept = await plans.keep(order);
    expect(kept).toEqual({ id: 'a1', summary: order.summary, at: NOW_MS, by: 'lead', why: 'first draft' });
    const want = { ...kept, text: order.text, change: order.change, policy: null };
    expect(await plans.get('a1')).toEqual(want);
    expect(await (await openPlans(journal, clock)).get('a1')).toEqual(want);
    expect([await plans.get('a2'), plans.has('a1'), plans.has('a2')]).toEqual([null, true, false]);
  });

  test('keep: the same id again changes nothing (later, at the same moment)', async () => {
    const both = await Promise.all([plans.keep(order), plans.keep({ ...order, by: 'other' })]);
    clock.nowMs += 1;
    expect([...both, await plans.keep({ ...order, by: 'third' })].map(({ by, at }) => `${by} ${at}`)).toEqual(
      Array.from({ length: 3 }, () => `lead ${NOW_MS}`),
    );
    expect(plans.list()).toHaveLength(1);
    expect(await allOf(journal, 'plans')).toHaveLength(1);
  });

  test('list: newest first', async () => {
    for (const id of ['a1', 'a2', 'a3']) await plans.keep({ ...order, id, summary: { name: id } });
    expect(plans.list().map(({ id, summary }) => [id, summary])).toEqual(['a3', 'a2', 'a1'].map((id) => [id, { name: id }]));
  });

  test('refusals: no id, no text, nobody, a secret in the text', async () => {
    for (const part of [{ id: '' }, { text: '' }, { by: '' }, { why: '' }, { text: `{"a": "pst_${'x'.repeat(43)}"}` }]) {
      await expect(plans.keep({ ...order, ...part })).rejects.toMatchObject({ name: 'DeskRefusedError' });
    }
    expect([plans.list(), await allOf(journal, 'plans'), await allOf(journal, 'plan/a1')]).toEqual([[], [], []]);
  });
});
