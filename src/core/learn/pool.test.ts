import { describe, expect, it } from 'vitest';
import { pooled, type KindMember } from './pool.ts';

const member = (key: string, shift: number | null, n = 95, logMedian = 13): KindMember => ({ key, kind: 'run', n, logMedian, shift });

describe('pooling by kind', () => {
  it('n / (n + k): one other step moves by a third of its shift, four by two thirds', () => {
    // 95 durations are 0.95 of a voice.
    expect(pooled([member('a', 1)], 'run', 'new').shift).toBeCloseTo(0.95 / 2.95, 12);
    const four = ['a', 'b', 'c', 'd'].map((key) => member(key, 1));
    expect(pooled(four, 'run', 'new').shift).toBeCloseTo(3.8 / 5.8, 12);
    expect(pooled(four, 'run', 'new').steps).toBe(4);
  });

  it('a step does not speak to itself, nor to other kinds', () => {
    const none = { shift: 0, logMedian: null, steps: 0 };
    expect(pooled([member('a', 1)], 'run', 'a')).toEqual(none);
    expect(pooled([member('a', 1)], 'reboot', 'new')).toEqual(none);
    expect(pooled([], 'run', 'new')).toEqual(none);
  });

  it('the more often seen speaks louder, and one without a stated median speaks of medians only', () => {
    expect(pooled([member('a', 1, 95), member('b', -1, 5)], 'run', 'new').shift).toBeGreaterThan(0);
    const { shift, logMedian } = pooled([member('a', null, 50, 10), member('b', null, 50, 12)], 'run', 'new');
    expect(shift).toBe(0);
    expect(logMedian).toBeCloseTo(11, 12);
  });
});
