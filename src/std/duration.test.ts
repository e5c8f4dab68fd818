import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration, showDuration } from './duration.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const written: [string, number][] = [
  ['0', 0],
  ['250ms', 250],
  ['90s', 90 * SECOND],
  ['12m', 12 * MINUTE],
  ['1.5h', 90 * MINUTE],
  ['4d', 4 * DAY],
];
const none = ['', '12', '-5m', '5 m', '5min', '.5h', '1.h', '5m ', '1h30m', '1e3s', 'Infinitys', '٣m'];
const shown: [number, string][] = [
  [0, '0 ms'],
  [250, '250 ms'],
  [1_000, '1 s'],
  [1_840, '1.8 s'],
  [9_940, '9.9 s'],
  [45_000, '45 s'],
  [59_499, '59 s'],
  [59_500, '1 min'],
  [12 * MINUTE, '12 min'],
  [59.4 * MINUTE, '59 min'],
  [59.6 * MINUTE, '1 h'],
  [200 * MINUTE, '3 h 20 min'],
  [2 * DAY, '2 d'],
  [52 * HOUR, '2 d 4 h'],
  [-90 * SECOND, '-2 min'],
];

describe('duration', () => {
  it.each(written)('parse: %s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(none)('parse: %j is no duration', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it.each(shown)('show: %d ms reads %s', (ms, text) => {
    expect(showDuration(ms)).toBe(text);
  });

  it('show: any whole duration up to a year has two units at most, and is off by a third at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 365 * DAY }), (ms) => {
        const text = showDuration(ms);
        expect(text).toMatch(/^\d+(\.\d)? (ms|s|min|h|d)( \d+ (min|h))?$/);
        const read = text
          .split(/(?<=[a-z]) /)
          .reduce((sum, part) => sum + Number(part.split(' ')[0]) * (unitMs[part.split(' ')[1] ?? ''] ?? Number.NaN), 0);
        expect(Math.abs(read - ms) / ms).toBeLessThan(0.34);
      }),
    );
  });
});

const unitMs: { [unit: string]: number } = { ms: 1, s: SECOND, min: MINUTE, h: HOUR, d: DAY };
