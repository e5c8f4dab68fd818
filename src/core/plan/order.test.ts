import { expect, test } from 'vitest';
import { inOrder, showCycle } from './order.ts';

const edges: { readonly [item: string]: readonly string[] } = { a: ['c'], b: [], c: ['x'], d: ['e'], e: ['f'], f: ['d'] };
const after = (item: string): readonly string[] => edges[item] ?? [];

test('order: items go after what they wait for (unknown names are left out, the rest keeps its order)', () => {
  expect(inOrder(['a', 'b', 'c'], after)).toEqual({ order: ['c', 'a', 'b'], cycle: null });
});

test('order: a cycle is named, closed, and everything still comes once', () => {
  const { order, cycle } = inOrder(['b', 'd', 'e', 'f'], after);
  expect(showCycle(cycle ?? [])).toBe('d after e after f after d');
  expect([...order].sort()).toEqual(['b', 'd', 'e', 'f']);
  expect(inOrder(['a'], () => ['a']).cycle).toEqual(['a', 'a']);
});

test('order: a chain of 20,000 does not overflow the stack', () => {
  const items = Array.from({ length: 20_000 }, (_, i) => String(i));
  const { order, cycle } = inOrder(items, (item) => (item === '19999' ? [] : [String(Number(item) + 1)]));
  expect(cycle).toBeNull();
  expect(order[0]).toBe('19999');
});
