// Until when a run can turn back, from where it stands: the end of its window, less the way back of those that are not through.
import type { Chronicle } from '../../core/run/chronicle.ts';
import type { TurnBackWords } from '../../core/run/handover.ts';
import type { Chain } from '../../core/run/program.ts';
import { hasFlag } from '../../core/run/state.ts';
import { FLAG, stageCode } from '../../core/run/states.ts';
import { showDuration } from '../../std/duration.ts';
import type { SimModel } from '../model.ts';
import { changes, hasWayBack, timeOf, wayBack } from './way-back.ts';

const MINUTE_MS = 60_000;
/** A recall does not reach these: they are back, out, or wait for people. */
const BEYOND = new Set(['returned', 'settled', 'dropped', 'skipped', 'straggling'].map((stage) => stageCode(stage as 'settled')));

interface Bound {
  /** Unix ms; null: no window ends. */
  readonly lastMs: number | null;
  readonly takesMs: number;
  /** Changed targets without a way back. */
  readonly lost: boolean;
  /** Nothing of it is changed yet, and what is changed cannot go back. */
  readonly beforeChange: boolean;
}

/** `model`: of the run's plan; its program has the ids of the chronicle. `lastMs` may lie before `nowMs`: it has passed. */
export function turnBackOfRun(model: SimModel, chronicle: Chronicle, nowMs: number): TurnBackWords {
  const { state } = chronicle;
  if (state.run.aborted) return { lastMs: null, words: 'The run was aborted: it is turning back.' };
  const open = [...state.stage.keys()].filter((target) => !BEYOND.has(state.stage[target] as number));
  if (open.length === 0) return { lastMs: null, words: 'Nothing is left that could turn back.' };
  const bounds = model.program.chains.flatMap((chain, id) => {
    const own = new Set(open.filter((target) => model.program.chainOf[target] === id));
    return own.size === 0 ? [] : [boundOf(model, chronicle, chain, own, nowMs)];
  });
  if (bounds.some(({ lost }) => lost))
    return { lastMs: null, words: 'Too late: something is changed that has no way back, so it must be finished.' };
  const first = bounds.filter(({ lastMs }) => lastMs !== null).toSorted((a, b) => (a.lastMs as number) - (b.lastMs as number))[0];
  const care = bounds.some(({ beforeChange }) => beforeChange)
    ? ' What is changed has no way back in part of the plan: turn back before the first change there.'
    : '';
  if (!first) return { lastMs: null, words: `No window ends, so nothing sets a last time.${care}` };
  return { lastMs: first.lastMs, words: `${wordsOf(first, nowMs)}${care}` };
}

function wordsOf({ lastMs, takesMs }: Bound, nowMs: number): string {
  const way = `The way back takes ${showDuration(takesMs)} until 19 of 20 are through, on 19 of 20 nights`;
  const left = (lastMs as number) - nowMs;
  return left < 0 ? `${way}: it does not fit the window any more, by ${showDuration(-left)}.` : `${way}; ${showDuration(left)} are left.`;
}

function boundOf(model: SimModel, chronicle: Chronicle, chain: Chain, open: ReadonlySet<number>, nowMs: number): Bound {
  const { program } = model;
  const changed = [...open].some((target) => hasFlag(chronicle.state, target, FLAG.changed));
  const bare = changes(model, chain) && !hasWayBack(chain);
  const counts = (target: number): boolean => open.has(target);
  // Whoever is not changed yet may be, until somebody says the word; without a way back all that is left is to give back what is untouched.
  const steps =
    bare || !changes(model, chain) ? timeOf(model, program.steps.slice(chain.end - 1, chain.end), counts) : wayBack(model, chain, counts);
  const takesMs = steps.takesMin * MINUTE_MS;
  const endMs = Math.min(
    ...[...new Set([...open].map((target) => program.clusterOf[target] as number))].map((cluster) => endOf(model, cluster, nowMs)),
  );
  return {
    lastMs: endMs === Infinity ? null : endMs - takesMs,
    takesMs,
    lost: bare && changed,
    beforeChange: bare && !changed,
  };
}

/** Unix ms: the end of the window that is open, else of the next, else of the last one; Infinity: it has none. */
function endOf({ program, plan }: SimModel, cluster: number, nowMs: number): number {
  const ends = plan.policy.windows
    .filter((window) => window.cluster === program.clusters[cluster]?.name)
    .map(({ toMin }) => toMin * MINUTE_MS)
    .toSorted((a, b) => a - b);
  return ends.find((end) => end > nowMs) ?? ends.at(-1) ?? Infinity;
}
