// Sets of number rows, kept as ranges: what may stand at the first number of a name, and for each range what may
// follow it. The form is canonical (sorted, disjoint, equal neighbours merged), so equal sets have equal forms.

/** Codes `from` to `to` (both included, of one width) at one number of a name, each followed by any row of `rest`. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly rest: Rows;
}

/** null: the name ends here, and it is in the set. An empty list: nothing is in the set. */
export type Rows = readonly Span[] | null;

/** Which rows an operation keeps: those only on the left, those only on the right, those on both sides. */
export interface Operation {
  readonly left: boolean;
  readonly right: boolean;
  readonly both: boolean;
}

export const UNION: Operation = { left: true, right: true, both: true };
export const DIFFERENCE: Operation = { left: true, right: false, both: false };
export const INTERSECTION: Operation = { left: false, right: false, both: true };
export const SYMMETRIC_DIFFERENCE: Operation = { left: true, right: true, both: false };

const NO_ROWS: Rows = [];

export function isNothing(rows: Rows): boolean {
  return rows?.length === 0;
}

/** Both sides must come from one pattern, that is, have the same count of numbers in every row. */
export function combineRows(left: Rows, right: Rows, operation: Operation): Rows {
  if (left === right || left === null || right === null) return operation.both ? left : NO_ROWS;
  const out: Span[] = [];
  let [l, r] = [0, 0];
  // The spans in hand lose their front as it is dealt with; a number always means a place not yet dealt with.
  let [leftFrom, rightFrom] = [left[0]?.from ?? 0, right[0]?.from ?? 0];
  for (;;) {
    const a = left[l];
    const b = right[r];
    if (a === undefined && b === undefined) return out;
    if (a !== undefined && (b === undefined || leftFrom < rightFrom)) {
      const to = b === undefined ? a.to : Math.min(a.to, rightFrom - 1);
      if (operation.left) append(out, leftFrom, to, a.rest);
      leftFrom = to === a.to ? (left[++l]?.from ?? 0) : to + 1;
    } else if (b !== undefined && (a === undefined || rightFrom < leftFrom)) {
      const to = a === undefined ? b.to : Math.min(b.to, leftFrom - 1);
      if (operation.right) append(out, rightFrom, to, b.rest);
      rightFrom = to === b.to ? (right[++r]?.from ?? 0) : to + 1;
    } else if (a !== undefined && b !== undefined) {
      const to = Math.min(a.to, b.to);
      const rest = combineRows(a.rest, b.rest, operation);
      if (!isNothing(rest)) append(out, leftFrom, to, rest);
      leftFrom = to === a.to ? (left[++l]?.from ?? 0) : to + 1;
      rightFrom = to === b.to ? (right[++r]?.from ?? 0) : to + 1;
    }
  }
}

/** Spans of a last number in any order, overlapping or not, brought into the canonical form. */
export function tidy(spans: Span[]): Rows {
  const out: Span[] = [];
  for (const span of spans.sort((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (last !== undefined && span.from <= last.to + 1) {
      if (span.to > last.to) out[out.length - 1] = { from: last.from, to: span.to, rest: null };
    } else out.push(span);
  }
  return out;
}

/** The union of many at once: one sort where names have one number, else in pairs, so that a long list stays cheap. */
export function uniteRows(list: readonly Rows[], checked: (rows: Rows) => Rows): Rows {
  const first = list[0];
  if (first === undefined) return NO_ROWS;
  if (first === null || list.length === 1) return first;
  if (first[0]?.rest === null) return checked(tidy(list.flatMap((rows) => rows ?? [])));
  return inPairs(list, (a, b) => checked(combineRows(a, b, UNION))) ?? NO_ROWS;
}

/** Combines neighbours until one is left: each item takes part in a logarithmic number of steps. */
export function inPairs<T>(list: readonly T[], combine: (a: T, b: T) => T): T | undefined {
  let rest = list;
  while (rest.length > 1) {
    const next: T[] = [];
    for (let i = 0; i < rest.length; i += 2) {
      const [a, b] = rest.slice(i, i + 2);
      if (a !== undefined) next.push(b === undefined ? a : combine(a, b));
    }
    rest = next;
  }
  return rest[0];
}

/** Every row that takes one number from each axis. */
export function product(axes: readonly Rows[]): Rows {
  return axes.reduceRight<Rows>((rest, axis) => (axis ?? []).map(({ from, to }) => ({ from, to, rest })), null);
}

export function countRows(rows: Rows): number {
  if (rows === null) return 1;
  return rows.reduce((sum, { from, to, rest }) => sum + (to - from + 1) * countRows(rest), 0);
}

/** How many ranges are held, the measure of what a set costs. */
export function countSpans(rows: Rows): number {
  if (rows === null) return 0;
  return rows.reduce((sum, { rest }) => sum + 1 + countSpans(rest), 0);
}

export function sameRows(a: Rows, b: Rows): boolean {
  if (a === b) return true;
  if (a === null || b === null || a.length !== b.length) return false;
  return a.every((span, i) => {
    const other = b[i];
    return other?.from === span.from && other.to === span.to && sameRows(span.rest, other.rest);
  });
}

export function hasRow(rows: Rows, codes: readonly number[]): boolean {
  let at = rows;
  for (const code of codes) {
    const span: Span | undefined = spanAt(at ?? [], code);
    if (span === undefined) return false;
    at = span.rest;
  }
  return at === null;
}

function spanAt(spans: readonly Span[], code: number): Span | undefined {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.to ?? code) < code) low = middle + 1;
    else high = middle;
  }
  const found = spans[low];
  return found !== undefined && found.from <= code ? found : undefined;
}

function append(out: Span[], from: number, to: number, rest: Rows): void {
  const last = out.at(-1);
  if (last !== undefined && last.to + 1 === from && sameRows(last.rest, rest)) {
    out[out.length - 1] = { from: last.from, to, rest };
  } else out.push({ from, to, rest });
}
