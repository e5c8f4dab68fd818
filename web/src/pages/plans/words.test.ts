import { expect, it } from 'vitest';
import { differenceWords, intervalWords, isSure, questionNumbers } from './words.ts';

it('says which plan is sooner, and never that chance is a gain', () => {
  expect(differenceWords({ diffMin: -12, lowMin: -14, highMin: -10 })).toBe('12 min sooner');
  expect(differenceWords({ diffMin: 65, lowMin: 1, highMin: 90 })).toBe('1 h 05 min later');
  expect(differenceWords({ diffMin: 0, lowMin: 0, highMin: 0 })).toBe('no difference');
  expect(differenceWords({ diffMin: null, lowMin: null, highMin: null })).toBe('only one of them gets there');
  expect(intervalWords({ diffMin: -12, lowMin: -14, highMin: 3 })).toBe('−14 min to +3 min');
  expect(isSure({ diffMin: -12, lowMin: -14, highMin: 3 })).toBe(false);
  expect(isSure({ diffMin: -12, lowMin: -14, highMin: -3 })).toBe(true);
});

it('says each number of a question once, the interval beside it', () => {
  const numbers = {
    gain95Min: 41,
    gain95LowMin: 38,
    gain95HighMin: 44,
    riskGpuHours: 310.4,
    expectedDefects: 0.82,
    caughtShare: 0.6,
    more: 'two',
  };
  expect(questionNumbers(numbers)).toEqual([
    { label: 'gain at 95 %', value: '41 min (38 min to 44 min)' },
    { label: 'risk GPU-hours', value: '310' },
    { label: 'expected defects', value: '0.82' },
    { label: 'caught', value: '60 %' },
    { label: 'more', value: 'two' },
  ]);
});
