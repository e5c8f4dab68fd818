import { expect, test } from 'vitest';
import { mergeIntervals, parseMoment, parseShifts, shiftIntervals } from './calendar.ts';
import { Refusal } from './schema.ts';

function min(year: number, month: number, day: number, hour = 0, minute = 0): number {
  return Date.UTC(year, month - 1, day, hour, minute) / 60_000;
}

test('moments: offset, zone and whole day', () => {
  const check = (text: string, expected: unknown): void => expect(parseMoment(text, 'America/Phoenix'), text).toEqual(expected);
  check('2031-07-08T09:00 America/Phoenix', { kind: 'time', atMin: min(2031, 7, 8, 16) });
  check('2031-07-08T09:00-07:00', { kind: 'time', atMin: min(2031, 7, 8, 16) });
  check('2031-07-08 09:00+0530', { kind: 'time', atMin: min(2031, 7, 8, 3, 30) });
  check('2031-07-08T09:00:00Z', { kind: 'time', atMin: min(2031, 7, 8, 9) });
  check('2031-07-08T09:00 Asia/Kathmandu', { kind: 'time', atMin: min(2031, 7, 8, 3, 15) });
  check('2031-07-08', { kind: 'day', fromMin: min(2031, 7, 8, 7), toMin: min(2031, 7, 9, 7) });
});

test('moments: summer time (days of 23 and 25 hours, an hour that is missing, one that comes twice)', () => {
  const zone = 'America/New_York';
  expect(parseMoment('2026-03-08', zone)).toEqual({ kind: 'day', fromMin: min(2026, 3, 8, 5), toMin: min(2026, 3, 9, 4) });
  expect(parseMoment('2026-11-01', zone)).toEqual({ kind: 'day', fromMin: min(2026, 11, 1, 4), toMin: min(2026, 11, 2, 5) });
  expect(parseMoment('2026-03-08T01:59 America/New_York', zone)).toEqual({ kind: 'time', atMin: min(2026, 3, 8, 6, 59) });
  expect(parseMoment('2026-03-08T03:00 America/New_York', zone)).toEqual({ kind: 'time', atMin: min(2026, 3, 8, 7) });
  expect(parseMoment('2026-03-08T02:30 America/New_York', zone)).toMatchObject({
    why: expect.stringContaining('does not exist') as unknown,
  });
  expect(parseMoment('2026-11-01T01:30 America/New_York', zone)).toMatchObject({ why: expect.stringContaining('comes twice') as unknown });
  expect(parseMoment('2026-11-01T01:30-05:00', zone)).toEqual({ kind: 'time', atMin: min(2026, 11, 1, 6, 30) });
});

test('moments: refused', () => {
  for (const text of [
    '',
    'tomorrow',
    '2031-13-01',
    '2031-02-29',
    '0000-01-01',
    '2031-07-08T24:00Z',
    '2031-07-08T09:00',
    '2031-07-08T09:00 Mars',
    '2031-07-08T09:00+99:00',
    '2031-07-08T9:00Z',
    '08.07.2031',
  ]) {
    expect(parseMoment(text, 'UTC'), text).toBeInstanceOf(Refusal);
  }
});

test('shifts: on every day that touches the span (over midnight, summer time)', () => {
  expect(shiftIntervals('06:00-22:00', 'UTC', min(2026, 1, 1, 12), min(2026, 1, 2, 12))).toEqual([
    { fromMin: min(2026, 1, 1, 12), toMin: min(2026, 1, 1, 22) },
    { fromMin: min(2026, 1, 2, 6), toMin: min(2026, 1, 2, 12) },
  ]);
  expect(shiftIntervals('22:00-06:00', 'UTC', min(2026, 1, 1), min(2026, 1, 2))).toEqual([
    { fromMin: min(2026, 1, 1), toMin: min(2026, 1, 1, 6) },
    { fromMin: min(2026, 1, 1, 22), toMin: min(2026, 1, 2) },
  ]);
  expect(shiftIntervals('00:00-12:00', 'Europe/Berlin', min(2026, 3, 29, -2), min(2026, 3, 29, 20))).toEqual([
    { fromMin: min(2026, 3, 28, 23), toMin: min(2026, 3, 29, 10) },
  ]);
});

test('shifts: refused', () => {
  for (const text of ['', '6-22', '06:00', '06:00-25:00', '06:00-24:30', '06:00-06:00', '06:00-22:00,']) {
    expect(parseShifts(text), text).toBeInstanceOf(Refusal);
  }
});

test('intervals: merged and sorted', () => {
  const merged = mergeIntervals([
    { fromMin: 5, toMin: 9 },
    { fromMin: 1, toMin: 2 },
    { fromMin: 2, toMin: 4 },
    { fromMin: 6, toMin: 7 },
  ]);
  expect(merged).toEqual([
    { fromMin: 1, toMin: 4 },
    { fromMin: 5, toMin: 9 },
  ]);
});
