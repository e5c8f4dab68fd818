// Whose hold is it: ours has a reason that begins with "pitstop:RUN", all else is foreign.
import type { Claim } from '../../core/ports.ts';

const OURS = /^pitstop:([A-Za-z0-9][A-Za-z0-9._-]*)(?=\s|$)/;
const WHY_CHARACTERS_MAX = 200;

/** The reason we give: one line without control characters. */
export function holdReason(run: string, why: string): string {
  const words = why.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
  return `pitstop:${run} ${words.slice(0, WHY_CHARACTERS_MAX)}`.trim();
}

export function holdClaim({ by, reason }: { readonly by: string; readonly reason: string }): Claim {
  const run = OURS.exec(reason)?.[1] ?? null;
  if (run !== null) return { by: 'pitstop', run, reason };
  return { by: 'foreign', run: null, reason: [by, reason].filter((part) => part !== '').join(': ') || 'no reason given' };
}
