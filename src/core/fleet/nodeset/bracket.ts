// Reading one bracket of ranges, `[1-3,007,10-20/2]`, together with the digits that stand right before and after it.
import { NodeSetFault } from './fault.ts';
import { checkNames, checkSpans } from './limits.ts';
import { codeOf, DIGITS_MAX, isPadded } from './numbers.ts';
import { tidy } from './spans.ts';
import type { Rows, Span } from './spans.ts';

/** What stands between the brackets and where it begins in the text. */
export interface Bracket {
  readonly at: number;
  readonly content: string;
}

interface Range {
  readonly at: number;
  readonly text: string;
  readonly from: string;
  readonly to: string;
  readonly step: number;
}

/** The numbers of a bracket; in `n1[0-3]5` they are 105, 115, 125 and 135. */
export function bracketRows(bracket: Bracket, before: string, after: string): Rows {
  const spans: Span[] = [];
  const value = `[${bracket.content}]`;
  let namesCount = 0;
  for (const range of readRanges(bracket)) {
    checkWidth(range, before, after);
    const count = Math.floor((Number(range.to) - Number(range.from)) / range.step) + 1;
    namesCount += count;
    checkNames(namesCount, bracket.at - 1, value);
    if (after !== '' || range.step > 1) {
      checkSpans(spans.length + count, bracket.at - 1, value);
      addOneByOne(spans, range, before, after);
    } else addByWidth(spans, range, before);
  }
  return tidy(spans);
}

function readRanges({ at, content }: Bracket): Range[] {
  if (content.trim() === '') {
    throw new NodeSetFault(at - 1, `[${content}]`, 'empty brackets', 'write a range such as [1-3] between them');
  }
  const ranges: Range[] = [];
  let start = at;
  for (const part of content.split(',')) {
    const text = part.trim();
    const textAt = start + (part.length - part.trimStart().length);
    if (text === '') throw new NodeSetFault(start, part, 'empty range', 'take out the extra comma');
    ranges.push(readRange(text, textAt));
    start += part.length + 1;
  }
  return ranges;
}

function readRange(text: string, at: number): Range {
  const match = /^([0-9]+)(?:\s*-\s*([0-9]+)(?:\s*\/\s*([0-9]+))?)?$/.exec(text);
  if (match === null) throw notARange(text, at);
  const from = match[1] ?? '';
  const to = match[2] ?? from;
  const step = Number(match[3] ?? '1');
  if (Math.max(from.length, to.length) > DIGITS_MAX) {
    throw new NodeSetFault(at, text, `a number of more than ${DIGITS_MAX} digits`, 'write such names one by one');
  }
  if (from.length !== to.length && (isPadded(from) || isPadded(to))) {
    const width = Math.max(from.length, to.length);
    const mend = `write both ends with as many digits: ${from.padStart(width, '0')}-${to.padStart(width, '0')}`;
    throw new NodeSetFault(at, text, 'padding mismatch', mend);
  }
  if (Number(from) > Number(to)) {
    throw new NodeSetFault(at, text, 'reversed range', `write ${to}-${from}`);
  }
  if (step < 1) throw new NodeSetFault(at, text, 'a step of 0', 'write a step of 1 or more');
  return { at, text, from, to, step };
}

function notARange(text: string, at: number): NodeSetFault {
  if (text.includes('[')) {
    return new NodeSetFault(at + text.indexOf('['), '[', 'a bracket inside a bracket', 'close the first one with ]');
  }
  if (text.startsWith('-')) {
    return new NodeSetFault(at, text, 'a negative number', 'put the dash before the bracket: n-[1-3]');
  }
  if (/^[0-9]+\s*\//.test(text)) {
    return new NodeSetFault(at, text, 'a step without a range', 'write a range before it, as in 0-10/2');
  }
  return new NodeSetFault(at, text, 'not a range of numbers', 'write a number, a range 1-3 or a range with a step 0-10/2');
}

/** ClusterShell reads `n1[9-10]` as n19 to n110 and refuses `n[0-10]5`, so both are refused here, not guessed at. */
function checkWidth({ at, text, from, to, step }: Range, before: string, after: string): void {
  if (before.length + to.length + after.length > DIGITS_MAX) {
    throw new NodeSetFault(at, text, `a number of more than ${DIGITS_MAX} digits`, 'write such names one by one');
  }
  if (before + after !== '' && from.length !== to.length) {
    throw new NodeSetFault(at, text, 'digits beside a range of changing width', 'write all digits inside the brackets');
  }
  if (after !== '' && step > 1) {
    throw new NodeSetFault(at, text, 'digits after a range with a step', 'write all digits inside the brackets');
  }
}

function addOneByOne(spans: Span[], { from, to, step }: Range, before: string, after: string): void {
  const width = isPadded(from) ? from.length : 0;
  for (let value = Number(from); value <= Number(to); value += step) {
    const code = codeOf(before + String(value).padStart(width, '0') + after);
    spans.push({ from: code, to: code, rest: null });
  }
}

function addByWidth(spans: Span[], { from, to }: Range, before: string): void {
  for (let width = from.length; width <= to.length; width++) {
    const first = width === from.length ? from : `1${'0'.repeat(width - 1)}`;
    const last = width === to.length ? to : '9'.repeat(width);
    spans.push({ from: codeOf(before + first), to: codeOf(before + last), rest: null });
  }
}
