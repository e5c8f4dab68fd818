// Counts and shares of the policy, resolved against the number of targets in their scope.
import type { Quantity } from './policy.ts';

/** A count as it is; a share of n rounded down, but never less than 1 (docs/reference/files.md). */
export function resolveQuantity(quantity: Quantity, n: number): number {
  // The nudge keeps 0.29 * 100 from becoming 28.999999999999996 and then 28.
  return quantity.kind === 'count' ? quantity.count : Math.max(1, Math.floor(quantity.share * n + 1e-9));
}
