// Reading: groups, functions, what is refused and in which words, and that no text whatever brings the reader down.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { equals, fold, foldNames, nodeSetOf, parseNodeSet } from '../nodeset.ts';
import type { NodeSet } from '../nodeset.ts';

const GROUPS: Readonly<Record<string, string>> = {
  'rack:r001': 'n[1-4]',
  'rack:r002': 'n[5-8]',
  'leaf:u07r3': 'n[3-6]',
  idle: 'n8',
  'switches-of:n[1-4]': 'u[1-2]r1',
  'spines-of:u[1-2]r1': 's[1-3]',
  'switches-of:': '',
};

function resolve(group: string): NodeSet | null {
  const text = GROUPS[group];
  const result = text === undefined ? null : parseNodeSet(text);
  return result?.ok === true ? result.set : null;
}

test.each([
  ['@rack:r001', 'n[1-4]'],
  ['@idle,@rack:r001', 'n[1-4,8]'],
  ['@rack:r[001-002]!@leaf:u07r3', 'n[1-2,7-8]'],
  ['@rack:r001 & @leaf:u07r3', 'n[3-4]'],
  ['n[1-4],@switches-of(n[1-4])', 'n[1-4],u[1-2]r1'],
  ['@spines-of( @switches-of( @rack:r001 ) )', 's[1-3]'],
  ['@spines-of(u[1-2]r1!u9r1)!s2', 's[1,3]'],
  ['@switches-of(n1!n1)', ''],
])('node set groups: %j is %j', (text, folded) => {
  const result = parseNodeSet(text, resolve);
  expect(result.ok ? fold(result.set) : result.error).toBe(folded);
});

test.each([
  ['n[1-3', 1, '[1-3', 'a bracket opened but never closed'],
  ['n1-3]', 4, ']', 'a bracket closed but never opened'],
  ['n[[1-3]]', 2, '[', 'a bracket inside a bracket'],
  ['n[1][2]', 4, '[', 'a bracket right after a bracket'],
  ['n[1-2]5[3-4]', 0, 'n[1-2]5[3-4]', 'only digits between two brackets'],
  ['n[]', 1, '[]', 'empty brackets'],
  ['a,n[ ]', 3, '[ ]', 'empty brackets'],
  ['n[1-2,]', 6, '', 'empty range'],
  ['n[5, 3-1]', 5, '3-1', 'reversed range'],
  ['n[001-10]', 2, '001-10', 'padding mismatch'],
  ['n[01-100]', 2, '01-100', 'padding mismatch'],
  ['n[1-010]', 2, '1-010', 'padding mismatch'],
  ['n[-5]', 2, '-5', 'a negative number'],
  ['n[a-b]', 2, 'a-b', 'not a range of numbers'],
  ['n[1-3/x]', 2, '1-3/x', 'not a range of numbers'],
  ['n[1-3/0]', 2, '1-3/0', 'a step of 0'],
  ['n[1/2]', 2, '1/2', 'a step without a range'],
  ['n[1-3/2]5', 2, '1-3/2', 'digits after a range with a step'],
  ['n1[9-10]', 3, '9-10', 'digits beside a range of changing width'],
  ['n[0-10]5', 2, '0-10', 'digits beside a range of changing width'],
  ['n[1-1234567890123456]', 2, '1-1234567890123456', 'a number of more than 15 digits'],
  ['n12345678901234[10-20]', 16, '10-20', 'a number of more than 15 digits'],
  [',a', 0, ',', 'an operator at the start'],
  ['a, ', 1, ',', 'an operator at the end'],
  ['a!', 1, '!', 'an operator at the end'],
  ['a,!b', 2, '!', 'two operators in a row'],
  ['a b', 2, 'b', 'two elements without an operator between them'],
  ['@switches-of(n[1-4])b', 20, 'b', 'two elements without an operator between them'],
  ['n{1}', 1, '{', 'an illegal character'],
  ['a,"b"', 2, '"', 'an illegal character'],
  ['n%s', 1, '%', 'an illegal character'],
  ['nö', 1, 'ö', 'an illegal character'],
  ['n😀', 1, '😀', 'an illegal character'],
  ['n*', 1, '*', 'a wildcard'],
  ['a@b', 1, '@', 'a group inside a name'],
  ['-rf', 0, '-rf', 'a name beginning with "-"'],
  ['(a,b)!c', 0, '(', 'a parenthesis without a function'],
  ['a)', 1, ')', 'a parenthesis closed but never opened'],
  ['a,@', 2, '@', 'a group without a name'],
  ['@!', 0, '@', 'a group without a name'],
  ['a,@rack:r[002-009]', 2, '@rack:r003', 'an unknown group'],
  ['@f(a)', 0, '@f(a)', 'an unknown group'],
  ['@f(a', 0, '@f(a', 'a parenthesis opened but never closed'],
  ['@f( )', 0, '@f( )', 'a function of nothing'],
  ['@f(', 2, '(', 'nothing after ('],
  ['@f(,a)', 3, ',', 'an operator at the start'],
  ['@f(a,)', 5, ')', 'a parenthesis closed but never opened'],
  [`${'@f('.repeat(17)}a${')'.repeat(17)}`, 48, '@f(a)))))))))))))))))', 'more than 16 functions inside one another'],
  ['n[0-10000000]', 1, '[0-10000000]', 'more than 10000000 names'],
  ['a[0-9999]b[0-9999]', 0, 'a[0-9999]b[0-9999]', 'more than 10000000 names'],
  ['a[0-5999999],b[0-5999999]', 13, 'b[0-5999999]', 'more than 10000000 names'],
  ['n[0-9999998/2]', 1, '[0-9999998/2]', 'more than 2000000 separate ranges'],
  [`${'n'.repeat(512)}[1-2]`, 0, `${'n'.repeat(57)}...`, 'a name of more than 512 characters'],
])('node set errors: %j at %i', (text, at, value, why) => {
  const result = parseNodeSet(text, resolve);
  expect(result).toEqual({ ok: false, error: { at, value, why, mend: expect.stringMatching(/\w/) } });
});

test('node set errors: a group where none are known', () => {
  const result = parseNodeSet('n1,@rack:r001');
  expect(result).toMatchObject({ ok: false, error: { at: 3, value: '@rack:r001', why: 'no groups are known here' } });
});

test('node set errors: the mend for a padding mismatch is the range to write', () => {
  const result = parseNodeSet('n[001-10]');
  expect(result).toMatchObject({ error: { mend: 'write both ends with as many digits: 001-010' } });
});

test('node set errors: ever changing operators, ever more brackets and ever deeper calls end in an error', () => {
  for (const text of [
    'a,b!'.repeat(50_000),
    'n[1-2]'.repeat(50_000),
    'n[1-2]x'.repeat(50_000),
    'n[0,2]x'.repeat(200),
    'n[0-3999998/2]x'.repeat(100),
    'n1'.repeat(50_000),
    '@f('.repeat(50_000),
  ]) {
    expect(parseNodeSet(text, () => nodeSetOf(['a']))).toMatchObject({ ok: false });
  }
});

test('node set: any text is read or refused, and what is read can be printed and read again', () => {
  const close = fc.string({ unit: fc.constantFrom(...'n0019[[]]-,,/!&^@(): \n*a%s.x'.split('')), maxLength: 24 });
  const any = fc.string({ unit: 'binary', maxLength: 40 });
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof({ weight: 5, arbitrary: close }, any), (text) => {
      const result = parseNodeSet(text, (group) => nodeSetOf([`g${group.length}`]));
      if (result.ok) {
        accepted += 1;
        const again = parseNodeSet(fold(result.set));
        expect(again.ok && equals(again.set, result.set)).toBe(true);
        return;
      }
      expect(result.error.at).toBeGreaterThanOrEqual(0);
      expect(result.error.at).toBeLessThanOrEqual(text.length);
      expect(result.error.why + result.error.mend).toMatch(/\w/);
    }),
    { numRuns: 8_000 },
  );
  expect(accepted).toBeGreaterThan(50);
});

test('node set: a written range is the names it says', () => {
  const range = fc.record({
    from: fc.integer({ min: 0, max: 120 }),
    length: fc.integer({ min: 0, max: 120 }),
    step: fc.integer({ min: 1, max: 7 }),
    width: fc.constantFrom(0, 3, 5),
    before: fc.constantFrom('n', 'r1x', ''),
    after: fc.constantFrom('', '.mgmt', '-2'),
  });
  fc.assert(
    fc.property(range, ({ from, length, step, width, before, after }) => {
      const digits = (number: number): string => String(number).padStart(width, '0');
      const text = `${before}[${digits(from)}-${digits(from + length)}/${step}]${after}`;
      const names: string[] = [];
      for (let i = from; i <= from + length; i += step) names.push(before + digits(i) + after);
      const result = parseNodeSet(text);
      expect(result.ok ? fold(result.set) : result.error).toBe(foldNames(names));
    }),
  );
});
