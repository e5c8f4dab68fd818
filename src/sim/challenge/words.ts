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
