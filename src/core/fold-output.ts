// Outputs of many targets as people read them (as `clush -b` folds them): equal ones once, with their targets as a node set, the
// most first.
import { foldNames } from './fleet/nodeset.ts';

export interface TargetOutput {
  readonly target: string;
  readonly output: string;
}

export interface FoldedOutput {
  /** In the order given. */
  readonly targets: readonly string[];
  /** The same as a node set. */
  readonly folded: string;
  /** That of the first of the targets, as it stands. */
  readonly output: string;
  /** Where it first differs from the largest group's; null: it is that group. */
  readonly differs: Difference | null;
}

interface Difference {
  /** From 1. */
  readonly line: number;
  /** null: it ends before. */
  readonly here: string | null;
  readonly there: string | null;
}

/**
 * The target's own name, blanks at line ends and empty lines at both ends do not count. Of groups of one size the first seen comes
 * first.
 */
export function foldOutputs(outputs: readonly TargetOutput[]): readonly FoldedOutput[] {
  const alike = Map.groupBy(outputs, ({ target, output }) => plain(output, target));
  const groups = [...alike].toSorted(([, a], [, b]) => b.length - a.length);
  const most = groups[0]?.[0] ?? '';
  return groups.map(([text, members]) => {
    const targets = members.map(({ target }) => target);
    const differs = text === most ? null : firstDifference(text, most);
    return { targets, folded: foldNames(targets), output: members[0]?.output ?? '', differs };
  });
}

function plain(output: string, target: string): string {
  const name = new RegExp(`(?<![\\w.-])${target.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`, 'g');
  return output
    .replaceAll(name, '{node}')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replaceAll(/^\n+|\n+$/g, '');
}

function firstDifference(here: string, there: string): Difference {
  const [ours, theirs] = [here.split('\n'), there.split('\n')];
  let line = 0;
  while (ours[line] === theirs[line]) line++;
  return { line: line + 1, here: ours[line] ?? null, there: theirs[line] ?? null };
}
