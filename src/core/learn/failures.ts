// How often an attempt fails: a beta law that knows that failures come in nights, not one by one. A bad image fails everywhere at once,
// so a thousand attempts of one night say far less than a thousand nights.
import { assert } from '../../std/assert.ts';

export interface Tally {
  readonly run: string;
  readonly n: number;
  readonly failed: number;
}

/** The share (0..1) of the NEW run ~ Beta(a, b): what is not known and what differs between runs, in one. `share` is its mean. */
export interface LearnedShare {
  readonly share: number;
  /** Attempts seen. */
  readonly n: number;
  readonly a: number;
  readonly b: number;
}

/** A stated share counts as much as so many independent attempts; it is somebody's guess, and twice a canary wave outweighs it. */
const STATED_ATTEMPTS = 30;
/** Where nobody has stated a share, or has stated zero: nothing that is done to thousands of nodes never fails. A guess. */
const UNSTATED_SHARE = 0.005;
/** Correlation of two attempts of one run before several runs were seen (a guess), worth three runs; and never more than this. */
const WITHIN_RUN = 0.02;
const WITHIN_RUN_WORTH = 3;
const WITHIN_RUN_MAX = 0.5;

/** `stated`: share of the catalogue; null: nobody has said. */
export function learnShare(tallies: readonly Tally[], stated: number | null): LearnedShare {
  const seen = tallies.filter(({ n }) => n > 0);
  for (const { n, failed } of tallies) assert(failed >= 0 && failed <= n && Number.isFinite(n), `${failed} of ${n} failed`);
  assert(stated === null || (stated >= 0 && stated <= 1), `a stated share of ${stated}`);
  const within = withinRun(seen);
  const believed = Math.min(1 - UNSTATED_SHARE, Math.max(stated ?? 0, UNSTATED_SHARE));
  let [bad, good] = [STATED_ATTEMPTS * believed, STATED_ATTEMPTS * (1 - believed)];
  for (const { n, failed } of seen) {
    // The design effect: n attempts with this correlation are worth so many independent ones (L. Kish, Survey Sampling, 1965).
    const worth = 1 / (1 + (n - 1) * within);
    bad += failed * worth;
    good += (n - failed) * worth;
  }
  const share = bad / (bad + good);
  const known = (share * (1 - share)) / (bad + good + 1);
  const variance = known + within * (share * (1 - share) - known);
  const size = (share * (1 - share)) / variance - 1;
  return { share, n: seen.reduce((sum, { n }) => sum + n, 0), a: share * size, b: (1 - share) * size };
}

/** Correlation of failures within a run, by moments (analysis of variance; M. Ridout et al., Biometrics 55 (1999) 137), drawn towards its guess. */
function withinRun(tallies: readonly Tally[]): number {
  const runs = tallies.length;
  const n = tallies.reduce((sum, tally) => sum + tally.n, 0);
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
  // Where nothing or everything failed, or each run had one attempt, the runs say nothing of how failures cluster.
  if (runs < 2 || n <= runs || failed === 0 || failed === n) return WITHIN_RUN;
  const share = failed / n;
  const between = tallies.reduce((sum, tally) => sum + tally.n * (tally.failed / tally.n - share) ** 2, 0) / (runs - 1);
  const inside = tallies.reduce((sum, tally) => sum + tally.failed * (1 - tally.failed / tally.n), 0) / (n - runs);
  const size = (n - tallies.reduce((sum, tally) => sum + tally.n ** 2, 0) / n) / (runs - 1);
  const found = Math.max(0, Math.min(WITHIN_RUN_MAX, (between - inside) / (between + (size - 1) * inside)));
  return (WITHIN_RUN_WORTH * WITHIN_RUN + (runs - 1) * found) / (WITHIN_RUN_WORTH + runs - 1);
}
