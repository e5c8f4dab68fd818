import { expect, test } from 'vitest';
import { resolveQuantity } from './quantity.ts';

test.each([
  [0.95, 1_000, 950],
  [0.95, 16, 15],
  [0.29, 100, 29],
  [0.07, 100, 7],
  [0.1, 3, 1],
  [1, 100_000, 100_000],
])('quantity: %s of %s is %s (rounded down, at least 1, no float dust)', (share, n, expected) => {
  expect(resolveQuantity({ kind: 'share', share }, n)).toBe(expected);
});

test('quantity: a count is itself, however small the scope', () => {
  expect(resolveQuantity({ kind: 'count', count: 200 }, 16)).toBe(200);
});
