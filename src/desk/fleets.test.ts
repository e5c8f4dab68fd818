import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allOf, HandClock, memoryJournal, NOW_MS } from '../../test/desk.ts';
import type { Journal } from '../core/ports.ts';
import { type FleetOrder, type Fleets, openFleets } from './fleets.ts';

const order: FleetOrder = { fleet: 'lab', document: { fleet: 'lab', nodes: 'n[1-4]' }, folder: 'site', catalogue: null, by: 'lead' };

describe('fleets', () => {
  let journal: Journal;
  let clock: HandClock;
  let fleets: Fleets;
  beforeEach(async () => {
    journal = memoryJournal();
    clock = new HandClock();
    fleets = await openFleets(journal, clock);
  });
  afterEach(() => journal.close());

  test('keep: the latest by name; what is the same is not written again', async () => {
    expect(await fleets.keep(order)).toEqual({ ...order, at: NOW_MS });
    clock.nowMs += 1;
    expect(await fleets.keep({ ...order, by: 'other' })).toEqual({ ...order, at: NOW_MS });
    expect(await allOf(journal, 'fleets')).toHaveLength(1);
    for (const part of [{ document: { nodes: 'n[1-8]' } }, { folder: 'other' }, { catalogue: 'own' }]) {
      const changed = await fleets.keep({ ...order, ...part });
      expect(changed).toEqual({ ...order, ...part, at: NOW_MS + 1 });
      expect(fleets.get('lab')).toEqual(changed);
    }
    expect(await allOf(journal, 'fleets')).toHaveLength(4);
  });

  test('list: by name; get: null when unknown', async () => {
    for (const fleet of ['z', 'a', 'm']) await fleets.keep({ ...order, fleet });
    expect(fleets.list().map(({ fleet }) => fleet)).toEqual(['a', 'm', 'z']);
    expect(fleets.get('lab')).toBeNull();
  });

  test('refusals: no name, nobody', async () => {
    await expect(fleets.keep({ ...order, fleet: '' })).rejects.toThrow('fleet: name: is empty');
    await expect(fleets.keep({ ...order, by: '' })).rejects.toThrow('fleet lab: by: is empty');
  });
});
