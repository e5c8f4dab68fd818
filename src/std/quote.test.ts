import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArgumentQuotingError, quoteArgument, quoteCommand } from './quote.ts';

/** What a real shell makes of the line: its argument list, each ended by NUL. */
function heardByShell(line: string): string[] {
  return execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);
}

describe('quote', () => {
  it('harmless words stay as they are, all others are quoted', () => {
    expect(quoteCommand(['/opt/site/apply', 'v=1.2', 'n[1-4]', '', "it's", '-x', 'ünï'])).toBe(
      String.raw`/opt/site/apply v=1.2 'n[1-4]' '' 'it'\''s' -x 'ünï'`,
    );
  });

  it('a real shell hears exactly the argument list (any)', () => {
    const character = fc.oneof(
      fc.constantFrom("'", '"', '\\', '$', '`', '\n', ' ', '!', '*', '~', '#', ';', '&', '\t', '-', '\r'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    );
    const argument = fc.string({ unit: character, maxLength: 12 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(fc.array(argument, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 }), (lists) => {
        const argv = lists.flat();
        expect(heardByShell(quoteCommand(argv))).toEqual(argv);
      }),
      { numRuns: 150 },
    );
  });

  it('every character below 256 but NUL arrives (one call)', () => {
    const argv = Array.from({ length: 255 }, (_, i) => `a${String.fromCodePoint(i + 1)}b`);
    expect(heardByShell(quoteCommand(argv))).toEqual(argv);
  });

  it('NUL is refused, with the argument named', () => {
    expect(() => quoteArgument('a\0b')).toThrow(ArgumentQuotingError);
    expect(() => quoteCommand(['ok', 'a\0b'])).toThrow(String.raw`"a\u0000b"`);
  });
});
