import { expect, test } from 'vitest';
import { fractionFor } from './fraction.ts';

test('fraction: limits come out nearly whole', () => {
  const counts = [5_000, 6_000, 847];
  const fraction = fractionFor(0.01, 0.015, counts);
  expect(fraction).toBeGreaterThanOrEqual(0.01);
  expect(fraction).toBeLessThanOrEqual(0.015);
  for (const count of counts) expect(Math.abs(Math.round(count * fraction) - count * fraction) / (count * fraction)).toBeLessThan(0.01);
});

test('fraction: without limits it is the least', () => {
  expect(fractionFor(0.0123, 0.02, [])).toBe(0.0123);
});
