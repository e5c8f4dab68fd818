import { expect, it } from 'vitest';
import { jsonSchemas } from '../../../../../src/files/json-schema.ts';
import { keysAt, valuesAt, wordsAt, type Schema } from './schema-words.ts';

const { change, policy } = jsonSchemas() as { change: Schema; policy: Schema };
const names = (schema: Schema, path: (string | null)[]): string[] => keysAt(schema, path).map(({ key }) => key);

it('offers the keys of the top, those that must stand first', () => {
  expect(names(change, [])[0]).toBe('change');
  expect(names(policy, [])).toEqual(expect.arrayContaining(['windows', 'limits', 'gates', 'canary', 'crew', 'validation']));
});

it('follows names that users choose, lists, and one of several shapes', () => {
  expect(names(policy, ['limits', 'image-server'])).toEqual(['count', 'per', 'owner', 'why', 'until', 'source', 'since']);
  expect(names(policy, ['windows', null])).toEqual(['cluster', 'start', 'for']);
  expect(names(policy, ['canary', 'gate'])).toEqual(['failed']);
  expect(names(change, ['want', 'host-os'])).toContain('apply');
  expect(names(policy, ['nothing', 'here'])).toEqual([]);
});

it('offers values that can be told beforehand', () => {
  expect(valuesAt(policy, ['validation', 'mode'])).toEqual(['all', 'sample', 'none']);
  expect(valuesAt(policy, ['redundant'])).toEqual(['true', 'false']);
  expect(valuesAt(policy, ['gates', 'per', null])).toEqual(['cluster', 'customer']);
  expect(valuesAt(policy, ['northStar'])).toEqual([]);
});

it('explains what may stand there', () => {
  expect(wordsAt(policy, ['gates', 'soak'])).toBe('a duration such as 90s, 12m, 1.5h, 4d');
  expect(wordsAt(policy, ['limits', 'x', 'count'])).toBe('a whole number of at least 1');
  expect(wordsAt(policy, ['limits', 'x'])).toBe('a whole number of at least 1, or {count, per, owner, why, until, source, since}');
});
