// Waves and phases of a run: what has happened beside what its plan lets people expect.
import type { Chronicle } from '../../core/run/chronicle.ts';
import { progressOf } from '../../core/run/progress.ts';
import type { ExpectedOfRun } from './expected.ts';

/** Times in minutes from time zero; before it, nothing has one. */
export function progressRows(chronicle: Chronicle, expected: ExpectedOfRun | null) {
  const zero = chronicle.timeZero;
  const minutes = (at: number | null): number | null => (at === null || zero === null ? null : (at - zero) / 60_000);
  return progressOf(chronicle).map(({ wave, cluster, state, targets, shown, phases }) => ({
    wave,
    cluster,
    state,
    targets,
    shown: countsOf(shown),
    phases: phases.map(({ phase, firstStart, median, lastEnd, done }) => {
      const planned = expected?.waves.get(wave)?.[phase];
      return {
        phase,
        startMin: minutes(firstStart),
        medianMin: minutes(median),
        endMin: minutes(lastEnd),
        done,
        plannedStartMin: planned?.startMin ?? null,
        plannedEndMin: planned?.endMin ?? null,
      };
    }),
  }));
}

function countsOf(shown: { readonly [cell: string]: number | undefined }): { [cell: string]: number } {
  return Object.fromEntries(Object.entries(shown).flatMap(([cell, count]) => (count === undefined ? [] : [[cell, count]])));
}
