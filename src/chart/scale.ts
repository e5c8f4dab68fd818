// From numbers to places on an axis: linear, logarithmic where values lie far apart, and round numbers to stand beside it.
import { showDuration } from '../std/duration.ts';
import { showCount } from '../std/share.ts';
import { isMoment, minuteTicks, roundStepMin } from './step-curve.ts';

export interface Scale {
  readonly place: (value: number) => number;
  readonly ticks: readonly { readonly value: number; readonly words: string }[];
  readonly log: boolean;
}

/** What a time axis counts in, by how far it goes; below the axis stands the unit once. */
export interface TimeUnit {
  readonly words: string;
  readonly min: number;
}

const MINUTE_MS = 60_000;
const SECOND = 1 / 60;
const HOUR = 60;
const DAY = 24 * HOUR;
/** Beyond this factor between least and most, a linear axis would hide all but the largest. */
const LINEAR_FACTOR_MAX = 20;
const LOG_TICKS = [
  { value: SECOND, words: '1 s' },
  { value: 10 * SECOND, words: '10 s' },
  { value: 1, words: '1 min' },
  { value: 10, words: '10 min' },
  { value: HOUR, words: '1 h' },
  { value: 10 * HOUR, words: '10 h' },
  { value: 4 * DAY, words: '4 d' },
  { value: 40 * DAY, words: '40 d' },
  { value: 365 * DAY, words: '1 year' },
  { value: 3_650 * DAY, words: '10 years' },
];
/** From here on nobody asks for the hours. */
const DAYS_ALONE = 10;
/** Room at the end of an axis, so that what ends there differs from what goes on. */
const HEADROOM = 1.04;

/** "2 h 41 min"; null has the words the caller gives it. */
export function showMinutes(min: number | null, none = 'not within the horizon'): string {
  if (min === null || !isMoment(min)) return none;
  return min >= DAYS_ALONE * DAY ? `${showCount(Math.round(min / DAY))} d` : showDuration(min * MINUTE_MS);
}

export function timeUnitOf(endMin: number): TimeUnit {
  if (endMin <= 3 * HOUR) return { words: 'minutes', min: 1 };
  return endMin <= 4 * DAY ? { words: 'hours', min: HOUR } : { words: 'days', min: DAY };
}

/** Round minutes in from..to, about `ticksMax` at most; zero is among them when it is in range. */
export function ticksBetween(fromMin: number, toMin: number, ticksMax: number): number[] {
  const step = roundStepMin(Math.max(0, toMin - fromMin) / Math.max(1, ticksMax));
  const [first, last] = [Math.ceil(fromMin / step), Math.floor(toMin / step)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => tidy((first + i) * step));
}

/** Times from 0 (or, where they lie far apart, from the least of them, by powers of ten) to places from..to. */
export function timeScale(timesMin: readonly number[], fromPx: number, toPx: number, ticksMax: number): Scale {
  const times = timesMin.flatMap((min) => (isMoment(min) && min > 0 ? [Math.max(min, SECOND)] : []));
  if (times.length === 0) return linear(1, fromPx, toPx, ticksMax);
  const [least, most] = [Math.min(...times), Math.max(...times)];
  return most / least > LINEAR_FACTOR_MAX ? logarithmic(least, most, fromPx, toPx) : linear(most, fromPx, toPx, ticksMax);
}

/** Counts of nodes by powers of ten, from 1 on. */
export function nodeScale(nodesMost: number, fromPx: number, toPx: number): Scale {
  const decades = Math.max(1, Math.log10(Math.max(1, nodesMost)));
  const ticks = Array.from({ length: Math.floor(decades + 1e-9) + 1 }, (_, i) => ({
    value: 10 ** i,
    words: (10 ** i).toLocaleString('en-US'),
  }));
  return { log: true, ticks, place: (nodes) => fromPx + (Math.log10(Math.max(1, nodes)) / decades) * (toPx - fromPx) };
}

function linear(most: number, fromPx: number, toPx: number, ticksMax: number): Scale {
  const end = most * HEADROOM;
  const ticks = minuteTicks(end, ticksMax).map((value) => ({ value, words: value === 0 ? '0' : showMinutes(value) }));
  return { log: false, ticks, place: (min) => fromPx + (Math.min(end, Math.max(0, min)) / end) * (toPx - fromPx) };
}

function logarithmic(least: number, most: number, fromPx: number, toPx: number): Scale {
  const below = LOG_TICKS.findLast(({ value }) => value <= least)?.value ?? least;
  const end = most * HEADROOM;
  const place = (min: number): number =>
    fromPx + (Math.log10(Math.min(end, Math.max(below, min)) / below) / Math.log10(end / below)) * (toPx - fromPx);
  return { log: true, ticks: LOG_TICKS.filter(({ value }) => value >= below && value <= end), place };
}

function tidy(min: number): number {
  const rounded = Math.round(min * 10) / 10;
  return rounded === 0 ? 0 : rounded;
}
