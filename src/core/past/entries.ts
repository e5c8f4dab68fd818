// From what is known of a past maintenance to the entries of a journal: the same events, at their own times, that a run would have fed to
// its machine. Replayed they give status, curve and retro.
import { must } from '../../std/assert.ts';
import type { Entry, EntryKind, EntryNote } from '../ports.ts';
import type { Program } from '../run/program.ts';
import { begunAt, type PastMaintenance, type Timeline } from './timeline.ts';
import { windowNote } from './window.ts';

/** Marks the entry with which a target left service; time zero is the first of them. */
export const LEFT = { left: true } as const;

/** Rising in time. `program` is compiled from the maintenance's `watchedPlan`; a timeline of a node that it does not have is a bug. */
export function entriesOf(past: PastMaintenance, program: Program): Entry[] {
  const from = begunAt(past);
  const entries: Entry[] = [];
  const write = (at: number, target: number, kind: EntryKind, note: EntryNote | null = null, step = -1): void => {
    entries.push({ at, target, kind, step, attempt: step >= 0 && target >= 0 ? 1 : 0, note });
  };
  const targetOf = ({ node }: Timeline): number => must(program.idOf.get(node), `node ${node} of the record`);
  for (const timeline of past.timelines) write(from, targetOf(timeline), 'baseline');
  for (const cluster of program.clusters.keys()) write(from, -1, 'window', { why: 'begun' }, cluster * 2 + 1);
  write(from, -1, 'begin', { data: { baseline: past.timelines.length } });
  for (const timeline of past.timelines) {
    const target = targetOf(timeline);
    const first = must(program.chains[program.chainOf[target] as number], 'chain').first;
    writeTimeline(timeline, past, (at, kind, note, nth) => write(at, target, kind, note, first + nth));
  }
  for (const { at, by, text } of past.notes) write(at, -1, 'note', { by, why: text });
  writeWindowEnd(past, program, write);
  if (past.window) write(past.until, -1, 'note', windowNote(past.window));
  // Nobody can do anything about a gate of the past: it does not hold the record up.
  write(past.until, -1, 'approve', { why: 'the record ends here' });
  // Stable: of one moment, what was written first comes first.
  return entries.sort((a, b) => a.at - b.at);
}

type Write = (at: number, target: number, kind: EntryKind, note?: EntryNote | null, step?: number) => void;

/** `write` of one target; `nth` is the step, from 0. */
function writeTimeline(
  { leftAt, ended, why }: Timeline,
  { steps, until }: PastMaintenance,
  write: (at: number, kind: EntryKind, note: EntryNote | null, nth: number) => void,
): void {
  write(leftAt, 'release', { why: why === '' ? 'left service' : `left service: ${why}`, data: LEFT }, 0);
  for (const [nth, at] of ended.entries()) write(at, 'done', null, nth);
  if (ended.length === steps.length) {
    write(ended.at(-1) ?? leftAt, 'soak-passed', null, steps.length - 1);
    return;
  }
  const missing = { why: `not back by the end of the record${why === '' ? '' : ` (${why})`}` };
  write(until, 'expired', missing, ended.length);
  write(until, 'drop', missing, ended.length);
}

/** A window closes when it was to close, but not before the last node left: the machine takes no target after it. */
function writeWindowEnd({ window, timelines, until }: PastMaintenance, program: Program, write: Write): void {
  const to = window?.planned.to ?? null;
  if (to === null) return;
  const at = Math.min(
    until,
    timelines.reduce((last, { leftAt }) => Math.max(last, leftAt), to),
  );
  for (const cluster of program.clusters.keys()) write(at, -1, 'window', { why: 'window over' }, cluster * 2);
}
