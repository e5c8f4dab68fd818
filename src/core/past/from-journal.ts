// From the journal of a run, without its plan, back to what can be told of it anyway: who left service when, and when each was back.
import type { EntryKind } from '../ports.ts';
import type { JsonObject } from '../../std/json.ts';
import { OUTAGE, type PastMaintenance, type Timeline } from './timeline.ts';
import { windowOfData } from './window.ts';

/** An entry as `events` prints it: targets and steps by name. */
export interface NamedEntry {
  readonly at: number;
  readonly target: string | null;
  readonly kind: EntryKind;
  readonly step: string | null;
  /** Of an entry about the whole run: which wave or cluster. */
  readonly arg: number | null;
  readonly attempt: number;
  readonly by: string | null;
  readonly why: string | null;
  readonly data: JsonObject | null;
}

export interface Told {
  readonly past: PastMaintenance;
  /** Nodes did not all go through the same steps, so that nothing is told but the way out and back. */
  readonly stepsLost: boolean;
}

interface Way {
  readonly node: string;
  leftAt: number | null;
  ends: { step: string; at: number }[];
  back: boolean;
}

/** Only targets of the baseline that were drained are in it. */
export function pastOfJournal(entries: readonly NamedEntry[]): Told {
  const ways = new Map<string, Way>();
  for (const entry of entries) {
    if (entry.target === null) continue;
    if (entry.kind === 'baseline') ways.set(entry.target, { node: entry.target, leftAt: null, ends: [], back: false });
    const way = ways.get(entry.target);
    if (way) follow(way, entry);
  }
  const gone = [...ways.values()].filter(({ leftAt }) => leftAt !== null);
  const paths = new Set(gone.filter(({ back }) => back).map(({ ends }) => JSON.stringify(ends.map(({ step }) => step))));
  const [only] = paths;
  const steps = paths.size === 1 && only !== undefined ? (JSON.parse(only) as string[]) : [OUTAGE];
  return {
    stepsLost: paths.size > 1,
    past: {
      steps,
      timelines: gone.map((way) => timelineOf(way, steps)),
      window: entries.reduce<PastMaintenance['window']>((found, { data }) => windowOfData(data ?? {}) ?? found, null),
      notes: entries.flatMap(({ kind, at, by, why }) => (kind === 'note' && by !== null ? [{ at, by, text: why ?? '' }] : [])),
      until: entries.reduce((last, { at }) => Math.max(last, at), 0),
    },
  };
}

function follow(way: Way, { kind, step, at, data }: NamedEntry): void {
  const leaves = data?.['left'] === true || (kind === 'intent' && step === 'drain');
  if (leaves) way.leftAt ??= at;
  if (kind === 'done' && way.leftAt !== null && step !== null) {
    way.ends.push({ step, at });
    way.back = step === 'return';
  } else if (kind === 'soak-passed') way.back = true;
  else if (kind === 'soak-failed') {
    // It leaves once more: all that it went through so far is one long way.
    way.ends = [];
    way.back = false;
  }
}

/** Without common steps only the last end is told, and only of those that are back. */
function timelineOf({ node, leftAt, ends, back }: Way, steps: readonly string[]): Timeline {
  const times = ends.map(({ at }) => at);
  const single = steps.length === 1;
  const common = ends.every(({ step }, i) => step === steps[i]);
  const told = single ? (back ? times.slice(-1) : []) : common ? times.slice(0, back ? steps.length : steps.length - 1) : [];
  return { node, leftAt: leftAt ?? 0, ended: told, why: '' };
}
