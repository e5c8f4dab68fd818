import { describe, expect, it } from 'vitest';
import { stillOut } from './survival.ts';

describe('Kaplan-Meier', () => {
  it('the textbook case: remission of 21 patients under 6-MP (E. Freireich et al. 1963), 12 censored', () => {
    const ended = [6, 6, 6, 7, 10, 13, 16, 22, 23];
    const censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
    const steps = stillOut([...censored.map((tookMs) => ({ tookMs, ended: false })), ...ended.map((tookMs) => ({ tookMs, ended: true }))]);
    expect(steps.map(({ afterMs, share }) => [afterMs, Number(share.toFixed(4))])).toEqual([
      [6, 0.8571],
      [7, 0.8067],
      [10, 0.7529],
      [13, 0.6902],
      [16, 0.6275],
      [22, 0.5378],
      [23, 0.4482],
    ]);
  });

  it('nobody out, nobody back: no step', () => {
    expect(stillOut([])).toEqual([]);
    expect(stillOut([{ tookMs: 5, ended: false }])).toEqual([]);
    expect(stillOut([{ tookMs: 5, ended: true }])).toEqual([{ afterMs: 5, share: 0 }]);
  });
});
