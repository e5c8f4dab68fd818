import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw } from '../../std/draw.ts';
import { longerThan, restMs } from './rest.ts';

const u = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
const law = [fc.double({ min: 1, max: 1e7, noNaN: true }), fc.double({ min: 0.01, max: 2, noNaN: true })] as const;

describe('what is left of a duration', () => {
  it('those that last longer than so long, and no others: shares of a large sample', () => {
    const [median, logSd, elapsed] = [600, 0.5, 700];
    const all = Array.from({ length: 20_000 }, (_, i) => restMs(median, logSd, 0, draw(1, i, 0, 0, 0)));
    const left = all.filter((ms) => ms > elapsed).map((ms) => ms - elapsed);
    expect(left.length / all.length).toBeCloseTo(longerThan(median, logSd, elapsed), 1);
    for (const p of [0.1, 0.5, 0.9]) {
      const seen = left.toSorted((a, b) => a - b)[Math.floor(p * left.length)] as number;
      expect(restMs(median, logSd, elapsed, p) / seen).toBeCloseTo(1, 1);
    }
  });

  it('any law, any moment: never less than nothing, a number, and more for a larger u', () => {
    fc.assert(
      fc.property(...law, fc.double({ min: 0, max: 1e12, noNaN: true }), u, u, (median, logSd, elapsed, a, b) => {
        const [less, more] = [restMs(median, logSd, elapsed, Math.min(a, b)), restMs(median, logSd, elapsed, Math.max(a, b))];
        expect(Number.isFinite(less) && less >= 0).toBe(true);
        // The normal quantile is good to nine digits, of which a long elapsed time takes some away.
        expect(more).toBeGreaterThanOrEqual(less - 1e-6 * (median + elapsed));
      }),
    );
  });

  it('without a spread: the rest of the median, and nothing once it is over', () => {
    expect([restMs(100, 0, 40, 0.3), restMs(100, 0, 140, 0.3)]).toEqual([60, 0]);
    expect([longerThan(100, 0, 40), longerThan(100, 0, 140)]).toEqual([1, 0]);
  });
});
