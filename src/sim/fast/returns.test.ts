import { describe, expect, it } from 'vitest';
import { Returns } from './returns.ts';

describe('returns', () => {
  const returns = new Returns();
  returns.reset(4);
  returns.add(30, 2.5, 0, 1);
  returns.add(10, 2.5, 1, 1);
  returns.add(20, 5, 0, 0);
  returns.add(40, 1, 1, 1);
  returns.sort();

  it('the moment at which weights come to a sum', () => {
    expect(returns.when([1, 2.5, 2.6, 7.5, 10, 11], null, false)).toEqual([10, 10, 20, 20, 30, 40]);
    expect(returns.when([12], null, false)).toEqual([Infinity]);
  });

  it('of some clusters, and of what is counted', () => {
    expect(returns.when([1, 6], new Set([0]), false)).toEqual([20, 30]);
    expect(returns.when([1, 3, 5, 6], null, true)).toEqual([10, 30, 30, 40]);
    expect(returns.when([3], new Set([1]), true)).toEqual([40]);
  });

  it('is empty after a reset, and forgives the dust of fractions', () => {
    const thirds = new Returns();
    thirds.reset(3);
    for (let i = 0; i < 3; i++) thirds.add(i, 1 / 3, 0, 1);
    thirds.sort();
    expect(thirds.when([1], null, true)).toEqual([2]);
    thirds.reset(1);
    expect(thirds.when([1], null, true)).toEqual([Infinity]);
  });
});
