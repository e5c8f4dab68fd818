// Which of several runs speaks for a node: what goes on over what is over, what really happens over what is simulated, the newer over the older.
import type { BookedRun } from './run-book.ts';

/** Of a finished run, this shows for a day what became of each target; later only who was in service and who was not. */
const FRESH_MS = 24 * 3_600_000;

export interface OrderedRuns {
  readonly open: readonly BookedRun[];
  /** Simulated ones only for a day: nothing of theirs was ever true of a node. */
  readonly over: readonly BookedRun[];
}

/** The one that speaks first comes first. */
export function inOrder(runs: readonly BookedRun[], nowMs: number): OrderedRuns {
  const open = runs.filter(({ finishedAt }) => finishedAt === null);
  const over = runs.filter((run) => run.finishedAt !== null && (!run.simulated || isFresh(run, nowMs)));
  return {
    open: open.sort((a, b) => realFirst(a, b) || b.createdAt - a.createdAt),
    over: over.sort((a, b) => realFirst(a, b) || (b.finishedAt ?? 0) - (a.finishedAt ?? 0)),
  };
}

export function isFresh({ finishedAt }: BookedRun, nowMs: number): boolean {
  return finishedAt !== null && nowMs - finishedAt < FRESH_MS;
}

function realFirst(a: BookedRun, b: BookedRun): number {
  return Number(a.simulated) - Number(b.simulated);
}
