import { expect, test } from 'vitest';
import { checkPlaceholders, fillArgv, fillText, PlaceholderValueError, STEP_PLACEHOLDERS, usesPlaceholder } from './placeholders.ts';

test('check: only what is known here may stand in braces', () => {
  expect(checkPlaceholders('a {node} {version} {previous}', STEP_PLACEHOLDERS)).toBeNull();
  expect(checkPlaceholders('{"json": 1} ${HOME} {}', STEP_PLACEHOLDERS)).toMatchObject({ value: '{HOME}' });
  expect(checkPlaceholders('x {job}', STEP_PLACEHOLDERS)).toEqual({
    at: 2,
    value: '{job}',
    why: 'unknown placeholder',
    mend: 'known here: {node} {version} {previous}',
  });
});

test('fill: values go in as they are, once', () => {
  expect(fillArgv(['apply', '{version}', '--on={node}:{node}'], { node: 'n1', version: '2025.07+a:b-c_d' })).toEqual([
    'apply',
    '2025.07+a:b-c_d',
    '--on=n1:n1',
  ]);
  expect(usesPlaceholder(['a', '{previous}'], 'previous')).toBe(true);
});

test('fill: unsafe or missing values are refused', () => {
  const values = ['-rf', '', 'a b', 'a;b', '$(x)', 'a\nb', '{node}', 'x'.repeat(129), "'"];
  for (const version of values) expect(() => fillArgv(['{version}'], { version }), version).toThrow(PlaceholderValueError);
  expect(() => fillText('{previous}', { version: '1' })).toThrow('{previous} has no value here');
  expect(() => fillText('{constructor}', {})).toThrow(PlaceholderValueError);
});
