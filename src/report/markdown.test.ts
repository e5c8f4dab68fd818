import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, fenced, inline, plain, table } from './markdown.ts';

describe('markdown: words of others', () => {
  it('plain: markup is escaped, names of things are not', () => {
    expect(plain('[x](javascript:y) *a* _b_ slurm_load_node <i> a|b')).toBe(
      String.raw`\[x\](javascript:y) \*a\* \_b\_ slurm_load_node \<i\> a\|b`,
    );
  });

  it('plain and code: nothing is a dash', () => {
    expect([plain(' \n '), code('')]).toEqual(['-', '-']);
  });

  it('inline: words keep the space that sets them apart from their neighbours', () => {
    expect([inline(' *a* '), inline('b'), inline(' '), inline('')]).toEqual([String.raw` \*a\* `, 'b', ' ', '']);
  });

  it('fenced: lines with backticks do not close their fence', () => {
    expect(fenced(['a', '```'])).toBe('````text\na\n```\n````');
  });

  it('code: backticks inside get a longer fence', () => {
    expect([code('n[1-4]'), code('a`b'), code('a|b')]).toEqual(['`n[1-4]`', '`` a`b ``', String.raw`${'`'}a\|b${'`'}`]);
  });

  it('plain and code: any text stays one line without control characters, and closes no cell', () => {
    const character = fc.oneof(
      fc.constantFrom('|', '`', '\\', '\n', '\u2028'),
      fc.nat(0x2100).map((point) => String.fromCodePoint(point)),
    );
    fc.assert(
      fc.property(fc.string({ unit: character }), (text) => {
        for (const words of [plain(text), code(text)]) expect(words).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(plain(text)).not.toMatch(/(?<!\\)(?:\\\\)*\|/);
        expect(code(text)).not.toMatch(/(?<!\\)\|/);
      }),
    );
  });

  it('table: long ones are cut with a count', () => {
    const lines = table(
      ['a', '>n'],
      Array.from({ length: 60 }, (_, i) => ['x', String(i)]),
      'retro --format json',
    ).split('\n');
    expect(lines[1]).toBe('| --- | ---: |');
    expect(lines.at(-1)).toBe('And 10 more: `retro --format json` lists all.');
    expect(lines).toHaveLength(54);
  });
});
