// How long a returned target must stay well before its return counts as confirmed.
import type { Program } from './program.ts';

/** ms. A node is watched for the policy's soak; a switch no longer than its links, since nodes stand still until it is through. */
export function soakMsOf({ counted, soakMs, linkSoakMs }: Program, target: number): number {
  return counted[target] === 1 ? soakMs : Math.min(soakMs, linkSoakMs);
}
