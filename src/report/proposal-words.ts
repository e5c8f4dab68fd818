// Times, shares and numbers of a proposal in words: on the reader's clock where there is one, and honest about what was never reached or seen.
import { showMinutes } from '../chart/scale.ts';
import type { Band, Difference, Spread } from '../core/forecast/forecast.ts';
import { showCount } from '../std/share.ts';
import type { Span } from './document.ts';
import type { Proposal } from './proposal.ts';
import { zonedClock } from './zoned-time.ts';

export interface ProposalTimes {
  /** "11:34" on the day of time zero, "Wed 9 Jul 02:10" on another; without a window "2 h 34 min after the first drain". */
  readonly at: (min: number | null) => string;
  /** As `at`, always with its day. */
  readonly on: (min: number | null) => string;
  /** "2 h 34 min", or that it was not reached. */
  readonly after: (min: number | null) => string;
  /** Short enough for the axis of a chart; null: there is no clock. */
  readonly tick: ((min: number) => string) | null;
  /** "All times are those of Phoenix ...", or that there is no time of day yet. */
  readonly stated: string;
}

/** The observations behind a number, and a warning where there are none. */
export function seen(n: number): Span {
  return n === 0 ? { unseen: 'n = 0, never seen here' } : `n = ${showCount(n)}`;
}

export function timesOf({ forecast, horizonMin }: Pick<Proposal, 'forecast' | 'horizonMin'>, zone: string): ProposalTimes {
  const none = horizonMin === null ? 'not within the horizon' : `>${showCount(Math.round(horizonMin / 60))} h`;
  const after = (min: number | null): string => showMinutes(min, none);
  const zero = forecast.windowMin;
  if (zero === null) {
    const words = (min: number | null): string => {
      if (min === null) return none;
      if (min === 0) return 'at the first drain';
      return min < 0 ? `${showMinutes(-min)} before the first drain` : `${showMinutes(min)} after the first drain`;
    };
    return { at: words, on: words, after, tick: null, stated: 'No window is agreed yet: times count from the first drain.' };
  }
  const clock = zonedClock(zone);
  const sameDay = (min: number): boolean => clock.day(zero + min) === clock.day(zero);
  return {
    at: (min) => (min === null ? none : sameDay(min) ? clock.time(zero + min) : clock.moment(zero + min)),
    on: (min) => (min === null ? none : clock.moment(zero + min)),
    after,
    tick: (min) => (sameDay(min) ? clock.time(zero + min) : `${clock.day(zero + min).slice(0, 3)} ${clock.time(zero + min)}`),
    stated: `Times are those of ${clock.zone} (${clock.offset(zero)}); those without a day are of ${clock.day(zero)}.`,
  };
}

/** "1 h 45 min / 2 h 3 min": P50 and P90. */
export function bandWords(times: ProposalTimes, band: Band | undefined): string {
  return band ? `${times.after(band.p50Min)} / ${times.after(band.p90Min)}` : '-';
}

/** A number of things or hours, or that there is none. */
export function amount(value: number | null): string {
  return value === null || !Number.isFinite(value) ? '-' : showCount(Math.round(value));
}

export function spreadWords({ p50, p90 }: Spread): string {
  return `${amount(p50)} / ${amount(p90)}`;
}

/** "41 min (38 min to 45 min)"; what is less than three seconds is nothing. */
export function gainWords(gain: Difference | undefined): string {
  if (!gain || gain.diffMin === null) return 'no figure';
  return `${Math.abs(gain.diffMin) < 0.05 ? 'nothing' : showMinutes(gain.diffMin)}${intervalWords(gain, 1)}`;
}

/** "6 h 12 min later (6 h 1 min to 6 h 20 min)". */
export function laterWords(difference: Difference | undefined): string {
  if (!difference || difference.diffMin === null) return 'no figure';
  const { diffMin } = difference;
  if (Math.abs(diffMin) < 0.05) return 'no difference';
  return `${showMinutes(Math.abs(diffMin))} ${diffMin > 0 ? 'later' : 'sooner'}${intervalWords(difference, Math.sign(diffMin))}`;
}

/** "2.2 %", with as many digits as a small share needs; only the whole is 100 %. */
export function percentWords(share: number): string {
  if (!Number.isFinite(share)) return '-';
  const percent = share * 100;
  if (share < 1 && percent > 99) return '>99 %';
  return `${percent >= 10 ? percent.toFixed(0) : Number(percent.toPrecision(2))} %`;
}

/** " (37 to 45 min)", " (2 h 59 min to 3 h 3 min)". */
function intervalWords({ lowMin, highMin }: Difference, sign: number): string {
  if (lowMin === null || highMin === null) return '';
  const [from, to] = sign < 0 ? [-highMin, -lowMin] : [lowMin, highMin];
  const inMinutes = [from, to].every((min) => Math.abs(min) >= 1 && Math.abs(min) < 59.5);
  return ` (${inMinutes ? Math.round(from) : showMinutes(from)} to ${showMinutes(to)})`;
}
