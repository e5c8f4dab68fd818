import { describe, expect, it } from 'vitest';
import { judgeMarks } from '../core/forecast/judged.ts';
import type { BacktestRun } from '../core/learn/answers.ts';
import { backtestOf } from '../core/learn/backtest.ts';
import { backtestLines } from './backtest-lines.ts';

function past(run: string, at95: number, more: Partial<BacktestRun> = {}): BacktestRun {
  const bands = Object.fromEntries(['50', '75', '95', '99'].map((q) => [q, { p50Min: 60, p90Min: 80 }]));
  const marks = judgeMarks(bands, { marks: { '50': 50, '75': 55, '95': at95, '99': null }, knownMin: 100 });
  return {
    run,
    at: '2031-07-08T09:00:00.000Z',
    origin: 'run',
    learnedFrom: [],
    scenarios: 100,
    marks,
    frozen: null,
    why: null,
    window: null,
    ...more,
  };
}

describe('the backtest, for people', () => {
  it('what would have been said, what happened, and how often it held, with its interval', () => {
    const text = backtestLines(backtestOf([past('july-1', 90), past('july-2', 70, { learnedFrom: ['july-1'] })], [])).join('\n');
    expect(text).toMatch(/july-1 +2031-07-08T09:00 +50 % +1 h +1 h 20 min +50 min +yes +- +its plan/);
    expect(text).toMatch(/95 % +1 h +1 h 20 min +1 h 30 min +no/);
    expect(text).toMatch(/july-2 .* 1 run before it/);
    expect(text).toContain('95 % back: 1 of 2 inside P90 (50 %; 1.2 % to 98.7 % with 95 % confidence)');
    expect(text).not.toContain('at the start of these runs');
  });

  it('forecasts that were really made are told beside it', () => {
    const frozen = judgeMarks({ '95': { p50Min: 40, p90Min: 45 } }, { marks: { '95': 70 }, knownMin: 100 });
    const text = backtestLines(backtestOf([past('july-1', 70, { frozen })], [])).join('\n');
    expect(text).toContain('40 min (45 min)');
    expect(text).toContain('at the start of these runs:');
    expect(text).toContain('  95 % back: 0 of 1 inside P90');
  });

  it('windows without nodes: no forecast possible, how much longer they took', () => {
    const window = { plannedMin: 600, actualMin: 900 };
    const lines = backtestLines(backtestOf([past('w', 70, { why: 'no forecast possible: nobody kept which nodes it was', window })], []));
    expect(lines).toEqual([
      'w (2031-07-08): no forecast possible: nobody kept which nodes it was; planned 10 h, took 15 h, 1.50 times as long',
      '1 past window: 1.50 times as long as planned in the median',
    ]);
  });

  it('no past run: no lines', () => {
    expect(backtestLines(backtestOf([], []))).toEqual([]);
  });
});
