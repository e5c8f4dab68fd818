import { describe, expect, it } from 'vitest';
import { frozenOf, forecastNote } from './frozen.ts';
import type { Forecast } from './forecast.ts';
import { judgeMarks } from './judged.ts';

const BANDS = {
  '50': { p50Min: 40, p90Min: 50 },
  '75': { p50Min: 50, p90Min: 60 },
  '95': { p50Min: 60, p90Min: 80 },
  '99': { p50Min: 90, p90Min: null },
};

function inside(marks: { readonly [q: string]: number | null }, knownMin: number): (boolean | null | undefined)[] {
  const judged = judgeMarks(BANDS, { marks, knownMin });
  return ['50', '75', '95', '99'].map((q) => judged[q]?.inside);
}

describe('a forecast against what happened', () => {
  it('inside up to its P90, and not a minute later', () => {
    expect(inside({ '50': 50, '75': 60.001, '95': 10, '99': 95 }, Infinity)).toEqual([true, false, true, null]);
  });

  it('not reached: outside once its P90 is past, or the run over; before that nobody knows', () => {
    expect(inside({ '50': 45 }, 70)).toEqual([true, false, null, null]);
    expect(inside({ '50': 45, '75': null }, Infinity)).toEqual([true, false, false, null]);
  });

  it('nothing was foretold: what happened is told, and nothing is judged', () => {
    expect(judgeMarks(null, { marks: { '95': 66 }, knownMin: Infinity })['95']).toEqual({
      p50Min: null,
      p90Min: null,
      actualMin: 66,
      inside: null,
    });
  });
});

describe('the forecast in the journal', () => {
  it('comes back as it was written, and nothing else is taken for one', () => {
    const milestones = Object.fromEntries(Object.entries(BANDS).map(([q, band]) => [q, { ...band, lowMin: 1, highMin: 2, reached: 1 }]));
    const { data } = forecastNote({ seed: 7, scenarios: 200, engine: 'fast', milestones } as unknown as Forecast);
    const stored = JSON.parse(JSON.stringify(data)) as NonNullable<typeof data>;
    expect(frozenOf(stored, 123)).toEqual({ at: 123, seed: 7, scenarios: 200, engine: 'fast', marks: BANDS });
    expect(frozenOf({ other: 1 }, 123)).toBeNull();
  });
});
