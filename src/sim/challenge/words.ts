// Numbers of a question as people read them. The text rounds to what the rehearsal can know; the question's numbers do not.
import { showDuration } from '../../std/duration.ts';
import { showCount } from '../../std/share.ts';

export function minutes(min: number): string {
  return showDuration(Math.abs(min) * 60_000);
}

/** "41 min sooner"; for a gain that only the changed plan has, "within the horizon, and otherwise is not". */
export function sooner(gainMin: number): string {
  return Number.isFinite(gainMin) ? `${minutes(gainMin)} sooner` : 'within the horizon, and otherwise is not';
}

/** Two digits: "310 GPU-hours", "14,000 GPU-hours". */
export function hours(gpuHours: number): string {
  return `${showCount(twoDigits(Math.abs(gpuHours)))} GPU-hours`;
}

export function percent(share: number): string {
  return `${twoDigits(share * 100)} %`;
}

export const nodes = (count: number): string => `${showCount(count)} ${count === 1 ? 'node' : 'nodes'}`;

export const twoDigits = (value: number): number => Number(value.toPrecision(2));

/** A Unix minute as policy.yaml takes it: "2031-07-08T16:00Z". Days to dates by H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
export function moment(unixMin: number): string {
  const days = Math.floor(unixMin / 1_440) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  // Years that begin in March have their leap day at the end.
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const minute = ((unixMin % 1_440) + 1_440) % 1_440;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(Math.floor(minute / 60))}:${two(minute % 60)}Z`;
}
