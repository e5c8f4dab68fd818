import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { showCount, showShare } from './share.ts';

const shares: [number, number, string][] = [
  [0, 1_000, '0 %'],
  [1, 100_000, '<0.1 %'],
  [1, 3, '33.3 %'],
  [1, 2, '50 %'],
  [999, 1_000, '99.9 %'],
  [99_999, 100_000, '99.9 %'],
  [999_999_999, 1_000_000_000, '99.9 %'],
  [1_000, 1_000, '100 %'],
  [0, 0, '-'],
  [3, 0, '-'],
  [Number.NaN, 5, '-'],
];

describe('share', () => {
  it.each(shares)('showShare: %d of %d reads %s', (part, whole, text) => {
    expect(showShare(part, whole)).toBe(text);
  });

  it('showShare: a part below the whole (any) never reads as 100 %, nor a part above nothing as 0 %', () => {
    const pair = fc
      .integer({ min: 1, max: 10_000_000 })
      .chain((whole) => fc.tuple(fc.integer({ min: 0, max: whole - 1 }), fc.constant(whole)));
    fc.assert(
      fc.property(pair, ([part, whole]) => {
        const text = showShare(part, whole);
        expect(text).not.toBe('100 %');
        expect(text === '0 %').toBe(part === 0);
      }),
    );
  });

  it('showCount: thousands are set apart', () => {
    expect([0, 999, 1_024, 1_000_000].map(showCount)).toEqual(['0', '999', '1,024', '1,000,000']);
  });
});
