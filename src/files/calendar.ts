// Written times, dates and shifts as Unix minutes. Zones come from Intl, so summer time is right; a time without an offset or a zone is refused.
import { Refusal } from './schema.ts';

/** Unix minutes, half open. */
export interface Interval {
  readonly fromMin: number;
  readonly toMin: number;
}

/** A point in time, or a whole day of the fleet's zone. */
export type Moment = { readonly kind: 'time'; readonly atMin: number } | ({ readonly kind: 'day' } & Interval);

const DAY_MIN = 1_440;

export function zoneExists(zone: string): boolean {
  return formatOf(zone) !== null;
}

/** "2031-07-08" (a whole day in `zone`), "2031-07-08T09:00 America/Phoenix", "2031-07-08T09:00-07:00" or "...Z". */
export function parseMoment(text: string, zone: string): Moment | Refusal {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?\s*(\S+)?)?$/.exec(text.trim());
  if (!match) return new Refusal('is not a date or time', 'write 2031-07-08 or "2031-07-08T09:00 America/Phoenix"');
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const localDayMin = Math.floor(Date.UTC(year, month - 1, day) / 60_000);
  if (new Date(localDayMin * 60_000).toISOString().slice(0, 10) !== text.trim().slice(0, 10) || year < 1970) {
    return new Refusal('there is no such day', 'check year, month and day');
  }
  if (match[4] === undefined) return wholeDay(localDayMin, zone);
  if (hour > 23 || minute > 59 || second > 0) return new Refusal('there is no such time', 'write whole minutes from 00:00 to 23:59');
  const suffix = match[7];
  if (suffix === undefined)
    return new Refusal('a time without zone', `add an offset or a zone: "${text.trim().replace(' ', 'T')} ${zone}"`);
  const localMin = localDayMin + hour * 60 + minute;
  const offset = offsetMin(suffix);
  if (offset !== null) return { kind: 'time', atMin: localMin - offset };
  return timeInZone(localMin, suffix);
}

/** The intervals of "06:00-22:00" or "06:00-12:00,13:00-22:00" on every day of the zone that touches [fromMin, toMin). */
export function shiftIntervals(shifts: string, zone: string, fromMin: number, toMin: number): Interval[] {
  const parts = parseShifts(shifts);
  if (parts instanceof Refusal) return [];
  const found: Interval[] = [];
  const firstDay = Math.floor((fromMin + (offsetAt(zone, fromMin) ?? 0)) / DAY_MIN) - 1;
  const lastDay = Math.floor((toMin + (offsetAt(zone, toMin) ?? 0)) / DAY_MIN);
  for (let day = firstDay; day <= lastDay; day++) {
    for (const part of parts) {
      const from = Math.max(fromMin, toUnixMin(day * DAY_MIN + part.fromMin, zone));
      const to = Math.min(toMin, toUnixMin(day * DAY_MIN + part.toMin, zone));
      if (from < to) found.push({ fromMin: from, toMin: to });
    }
  }
  return mergeIntervals(found);
}

/** Minutes of the day; a shift over midnight ends after 1440. */
export function parseShifts(text: string): Interval[] | Refusal {
  const found: Interval[] = [];
  for (const part of text.split(',')) {
    const match = /^\s*([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-4]):([0-5]\d)\s*$/.exec(part);
    if (!match) return new Refusal('are no shifts', 'write "06:00-22:00" or "06:00-12:00,13:00-22:00"');
    const [fromMin, end] = [Number(match[1]) * 60 + Number(match[2]), Number(match[3]) * 60 + Number(match[4])];
    if (fromMin === end) return new Refusal(`${part.trim()} is no time at all: this crew never works`, 'end each shift after its start');
    if (end > DAY_MIN) return new Refusal('are no shifts', 'end each shift at 24:00 at the latest');
    found.push({ fromMin, toMin: end > fromMin ? end : end + DAY_MIN });
  }
  return found;
}

/** Sorted, without overlap. */
export function mergeIntervals(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const next of intervals.toSorted((a, b) => a.fromMin - b.fromMin)) {
    const last = merged.at(-1);
    if (last && next.fromMin <= last.toMin) merged[merged.length - 1] = { fromMin: last.fromMin, toMin: Math.max(last.toMin, next.toMin) };
    else merged.push({ fromMin: next.fromMin, toMin: next.toMin });
  }
  return merged;
}

function wholeDay(localDayMin: number, zone: string): Moment {
  return { kind: 'day', fromMin: toUnixMin(localDayMin, zone), toMin: toUnixMin(localDayMin + DAY_MIN, zone) };
}

function timeInZone(localMin: number, zone: string): Moment | Refusal {
  if (!zoneExists(zone))
    return new Refusal(`"${zone}" is no time zone`, 'write a zone such as America/Phoenix, or an offset such as -07:00');
  const found = unixMinutes(localMin, zone);
  const [first] = found;
  if (first === undefined) return new Refusal(`this hour does not exist in ${zone}: the clocks go forward`, 'choose another hour');
  if (found.length > 1)
    return new Refusal(`this hour comes twice in ${zone}: the clocks go back`, 'write it with an offset such as -07:00');
  return { kind: 'time', atMin: first };
}

/** Minutes east of UTC of "Z", "+05:30" or "-0700"; null when it is no offset. */
function offsetMin(text: string): number | null {
  if (text === 'Z' || text === 'UTC') return 0;
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(text);
  if (!match || Number(match[2]) > 14 || Number(match[3]) > 59) return null;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

/** Every Unix minute at which the zone's clocks show this local minute: none in a spring gap, two in autumn. */
function unixMinutes(localMin: number, zone: string): number[] {
  const offsets = new Set([offsetAt(zone, localMin - DAY_MIN), offsetAt(zone, localMin + DAY_MIN)]);
  const found: number[] = [];
  for (const offset of offsets) {
    if (offset !== null && offsetAt(zone, localMin - offset) === offset) found.push(localMin - offset);
  }
  return found.sort((a, b) => a - b);
}

/** As `unixMinutes`, the first of two; in a gap the minute at which the clocks go forward. */
function toUnixMin(localMin: number, zone: string): number {
  const [first] = unixMinutes(localMin, zone);
  return first ?? localMin - (offsetAt(zone, localMin - DAY_MIN) ?? 0);
}

function offsetAt(zone: string, unixMin: number): number | null {
  const format = formatOf(zone);
  if (!format) return null;
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(unixMin * 60_000)) part[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = part;
  return Math.round(Date.UTC(year, month - 1, day, hour, minute) / 60_000) - unixMin;
}

const FORMATS = new Map<string, Intl.DateTimeFormat | null>();

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  let format = FORMATS.get(timeZone);
  if (format === undefined) {
    format = newFormat(timeZone);
    FORMATS.set(timeZone, format);
  }
  return format;
}

function newFormat(timeZone: string): Intl.DateTimeFormat | null {
  const digits = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
  try {
    return /^[A-Za-z]/.test(timeZone) ? new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...digits }) : null;
  } catch {
    return null;
  }
}
