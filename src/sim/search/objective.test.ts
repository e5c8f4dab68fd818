import { describe, expect, it } from 'vitest';
import { answerAll } from '../rehearse/asking.ts';
import { answerHere } from '../rehearse/runner.ts';
import { grow, Series, type Collected } from '../rehearse/series.ts';
import { costOf, keepsPromises, p90, t95Of } from './objective.ts';
import { searchExample } from './search-example.ts';

/** The same plan with every time of the curve, and the hours, so many times as much. */
function stretched({ about, rows }: Collected, times: number, hours: number): Collected {
  const width = rows.length / 24;
  return { about, rows: rows.map((value, i) => (i % width < 100 ? value * times : i % width === 102 ? value * hours : value)) };
}

describe('objective', () => {
  const { rules } = searchExample({ clusters: { a: { nodes: 12, priority: 1 }, b: { nodes: 12, priority: 2 } }, places: 3 });
  const series = new Series({ plan: rules, engine: 'exact', seed: 2 });
  answerAll(grow([series], 24), answerHere());
  const base = series.collected();

  it("the rules' plan costs 1", () => {
    expect(costOf(base, base, 't95')).toBe(1);
    expect(costOf(base, base, 'gpu-hours')).toBe(1);
  });

  it('ten to one for what counts', () => {
    const other = stretched(base, 1.1, 0.5);
    expect(costOf(other, base, 't95')).toBeCloseTo((10 * 1.1 + 0.5) / 11, 9);
    expect(costOf(other, base, 'gpu-hours')).toBeCloseTo((1.1 + 10 * 0.5) / 11, 9);
  });

  it('who never gets there loses, however few hours he lost', () => {
    const never = stretched(base, Infinity, 0.01);
    expect(p90(t95Of(never))).toBe(Infinity);
    expect(costOf(never, base, 'gpu-hours')).toBe(Infinity);
    expect(costOf(never, never, 'gpu-hours')).toBe(1);
  });

  it('a promise is to the clusters named, and leaves a twentieth', () => {
    const width = base.rows.length / 24;
    const late = (part: number): Collected => ({
      ...base,
      rows: base.rows.map((value, i) => (i % width >= 106 && i % width < 111 ? value * part : value)),
    });
    const first = base.about.clusters[0]?.name ?? '';
    const other = base.about.clusters[1]?.name ?? '';
    expect(keepsPromises(late(1.04), base, new Set([first]))).toBe(true);
    expect(keepsPromises(late(1.5), base, new Set([first]))).toBe(false);
    expect(keepsPromises(late(1.5), base, new Set([other]))).toBe(true);
  });
});
