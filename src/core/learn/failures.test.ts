import { describe, expect, it } from 'vitest';
import { betaQuantile } from '../../std/special.ts';
import { learnShare, type Tally } from './failures.ts';

const nights = (n: number, ...failed: number[]): Tally[] => failed.map((each, run) => ({ run: `run-${run}`, n, failed: each }));
const spread = ({ a, b }: { a: number; b: number }): number => Math.sqrt((a * b) / ((a + b) ** 2 * (a + b + 1)));

describe('failures', () => {
  it('nothing seen: what was stated, or half a per cent where nothing or zero was', () => {
    expect(learnShare([], 0.05).share).toBeCloseTo(0.05, 12);
    expect(learnShare([], null).share).toBeCloseTo(0.005, 12);
    expect(learnShare([], 0)).toEqual(learnShare([], null));
    expect(learnShare([], 0.05).n).toBe(0);
  });

  it('many nights: the share that was seen, whatever was stated', () => {
    const seen = nights(200, ...Array.from({ length: 40 }, (_, i) => 8 + (i % 5)));
    const { share, n, a, b } = learnShare(seen, 0.3);
    expect(share).toBeGreaterThan(0.045);
    expect(share).toBeLessThan(0.065);
    expect(n).toBe(8_000);
    expect(a / (a + b)).toBeCloseTo(share, 12);
  });

  it('a stated share counts as thirty attempts', () => {
    const { share } = learnShare(nights(1, ...Array.from({ length: 30 }, () => 0)), 0.1);
    expect(share).toBeCloseTo(0.05, 12);
  });

  it('failures that come in one night make the next night less sure than as many that are spread out', () => {
    const spreadOut = learnShare(nights(100, 5, 5, 5, 5, 5, 5), null);
    const atOnce = learnShare(nights(100, 30, 0, 0, 0, 0, 0), null);
    expect(spread(atOnce)).toBeGreaterThan(3 * spread(spreadOut));
    expect(betaQuantile(0.95, atOnce.a, atOnce.b)).toBeGreaterThan(0.15);
    expect(betaQuantile(0.95, spreadOut.a, spreadOut.b)).toBeLessThan(0.12);
  });

  it('a thousand nodes that did well in one night promise less than fifty nights of twenty', () => {
    const oneNight = learnShare(nights(1_000, 0), 0.05);
    const manyNights = learnShare(nights(20, ...Array.from({ length: 50 }, () => 0)), 0.05);
    expect(oneNight.share).toBeGreaterThan(2 * manyNights.share);
    expect(manyNights.share).toBeGreaterThan(0);
  });

  it('everything failed: nearly certain, never quite', () => {
    const { share, a, b } = learnShare(nights(50, 50, 50, 50), null);
    expect(share).toBeGreaterThan(0.6);
    expect(share).toBeLessThan(1);
    expect(a > 0 && b > 0).toBe(true);
  });

  it('counts that cannot be are a bug of whoever says them', () => {
    expect(() => learnShare(nights(5, 6), null)).toThrow('6 of 5 failed');
    expect(() => learnShare(nights(Number.NaN, 0), null)).toThrow('failed');
    expect(() => learnShare([], 1.5)).toThrow('a stated share of 1.5');
  });
});
