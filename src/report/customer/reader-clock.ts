// Moments (Unix ms) in the customer's own zone: short where the day is today's, always with the same words where nothing is known.
import { zonedClock } from '../zoned-time.ts';

export interface ReaderClock {
  readonly zone: string;
  /** "GMT-4", now. */
  readonly offset: string;
  /** "Tue 8 Jul 09:00"; "not known" for null. */
  readonly moment: (at: number | null) => string;
  /** "09:00" today, else as moment. */
  readonly short: (at: number | null) => string;
  /** "Tue 8 Jul 09:00 to 17:00". */
  readonly span: (from: number, to: number) => string;
  /** "Tue 8 Jul 2031, 09:00". */
  readonly full: (at: number) => string;
  /** "Tue 09:00": for an axis. */
  readonly tick: (at: number) => string;
  /** "2031-07-08T09:00", as a field for date and time wants it; "" for null. */
  readonly field: (at: number | null) => string;
}

const MINUTE_MS = 60_000;
/** Of 2031-07-08T09:00. */
const FIELD_CHARS = 16;

export function readerClock(zone: string, now: number): ReaderClock {
  const clock = zonedClock(zone);
  const min = (at: number): number => Math.floor(at / MINUTE_MS);
  const sameDay = (a: number, b: number): boolean => clock.day(min(a)) === clock.day(min(b));
  const moment = (at: number | null): string => (at === null ? 'not known' : clock.moment(min(at)));
  const day = (at: number): string => clock.day(min(at));
  return {
    zone: clock.zone,
    offset: clock.offset(min(now)),
    moment,
    short: (at) => (at !== null && sameDay(at, now) ? clock.time(min(at)) : moment(at)),
    span: (from, to) => `${moment(from)} to ${sameDay(from, to) ? clock.time(min(to)) : moment(to)}`,
    full: (at) => `${day(at)}, ${clock.time(min(at))}`,
    tick: (at) => `${day(at).split(' ')[0] ?? ''} ${clock.time(min(at))}`,
    field: (at) => (at === null ? '' : isoField(day(at), clock.time(min(at)))),
  };
}

/** What such a field sent back, as Unix ms in that zone; null: no date and time, or one that its clocks skip. */
export function momentOfField(field: string, zone: string): number | null {
  const wanted = utcOf(field);
  if (wanted === null) return null;
  const { field: shown } = readerClock(zone, wanted);
  let at = wanted;
  for (let i = 0; i < 2; i++) at += wanted - (utcOf(shown(at)) ?? wanted);
  return shown(at) === field.slice(0, FIELD_CHARS) ? at : null;
}

function utcOf(field: string): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::00)?$/.exec(field);
  if (!match) return null;
  const [, year, month, day, hour, minute] = match.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Of "Tue 8 Jul 2031" and "09:00". */
function isoField(day: string, time: string): string {
  const [, date = '', month = '', year = ''] = day.split(' ');
  const number = MONTHS.indexOf(month) + 1;
  return number === 0 ? '' : `${year.padStart(4, '0')}-${String(number).padStart(2, '0')}-${date.padStart(2, '0')}T${time}`;
}
