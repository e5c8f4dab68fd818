import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellOf, parseBars, parseCsv } from './csv.ts';
import { BadInputError } from './problem.ts';

const texts = (rows: readonly (readonly { text: string }[])[]): string[][] => rows.map((row) => row.map(({ text }) => text));

describe('comma-separated text', () => {
  it('quotes: commas, quotes and line breaks inside of them are part of the cell', () => {
    const rows = parseCsv('id,what\r\n1,"a, ""b""\nand c"\r\n\r\n2,\n', 'f.csv');
    expect(texts(rows)).toEqual([
      ['id', 'what'],
      ['1', 'a, "b"\nand c'],
      ['2', ''],
    ]);
    expect(rows[2]?.[0]).toMatchObject({ line: 5, col: 1 });
  });

  it('places: line and column of every cell, from 1, also behind a mark of byte order', () => {
    const [head, row] = parseCsv('\uFEFFid, what\n7, "x" ,y', 'f.csv');
    expect(head).toEqual([
      { text: 'id', line: 1, col: 1 },
      { text: 'what', line: 1, col: 5 },
    ]);
    expect(row).toEqual([
      { text: '7', line: 2, col: 1 },
      { text: 'x', line: 2, col: 4 },
      { text: 'y', line: 2, col: 9 },
    ]);
    expect(cellOf(row ?? [], head ?? [], 'WHAT')?.text).toBe('x');
    expect(cellOf(row ?? [], head ?? [], 'why')).toBe(null);
  });

  it('a quote that is never closed, and words behind one: bad input with their place', () => {
    expect(() => parseCsv('a,b\n1,"x\n2,y\n', 'f.csv')).toThrow(
      'f.csv:2:3: x 2,y: a quote that is opened and never closed; close it with "',
    );
    expect(() => parseCsv('a,b\n1,"x" y\n', 'f.csv')).toThrow(
      'f.csv:2:6: y: stands behind a closed quote; write "" for a quote inside of one',
    );
  });

  it('any cells: written by the rules they are read as they were', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', ' ', '|', '0'), maxLength: 6 }).map((text) => text.trim());
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), (given) => {
        const kept = given.filter((row) => row.some((text) => text !== ''));
        const text = given.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(',')).join('\r\n');
        expect(texts(parseCsv(text, 'f.csv'))).toEqual(kept);
      }),
    );
  });

  it('any text: rows, or bad input', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ') }), (text) => {
        try {
          parseCsv(text, 'f.csv');
        } catch (error) {
          expect(error).toBeInstanceOf(BadInputError);
        }
      }),
    );
  });
});

describe('bars', () => {
  it('nothing is quoted: every bar ends a cell', () => {
    const rows = parseBars('A|B\n\nx| "y" |\n');
    expect(texts(rows)).toEqual([
      ['A', 'B'],
      ['x', '"y"', ''],
    ]);
    expect(rows[1]?.[1]).toMatchObject({ line: 3, col: 4 });
  });
});
