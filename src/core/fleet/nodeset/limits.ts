// How large a set may be that a text asks for: a slip of the key must not fill the memory.
import { NodeSetFault } from './fault.ts';
import type { Patterns } from './patterns.ts';
import { countRows, countSpans } from './spans.ts';
import type { Rows } from './spans.ts';

/** Ten times the largest fleet. */
const NAMES_MAX = 10_000_000;

/** What a set holds is ranges, so these are what costs; four times every second node of the largest fleet. */
const SPANS_MAX = 2_000_000;

export function checkNames(count: number, at: number, value: string): void {
  if (count <= NAMES_MAX) return;
  throw new NodeSetFault(at, value, `more than ${NAMES_MAX} names`, 'write a smaller range');
}

export function checkSpans(count: number, at: number, value: string): void {
  if (count <= SPANS_MAX) return;
  throw new NodeSetFault(at, value, `more than ${SPANS_MAX} separate ranges`, 'write fewer, longer ranges');
}

/** Gives the rows back, or throws the fault when there are too many of them. */
export function checkedRows(rows: Rows, at: number, value: string): Rows {
  checkNames(countRows(rows), at, value);
  checkSpans(countSpans(rows), at, value);
  return rows;
}

export function checkedPatterns(patterns: Patterns, at: number, value: string): Patterns {
  let names = 0;
  for (const rows of patterns.rows.values()) names += countRows(checkedRows(rows, at, value));
  checkNames(names, at, value);
  return patterns;
}
