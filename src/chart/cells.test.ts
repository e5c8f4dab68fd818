import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelBar, oneLine, toAscii } from './cells.ts';

describe('cells', () => {
  it('level bar: to an eighth of a character, and what is there at all is seen', () => {
    expect([0, 0.001, 0.5, 1, 7].map((share) => levelBar(share, 4))).toEqual(['', '▏', '██', '████', '████']);
  });

  it('level bar: any share fits its room', () => {
    fc.assert(
      fc.property(fc.double(), fc.integer({ min: 0, max: 40 }), (share, chars) => {
        expect(levelBar(share, chars).length).toBeLessThanOrEqual(chars);
      }),
    );
  });

  it('one line: what moves a cursor or turns a direction becomes a space', () => {
    expect(oneLine(' a\r\nb\u001B[31m\u202Ec\u2028d ')).toBe('a b [31m c d');
  });

  it('ASCII: any text keeps its length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(toAscii(text)).toMatch(/^[ -~]*$/);
        expect(toAscii(text)).toHaveLength(text.length);
      }),
    );
  });
});
