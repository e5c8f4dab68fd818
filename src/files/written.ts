// Values back in the words of the files: for reports of defaults in force, and for `plan --set`, which edits a plan in those words.
import type { Quantity } from '../core/change/policy.ts';
import type { Prior, ShareOf } from '../core/change/procedure.ts';
import type { JsonObject } from '../std/json.ts';

/** 90000 -> "90s"; the largest unit that needs no fraction. */
export function writeDuration(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const;
  if (ms === 0) return '0';
  const [unit, size] = units.find(([, size]) => ms % size === 0 && ms >= size) ?? (['ms', 1] as const);
  return `${ms / size}${unit}`;
}

/** 0.95 -> "95%". */
export function writeShare(share: number): string {
  return `${Math.round(share * 1e9) / 1e7}%`;
}

export function writeQuantity(quantity: Quantity): string | number {
  return quantity.kind === 'count' ? quantity.count : writeShare(quantity.share);
}

/** Keys that are not there stay away. */
export function writePrior({ medianMs, ...rest }: Prior): JsonObject {
  return { median: writeDuration(medianMs), ...rest };
}

export function writeShareOf({ share, ...rest }: ShareOf): JsonObject {
  return { share: writeShare(share), ...rest };
}

/** A Unix minute as "2031-07-08T16:00Z". */
export function writeMinute(unixMin: number): string {
  return `${new Date(unixMin * 60_000).toISOString().slice(0, 16)}Z`;
}
