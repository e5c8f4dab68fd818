// The real thing as the judge: generated sets read and folded by Debian's `nodeset` (package clustershell) and by us.
import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fold, names, parseNodeSet } from '../nodeset.ts';

const CASES = 400;

/** Each line is read by itself and all lines are united. */
function nodeset(command: '--fold' | '--expand', lines: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('nodeset', [command], { input: `${lines.join('\n')}\n`, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trim();
}

function skipWithoutNodeset(skip: (note: string) => void): void {
  if (spawnSync('nodeset', ['--version']).status === 0) return;
  const note = 'the command nodeset (Debian package clustershell) is not here';
  if (process.env['PITSTOP_REQUIRE_REAL'] === '1') throw new Error(note);
  skip(note);
}

/** A prefix of letters of its own for each case keeps the cases apart in one call. */
function prefix(index: number): string {
  const letter = (place: number): string => String.fromCharCode(97 + (Math.floor(index / 26 ** place) % 26));
  return `c${letter(2)}${letter(1)}${letter(0)}`;
}

function rangeOf(width: number): fc.Arbitrary<string> {
  const write = (number: number): string => String(number).padStart(width, '0');
  return fc
    .tuple(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 29 }), fc.constantFrom('', '', '/2', '/3'))
    .map(([from, length, step]) => (length === 0 ? write(from) : `${write(from)}-${write(from + length)}${step}`));
}

function bracketOf(width: number): fc.Arbitrary<string> {
  return fc.array(rangeOf(width), { minLength: 1, maxLength: 4 }).map((ranges) => `[${ranges.join()}]`);
}

/** Operands with one operator between each two; `#` is where the prefix goes. */
function expressionOf(operand: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(operand, fc.array(fc.tuple(fc.constantFrom(',', '!', '&', '^'), operand), { maxLength: 4 }))
    .map(([first, more]) => `#${first}${more.map(([sign, next]) => `${sign}#${next}`).join('')}`);
}

function sample(expression: fc.Arbitrary<string>): string[] {
  const texts = fc.sample(expression, { numRuns: CASES, seed: 62 });
  return texts.map((text, index) => text.replaceAll('#', prefix(index)));
}

function read(text: string): { folded: string; names: string[] } {
  const result = parseNodeSet(text);
  if (!result.ok) throw new Error(`${text}: ${JSON.stringify(result.error)}`);
  return { folded: fold(result.set), names: [...names(result.set)] };
}

test('node set against ClusterShell: sets of one number fold to the same text', ({ skip }) => {
  skipWithoutNodeset(skip);
  const operand = fc.constantFrom(0, 3).chain((width) => {
    const bracket = bracketOf(width);
    return fc.oneof(
      bracket,
      bracket.map((text) => `-x${text}.mgmt`),
      fc.constant('login'),
      rangeOf(0).map((text) => `y[${text}]`),
    );
  });
  const lines = sample(expressionOf(operand));
  const ours = read(
    lines
      .map((line) => read(line).folded)
      .filter((text) => text !== '')
      .join(),
  ).folded;
  expect(ours.length).toBeGreaterThan(CASES);
  expect(ours.split(/,(?=c)/)).toEqual(nodeset('--fold', lines).split(/,(?=c)/));
});

test('node set against ClusterShell: sets of several numbers and of mixed padding hold the same names', ({ skip }) => {
  skipWithoutNodeset(skip);
  const bracket = fc
    .constantFrom(0, 2, 3)
    .chain((width) => (width === 2 ? fc.constantFrom('[01-09]', '[07-12,98]', '[00]') : bracketOf(width)));
  const operand = fc.oneof(
    bracket,
    fc.tuple(fc.constantFrom('[1-3]', '[2,4]', '2', '[01-02]'), bracket).map(([rack, node]) => `-r${rack}n${node}`),
    fc.tuple(fc.constantFrom('1[0-3]', '0[1-2]', '[1-2]5'), fc.constantFrom('', '-ib0', '-ib[0-1]')).map((parts) => parts.join('')),
  );
  const lines = sample(expressionOf(operand));
  const ours = lines.map(read);
  const theirs = nodeset('--expand', lines).split(/\s+/).toSorted();
  expect(theirs.length).toBeGreaterThan(CASES);
  expect(ours.flatMap((set) => set.names).toSorted(), 'our reading of the text').toEqual(theirs);
  const folded = ours.map((set) => set.folded).filter((text) => text !== '');
  expect(nodeset('--expand', folded).split(/\s+/).toSorted(), 'their reading of our print').toEqual(theirs);
});
