// Printing a set: ranges written as ClusterShell writes them, and the names one by one in the same order.
import { digitsOf, isPadded } from './numbers.ts';
import { HOLE } from './patterns.ts';
import type { Patterns } from './patterns.ts';
import type { Rows, Span } from './spans.ts';

/** One printed element: for every number of the name the ranges it takes, each combined with each. */
type Box = readonly (readonly Span[])[];

export function foldPatterns(patterns: Patterns): string {
  const out: string[] = [];
  for (const [texts, box] of boxes(patterns)) {
    out.push(texts.reduce((sum, text, i) => sum + axisText(box[i - 1] ?? []) + text));
  }
  return out.join(',');
}

export function* namesOf(patterns: Patterns): Generator<string> {
  for (const [texts, box] of boxes(patterns)) yield* boxNames(texts, box, 0, texts[0] ?? '');
}

function* boxes(patterns: Patterns): Generator<[texts: string[], box: Box]> {
  for (const pattern of [...patterns.rows.keys()].sort()) {
    const texts = pattern.split(HOLE);
    for (const box of boxesOf(patterns.rows.get(pattern) ?? null)) yield [texts, box];
  }
}

/** The last number is folded first; ranges of an earlier number join when what follows them prints the same. */
function boxesOf(rows: Rows): Box[] {
  if (rows === null) return [[]];
  if (rows[0]?.rest === null) return [[rows]];
  const groups = new Map<string, { spans: Span[]; tails: Box[] }>();
  for (const span of rows) {
    const tails = boxesOf(span.rest);
    const key = tails.map((tail) => tail.map(axisText).join('/')).join();
    const group = groups.get(key) ?? { spans: [], tails };
    group.spans.push(span);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ spans, tails }) => tails.map((tail) => [spans, ...tail]));
}

function* boxNames(texts: readonly string[], box: Box, axis: number, start: string): Generator<string> {
  const spans = box[axis];
  if (spans === undefined) {
    yield start;
    return;
  }
  const text = texts[axis + 1] ?? '';
  const isLast = axis + 1 === box.length;
  for (const { from, to } of spans) {
    for (let code = from; code <= to; code++) {
      const name = start + digitsOf(code) + text;
      if (isLast) yield name;
      else yield* boxNames(texts, box, axis + 1, name);
    }
  }
}

function axisText(spans: readonly Span[]): string {
  const first = spans[0];
  if (first === undefined) return '';
  if (spans.length === 1 && first.from === first.to) return digitsOf(first.from);
  return `[${rangeTexts(spans).join(',')}]`;
}

/** Without padding a range runs on into the next width (`8-12`), as ClusterShell has it; with padding it ends there. */
function rangeTexts(spans: readonly Span[]): string[] {
  const runs: { from: string; to: string }[] = [];
  for (const span of spans) {
    const from = digitsOf(span.from);
    const to = digitsOf(span.to);
    const run = runs.at(-1);
    if (run !== undefined && !isPadded(run.from) && !isPadded(from) && Number(run.to) + 1 === Number(from)) run.to = to;
    else runs.push({ from, to });
  }
  return runs.map(({ from, to }) => (from === to ? from : `${from}-${to}`));
}
