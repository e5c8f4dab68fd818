// What people said to a run, in order: a line for each word, however many targets it was about.
import { foldNames } from '../fleet/nodeset.ts';
import type { EntryKind } from '../ports.ts';
import type { Chronicle } from './chronicle.ts';

export interface SaidLine {
  /** Unix ms. */
  readonly at: number;
  readonly kind: EntryKind;
  readonly by: string;
  readonly why: string;
  /** Folded; empty: the run as a whole. */
  readonly targets: string;
}

const PEOPLE: ReadonlySet<EntryKind> = new Set<EntryKind>([
  'confirm',
  'release',
  'consent',
  'pause',
  'resume',
  'abort',
  'hold',
  'unhold',
  'approve',
  'recall',
  'retry',
  'fixed',
  'drop',
  'note',
]);
const SAME_WORD_MS = 1_000;

/** Equal words of one person about many targets at one moment are one line. */
export function saidOf({ acts, program }: Chronicle, fromMs = -Infinity): SaidLine[] {
  const lines: { at: number; kind: EntryKind; by: string; why: string; targets: string[] }[] = [];
  for (const { at, kind, by, why, target } of acts) {
    if (!PEOPLE.has(kind) || by === '' || by === 'operator' || at < fromMs) continue;
    const last = lines.at(-1);
    const name = target < 0 ? [] : [program.targets[target] as string];
    if (last && last.kind === kind && last.by === by && last.why === why && at - last.at < SAME_WORD_MS) last.targets.push(...name);
    else lines.push({ at, kind, by, why, targets: name });
  }
  return lines.map((line) => ({ ...line, targets: foldNames(line.targets) }));
}
