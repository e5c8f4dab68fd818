// The names in a folded set that a plan holds.
import { assert } from '../../std/assert.ts';
import { names, parseNodeSet } from '../fleet/nodeset.ts';

/** A plan's sets were checked when it was made, so a set that does not parse here is a bug of ours. */
export function expand(folded: string): Iterable<string> {
  if (folded === '') return [];
  const parsed = parseNodeSet(folded);
  assert(parsed.ok, `a checked plan holds a node set that does not parse: ${folded}`);
  return names(parsed.set);
}
