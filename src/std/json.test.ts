import { describe, expect, it } from 'vitest';
import { textOf, type Json } from './json.ts';

const values: [Json | undefined, string][] = [
  ['as it is', 'as it is'],
  ['', ''],
  [undefined, ''],
  [null, ''],
  [0, '0'],
  [false, 'false'],
  [[1, 'a'], '[1,"a"]'],
  [{ free: null }, '{"free":null}'],
];

describe('json', () => {
  it.each(values)('textOf: %j reads %j', (value, text) => {
    expect(textOf(value)).toBe(text);
  });
});
