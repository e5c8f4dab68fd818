import { describe, expect, it } from 'vitest';
import { judgeMarks } from '../forecast/judged.ts';
import type { BacktestRun } from './answers.ts';
import { backtestOf, windowLengths } from './backtest.ts';

const BANDS = Object.fromEntries(['50', '75', '95', '99'].map((q) => [q, { p50Min: 60, p90Min: 80 }]));

function past(run: string, at95: number | null, more: Partial<BacktestRun> = {}): BacktestRun {
  const marks = judgeMarks(BANDS, { marks: { '50': 10, '75': 20, '95': at95, '99': at95 }, knownMin: Infinity });
  return {
    run,
    at: '2031-07-08T09:00:00Z',
    origin: 'run',
    learnedFrom: [],
    scenarios: 9,
    marks,
    frozen: null,
    why: null,
    window: null,
    ...more,
  };
}

describe('backtest', () => {
  it('counts inside and outside mark by mark, and leaves out what was not judged', () => {
    const untold = past('d', 70, { marks: judgeMarks(null, { marks: { '95': 70 }, knownMin: Infinity }), why: 'aborted' });
    const { coverage } = backtestOf([past('a', 70), past('b', 90), past('c', null), untold], []);
    expect(coverage['95']).toMatchObject({ k: 1, n: 3 });
    expect(coverage['50']).toMatchObject({ k: 3, n: 3 });
    expect(coverage['95']?.low).toBeGreaterThan(0);
    expect(coverage['95']?.high).toBeLessThan(1);
  });

  it('forecasts that were really made are counted by themselves', () => {
    const frozen = judgeMarks({ '95': { p50Min: 30, p90Min: 40 } }, { marks: { '95': 70 }, knownMin: Infinity });
    expect(backtestOf([past('a', 70, { frozen }), past('b', 70)], []).frozenCoverage['95']).toMatchObject({ k: 0, n: 1 });
  });

  it('windows of which only the length is known: the factor, by the minutes of the record or else by its times', () => {
    const span = { from: 0, to: 120 * 60_000 };
    const lengths = windowLengths({
      kind: '',
      planned: { ...span, min: null },
      actual: { ...span, min: 300 },
      overrunMin: null,
      what: '',
      whyLate: '',
      source: '',
    });
    expect(lengths).toEqual({ plannedMin: 120, actualMin: 300 });
    expect(backtestOf([past('w', null, { window: lengths })], []).overrun).toEqual({ n: 1, median: expect.closeTo(2.5), p90: null });
    expect(backtestOf([past('w', null, { window: { plannedMin: 0, actualMin: 5 } })], []).overrun).toBeNull();
  });
});
