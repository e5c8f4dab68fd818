import { describe, expect, it } from 'vitest';
import { zonedClock } from './zoned-time.ts';

const at = (...date: [number, number, number, number, number]): number => Date.UTC(...date) / 60_000;
const SUMMER = at(2031, 6, 8, 16, 0);

describe('zoned time', () => {
  it('the same minute on the clocks of three customers', () => {
    const moments = ['America/Phoenix', 'America/New_York', 'Asia/Kolkata'].map((zone) => {
      const clock = zonedClock(zone);
      return [clock.zone, clock.moment(SUMMER), clock.offset(SUMMER)];
    });
    expect(moments).toEqual([
      ['America/Phoenix', 'Tue 8 Jul 09:00', 'GMT-7'],
      ['America/New_York', 'Tue 8 Jul 12:00', 'GMT-4'],
      ['Asia/Calcutta', 'Tue 8 Jul 21:30', 'GMT+5:30'],
    ]);
  });

  it('summer time: an hour less in winter, midnight is 00:00', () => {
    const clock = zonedClock('America/New_York');
    expect([clock.day(SUMMER), clock.time(SUMMER)]).toEqual(['Tue 8 Jul 2031', '12:00']);
    expect([clock.moment(at(2031, 11, 7, 5, 0)), clock.offset(at(2031, 11, 7, 5, 0))]).toEqual(['Sun 7 Dec 00:00', 'GMT-5']);
  });

  it('a zone that does not exist is UTC and says so; a minute that no calendar holds is a dash', () => {
    const clock = zonedClock('Mars/Olympus');
    expect([clock.zone, clock.time(SUMMER)]).toEqual(['UTC', '16:00']);
    expect([Number.NaN, Infinity, 1e12].map(clock.moment)).toEqual(['-', '-', '-']);
  });
});
