// Bad input: what is wrong, where, and how to mend it. Every reader of a file collects these instead of throwing at the first.

export interface FileProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly col: number;
  /** The offending text as written, one line, shortened; empty when there is nothing to show. */
  readonly value: string;
  readonly why: string;
  readonly mend: string;
}

/** `FILE:LINE:COL: VALUE: why; mend`, on one line. */
export function showProblem({ file, line, col, value, why, mend }: FileProblem): string {
  const what = value === '' ? why : `${value}: ${why}`;
  return `${file}:${line}:${col}: ${what}${mend === '' ? '' : `; ${mend}`}`;
}

/** What the user gave cannot be used: exit code 2, and nothing was written. The message is all problems, a line each. */
export class BadInputError extends Error {
  override name = 'BadInputError';
  readonly problems: readonly FileProblem[];

  constructor(problems: readonly FileProblem[]) {
    const sorted = inReadingOrder(problems);
    super(sorted.map(showProblem).join('\n'));
    this.problems = sorted;
  }
}

/** Text on one line, at most 80 characters, control characters shown as spaces. */
export function shorten(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}

/** The known word that a misspelt one most likely meant, or null. */
function nearest(word: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = (word.length < 3 ? 0 : Math.max(1, Math.floor(word.length / 3))) + 1;
  for (const candidate of known) {
    const distance = editDistance(plain(word), plain(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** "did you mean "x"?" when one is near, else the list of what is known. */
export function suggest(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  if (near !== null) return `did you mean "${near}"?`;
  return known.length === 0 ? 'take it out' : `known here: ${known.join(', ')}`;
}

function inReadingOrder(problems: readonly FileProblem[]): FileProblem[] {
  return problems.toSorted((a, b) => compare(a.file, b.file) || a.line - b.line || a.col - b.col);
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function plain(word: string): string {
  return word.slice(0, 64).toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** Edits between two words; a swap of two neighbours is one of them (optimal string alignment), since fingers slip that way. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? Infinity) + 1 : Infinity;
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
