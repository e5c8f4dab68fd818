import { describe, expect, it } from 'vitest';
import { answerAll } from '../rehearse/asking.ts';
import { answerHere } from '../rehearse/runner.ts';
import { grow, Series } from '../rehearse/series.ts';
import { quantile, rising } from '../rehearse/order-statistics.ts';
import { lowerBoundOf } from './bound.ts';
import { t95Of } from './objective.ts';
import { searchExample } from './search-example.ts';

describe('lowerBoundOf', () => {
  const of = (places: number) => searchExample({ clusters: { a: { nodes: 40 } }, places }).rules;

  it('few places: their work, with the way to it and from it', () => {
    const bound = lowerBoundOf(of(2), 25);
    expect(bound).toMatchObject({ kind: 'energetic', limit: 'image-server' });
    // 95 % of 40 nodes, 10 min each, 2 places: 190 min, and a reboot after it.
    expect(bound.minutes).toBeGreaterThan(190);
    expect(bound.minutes).toBeLessThan(205);
  });

  it('places for all: one node that waits for nobody', () => {
    expect(lowerBoundOf(of(40), 25)).toEqual({ kind: 'critical path', limit: null, minutes: 25 });
  });

  it('no rehearsal of a plan is below it in the median', () => {
    for (const places of [2, 5, 40]) {
      const plan = of(places);
      const series = new Series({ plan, engine: 'exact', seed: 3 });
      answerAll(grow([series], 60), answerHere());
      expect(quantile(rising(t95Of(series.collected())), 0.5)).toBeGreaterThanOrEqual(lowerBoundOf(plan, 18).minutes);
    }
  });
});
