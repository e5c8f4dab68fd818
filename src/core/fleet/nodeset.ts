// Node sets in ClusterShell's notation: read, worked with as sets, and printed folded ("n[1-3,7]"). Numbers are kept as
// ranges, so a million nodes written as one range cost as much as one node.
import { readSet } from './nodeset/expression.ts';
import { NodeSetFault } from './nodeset/fault.ts';
import type { NodeSetError } from './nodeset/fault.ts';
import { foldPatterns, namesOf } from './nodeset/fold.ts';
import { combine, hasName, isName, NO_PATTERNS, patternsOf } from './nodeset/patterns.ts';
import type { Patterns } from './nodeset/patterns.ts';
import { countRows, DIFFERENCE, INTERSECTION, sameRows, SYMMETRIC_DIFFERENCE, UNION } from './nodeset/spans.ts';

export type { NodeSetError };

/** Immutable, and opaque: ask it through the functions here only. */
export type NodeSet = Patterns;

/** Gets "rack:r003" for `@rack:r003`, "switches-of:n[1-3]" for `@switches-of(n[1-3])`; null when it knows no such group. */
export type GroupResolver = (group: string) => NodeSet | null;

export const EMPTY: NodeSet = NO_PATTERNS;

/** A string given as a name that could not be printed and read again as one name. */
export class NodeNameError extends Error {
  constructor(name: string) {
    super(`not a node name: ${JSON.stringify(name)}; names are letters, digits and . _ - : / + = ~`);
    this.name = 'NodeNameError';
  }
}

/**
 * Reads `n[1-16]`, `n[001-128]!n[007,010-020/2]`, `@rack:r[1-2]&n[1-4]`, `@switches-of(n[1-3])`; operators `,` `!` `&` `^`
 * from left to right, blanks around them allowed, an empty text is the empty set. Follows ClusterShell 1.9; what it
 * reads in two ways, wildcards and more than 10 million names are refused. Throws nothing of its own, on any text.
 */
export function parseNodeSet(text: string, groups?: GroupResolver): { ok: true; set: NodeSet } | { ok: false; error: NodeSetError } {
  try {
    return { ok: true, set: readSet(text, groups) };
  } catch (error) {
    if (error instanceof NodeSetFault) return { ok: false, error: error.fault };
    throw error;
  }
}

/** Whether nodeSetOf takes it: letters, digits and `. _ - : / + = ~`, at most 512, no punctuation at the front but `_`. */
export function isNodeName(text: string): boolean {
  return isName(text);
}

/** Names as they are: nothing in them is read as notation. Throws NodeNameError for what isNodeName refuses. */
export function nodeSetOf(names: Iterable<string>): NodeSet {
  return patternsOf(checkedNames(names));
}

/** One text for equal sets, in ClusterShell's order (by name, then by width and number); "" for the empty set. */
export function fold(set: NodeSet): string {
  return foldPatterns(set);
}

/** fold of nodeSetOf, which see for what it throws. */
export function foldNames(names: Iterable<string>): string {
  return fold(nodeSetOf(names));
}

/** Every name once, in the order fold prints; may be gone through again. */
export function names(set: NodeSet): Iterable<string> {
  return { [Symbol.iterator]: () => namesOf(set) };
}

export function size(set: NodeSet): number {
  let count = 0;
  for (const rows of set.rows.values()) count += countRows(rows);
  return count;
}

export function has(set: NodeSet, name: string): boolean {
  return hasName(set, name);
}

export function union(a: NodeSet, b: NodeSet): NodeSet {
  return combine(a, b, UNION);
}

/** Every set in one; balanced, so that many small sets stay cheap. */
export function unionOf(sets: readonly NodeSet[]): NodeSet {
  let rest = sets;
  while (rest.length > 1) {
    const pairs: NodeSet[] = [];
    for (let i = 0; i < rest.length; i += 2) pairs.push(union(rest[i] ?? EMPTY, rest[i + 1] ?? EMPTY));
    rest = pairs;
  }
  return rest[0] ?? EMPTY;
}

export function difference(a: NodeSet, b: NodeSet): NodeSet {
  return combine(a, b, DIFFERENCE);
}

export function intersection(a: NodeSet, b: NodeSet): NodeSet {
  return combine(a, b, INTERSECTION);
}

export function symmetricDifference(a: NodeSet, b: NodeSet): NodeSet {
  return combine(a, b, SYMMETRIC_DIFFERENCE);
}

export function equals(a: NodeSet, b: NodeSet): boolean {
  if (a.rows.size !== b.rows.size) return false;
  return [...a.rows].every(([pattern, rows]) => {
    const other = b.rows.get(pattern);
    return other !== undefined && sameRows(rows, other);
  });
}

function* checkedNames(names: Iterable<string>): Generator<string> {
  for (const name of names) {
    if (!isName(name)) throw new NodeNameError(name);
    yield name;
  }
}
