import { expect, it } from 'vitest';
import { jsonSchemas } from '../../../../../src/files/json-schema.ts';
import { helpAt, offersAt } from './offers.ts';
import type { Schema } from './schema-words.ts';

const { policy } = jsonSchemas() as { policy: Schema };
const labels = (marked: string): string[] | null =>
  offersAt(marked.replace('|', ''), marked.indexOf('|'), policy)?.offers.map(({ label }) => label) ?? null;

it('offers what is not there yet', () => {
  expect(labels('gates:\n  soak: 5m\n  |')).toEqual(['failureRate', 'returned', 'per', 'countIn', 'linkSoak', 'timeout']);
  expect(labels('validation: {mode: |}')).toEqual(['all', 'sample', 'none']);
  expect(labels('northStar: |')).toBeNull();
});

it('writes the colon, and a space where a value follows in the line', () => {
  const all = offersAt('', 0, policy)?.offers ?? [];
  expect(all.find(({ label }) => label === 'northStar')?.text).toBe('northStar: ');
  expect(all.find(({ label }) => label === 'gates')?.text).toBe('gates:');
});

it('explains the key under the pointer, nested ones by their path', () => {
  const text = 'gates: {returned: 95%, soak: 5m}\nwindows:\n  - cluster: lab\n';
  expect(helpAt(text, text.indexOf('soak') + 1, policy)).toMatchObject({
    key: 'gates.soak',
    words: 'a duration such as 90s, 12m, 1.5h, 4d',
  });
  expect(helpAt(text, text.indexOf('cluster'), policy)).toMatchObject({ key: 'windows[].cluster', words: 'text' });
  expect(helpAt(text, text.indexOf('95'), policy)).toBeNull();
});
