// A node set as patterns (names with their numbers taken out, `n%s`) and the rows of numbers each holds.
import { codeOf, DIGITS_MAX } from './numbers.ts';
import { combineRows, hasRow, inPairs, isNothing, UNION, uniteRows } from './spans.ts';
import type { Operation, Rows } from './spans.ts';

/** Stands for a number in a pattern. ClusterShell sorts by the same text, so the order is the same; `%` is in no name. */
export const HOLE = '%s';

/** The longest name there is: two host names, an adapter and a port, as in a link. */
export const NAME_LENGTH_MAX = 512;

/** Patterns without rows are never kept. */
export interface Patterns {
  readonly rows: ReadonlyMap<string, Rows>;
}

export const NO_PATTERNS: Patterns = { rows: new Map() };

/** Letters, digits and `. _ - : / + = ~`, beginning with a letter, a digit or `_`. */
export function isName(text: string): boolean {
  return text.length <= NAME_LENGTH_MAX && /^[A-Za-z0-9_][A-Za-z0-9._:/+=~-]*$/.test(text);
}

/** `r1n007` becomes `r%sn%s` and the codes of "1" and "007". */
export function splitName(name: string): { pattern: string; codes: number[] } {
  const codes: number[] = [];
  let pattern = '';
  for (const [i, piece] of name.split(/(\d+)/).entries()) {
    if (i % 2 === 1 && piece.length <= DIGITS_MAX) {
      pattern += HOLE;
      codes.push(codeOf(piece));
    } else pattern += piece;
  }
  return { pattern, codes };
}

export function patternsOf(names: Iterable<string>): Patterns {
  const lists = new Map<string, Rows[]>();
  for (const name of names) {
    const { pattern, codes } = splitName(name);
    listAt(lists, pattern).push(codes.reduceRight<Rows>((rest, code) => [{ from: code, to: code, rest }], null));
  }
  return uniteLists(lists, unchecked);
}

export function hasName(patterns: Patterns, name: string): boolean {
  const { pattern, codes } = splitName(name);
  const rows = patterns.rows.get(pattern);
  return rows !== undefined && hasRow(rows, codes);
}

/** `checked` sees what may have grown, gives it back or throws. */
export function combine(left: Patterns, right: Patterns, operation: Operation, checked: (rows: Rows) => Rows = unchecked): Patterns {
  const out = new Map<string, Rows>(operation.left ? left.rows : []);
  for (const [pattern, rows] of right.rows) {
    const mine = left.rows.get(pattern);
    if (mine === undefined) {
      if (operation.right) out.set(pattern, rows);
      continue;
    }
    const both = checked(combineRows(mine, rows, operation));
    if (isNothing(both)) out.delete(pattern);
    else out.set(pattern, both);
  }
  return { rows: out };
}

/** All of them with one operation between each two. */
export function combineAll(list: readonly Patterns[], operation: Operation, checked: (rows: Rows) => Rows): Patterns {
  if (operation !== UNION) return inPairs(list, (a, b) => combine(a, b, operation, checked)) ?? NO_PATTERNS;
  const lists = new Map<string, Rows[]>();
  for (const { rows } of list) for (const [pattern, some] of rows) listAt(lists, pattern).push(some);
  return uniteLists(lists, checked);
}

function unchecked(rows: Rows): Rows {
  return rows;
}

function uniteLists(lists: ReadonlyMap<string, readonly Rows[]>, checked: (rows: Rows) => Rows): Patterns {
  const rows = new Map<string, Rows>();
  for (const [pattern, list] of lists) rows.set(pattern, uniteRows(list, checked));
  return { rows };
}

function listAt(lists: Map<string, Rows[]>, pattern: string): Rows[] {
  const list = lists.get(pattern) ?? [];
  lists.set(pattern, list);
  return list;
}
