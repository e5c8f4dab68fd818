import { describe, expect, it } from 'vitest';
import { CELLS, CELL_OUTLINED, cellCode } from '../../../src/api/contract/cells.ts';
import { CellStore, idsOf } from './model.ts';
import type { Changed } from './model.ts';

const FAILED = cellCode('failed');
const SERVING = cellCode('in-service');

describe('CellStore', () => {
  it('tells only what differs, and counts it', () => {
    const store = new CellStore(4, Uint8Array.of(SERVING, SERVING, SERVING, SERVING));
    const told: Changed[] = [];
    const end = store.subscribe((changed) => told.push(changed));
    store.apply([
      [1, FAILED],
      [2, SERVING],
      [9, FAILED],
    ]);
    expect(told).toEqual([[1]]);
    expect([store.counts[SERVING], store.counts[FAILED]]).toEqual([3, 1]);
    store.apply([[2, SERVING]]);
    expect(told).toHaveLength(1);
    end();
    store.apply([[0, FAILED]]);
    expect(told).toHaveLength(1);
  });

  it('counts outlined cells by their state', () => {
    const store = new CellStore(1);
    store.apply([[0, FAILED | CELL_OUTLINED]]);
    expect(store.counts[FAILED]).toBe(1);
  });

  it('keeps tallies equal to a recount, until they end', () => {
    const groups = { names: ['a', 'b', 'c'], of: Int32Array.from({ length: 300 }, (_, id) => (id % 4) - 1) };
    const store = new CellStore(300);
    const tally = store.tally(groups);
    for (let round = 1; round < 20; round++) {
      store.apply(Array.from({ length: 50 }, (_, i) => [(i * 7 * round) % 300, (i * round) % CELLS.length] as const));
    }
    expect(tally.counts).toEqual(store.tally(groups).counts);
    expect(tally.counts.reduce((sum, count) => sum + count, 0)).toBe(225);
    store.load(new Uint8Array(300).fill(FAILED));
    expect([0, 1, 2].map((group) => tally.at(group, FAILED))).toEqual([75, 75, 75]);
    tally.end();
    store.apply([[1, SERVING]]);
    expect(tally.at(0, FAILED)).toBe(75);
  });
});

describe('idsOf', () => {
  it('finds ids and says what is no node', () => {
    const fleet = { names: ['n1', 'n2', 'n3'], groups: {}, switches: [] };
    expect(idsOf(fleet, ['n3', 'n1', 'x', 'n3'])).toEqual({ ids: Int32Array.of(0, 2), unknown: ['x'] });
  });
});
