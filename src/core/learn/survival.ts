// How many are not back yet after so long, when some are still out: the Kaplan-Meier estimate.

export interface Lifetime {
  readonly tookMs: number;
  /** false: still out after `tookMs`. */
  readonly ended: boolean;
}

/** Falling steps: the share (0..1) that is still out after each time at which somebody came back (E. Kaplan, P. Meier, JASA 53 (1958) 457). */
export function stillOut(lifetimes: readonly Lifetime[]): { readonly afterMs: number; readonly share: number }[] {
  // At equal times those that came back count first: who is still out then was there to come back.
  const sorted = [...lifetimes].sort((a, b) => a.tookMs - b.tookMs || Number(b.ended) - Number(a.ended));
  const steps: { afterMs: number; share: number }[] = [];
  let share = 1;
  for (const [i, { tookMs, ended }] of sorted.entries()) {
    if (!ended) continue;
    share *= 1 - 1 / (sorted.length - i);
    if (steps.at(-1)?.afterMs === tookMs) steps.pop();
    steps.push({ afterMs: tookMs, share });
  }
  return steps;
}
