import { expect, it } from 'vitest';
import { yamlPlaceAt } from './yaml-path.ts';

/** The place at the bar. */
function at(marked: string) {
  const offset = marked.indexOf('|');
  const place = yamlPlaceAt(marked.replace('|', ''), offset);
  return place && { path: place.path, writing: place.writing, word: place.word, siblings: place.siblings };
}

it('knows the top, and what stands there already', () => {
  expect(at('northStar: 2h\nca|\ngates: {soak: 5m}')).toEqual({ path: [], writing: 'key', word: 'ca', siblings: ['northStar', 'gates'] });
  expect(at('|')).toEqual({ path: [], writing: 'key', word: '', siblings: [] });
});

it('follows the indentation', () => {
  expect(at('gates:\n  soak: 5m\n  ret|')).toMatchObject({ path: ['gates'], writing: 'key', word: 'ret', siblings: ['soak'] });
  expect(at('limits:\n  image-server:\n    count: 200\n    # how many\n\n    pe|')).toMatchObject({
    path: ['limits', 'image-server'],
    siblings: ['count'],
  });
  expect(at('limits:\n  image-server:\n    count: 200\ncr|')).toMatchObject({ path: [], siblings: ['limits'] });
});

it('knows a value from a key', () => {
  expect(at('validation:\n  mode: |')).toMatchObject({ path: ['validation', 'mode'], writing: 'value', word: '' });
  expect(at('atWindowEnd: fin|')).toMatchObject({ path: ['atWindowEnd'], writing: 'value', word: 'fin' });
});

it('follows braces and brackets in a line', () => {
  expect(at('gates: {returned: 95%, so|')).toMatchObject({ path: ['gates'], writing: 'key', word: 'so', siblings: ['returned'] });
  expect(at('limits: {image-server: {count: 200, per: ra|}}')).toMatchObject({
    path: ['limits', 'image-server', 'per'],
    writing: 'value',
    word: 'ra',
  });
  expect(at('gates: {per: [cluster, cu|')).toMatchObject({ path: ['gates', 'per', null], writing: 'value', word: 'cu' });
  expect(at('targets: "n[1-16],|')).toMatchObject({ path: ['targets'], writing: 'value' });
});

it('follows items of lists', () => {
  expect(at('windows:\n  - cluster: lab\n    st|')).toMatchObject({ path: ['windows', null], writing: 'key', siblings: ['cluster'] });
  expect(at('windows:\n- cluster: lab\n  start: x\n- cl|')).toMatchObject({ path: ['windows', null], writing: 'key', siblings: [] });
  expect(at('windows:\n  - {cluster: lab, s|')).toMatchObject({ path: ['windows', null], writing: 'key', siblings: ['cluster'] });
});

it('says nothing in a comment', () => {
  expect(at('gates: {} # so|')).toBeNull();
  expect(at('targets: "#1|')).toMatchObject({ writing: 'value' });
});
