import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldOutputs } from './fold-output.ts';

const outputs = (texts: { readonly [target: string]: string }) => Object.entries(texts).map(([target, output]) => ({ target, output }));

test('equal outputs once, the most first, own names and blanks at the ends do not count', () => {
  const all = outputs({ n9: 'a\nb', n1: 'n1: ok\nx', n2: 'n2: ok \nx\n\n', n3: '\nn3: ok\nx', n10: 'n10: ok\ny', n11: 'n1: ok\nx' });
  expect(foldOutputs(all)).toEqual([
    { targets: ['n1', 'n2', 'n3'], folded: 'n[1-3]', output: 'n1: ok\nx', differs: null },
    { targets: ['n9'], folded: 'n9', output: 'a\nb', differs: { line: 1, here: 'a', there: '{node}: ok' } },
    { targets: ['n10'], folded: 'n10', output: 'n10: ok\ny', differs: { line: 2, here: 'y', there: 'x' } },
    // Another's name is no name of its own.
    { targets: ['n11'], folded: 'n11', output: 'n1: ok\nx', differs: { line: 1, here: 'n1: ok', there: '{node}: ok' } },
  ]);
  expect(foldOutputs([])).toEqual([]);
});

test('where it differs: another line, one less, one more', () => {
  const all = outputs({ n1: 'a\nb', n2: 'a\nb', n3: 'a', n4: 'a\nb\nc', n5: 'a\nz' });
  expect(foldOutputs(all).map(({ differs }) => differs)).toEqual([
    null,
    { line: 2, here: null, there: 'b' },
    { line: 3, here: 'c', there: null },
    { line: 2, here: 'z', there: 'b' },
  ]);
});

test('every target is in exactly one group, and every other group says where it differs', () => {
  const text = fc.array(fc.constantFrom('a', 'b', '', 'n1'), { maxLength: 4 }).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 30 }), (texts) => {
      const folded = foldOutputs(texts.map((output, i) => ({ target: `n${i}`, output })));
      expect(folded.flatMap(({ targets }) => targets).toSorted()).toEqual(texts.map((_, i) => `n${i}`).toSorted());
      expect(folded.map(({ targets }) => targets.length)).toEqual(folded.map(({ targets }) => targets.length).toSorted((a, b) => b - a));
      for (const [i, { differs }] of folded.entries()) expect(differs === null).toBe(i === 0);
      for (const { differs } of folded.slice(1)) expect(differs?.here).not.toBe(differs?.there);
    }),
  );
});
