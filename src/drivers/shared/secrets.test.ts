import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { nodeAddresses, wordLines } from './addresses.ts';
import { argv, duration, isPlainUrl, msOf, secret } from './options.ts';
import { OptionSourceError, readOptionFile, readSecret } from './secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'pitstop-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const place = { folder, env: { PASSWORD: 'hush', EMPTY: '' } };
const what = 'password of the test driver';

test('a secret: from a variable as it is, from a file without its last line end', () => {
  writeFileSync(join(folder, 'password'), 'hush\r\n');
  expect(readSecret(what, { env: 'PASSWORD' }, place)).toBe('hush');
  expect(readSecret(what, { file: 'password' }, place)).toBe('hush');
  expect(readOptionFile('addresses of the test driver', 'password', place)).toBe('hush\r\n');
});

test('a secret that is not there: bad input that says where, and how to mend it', () => {
  writeFileSync(join(folder, 'empty'), '\n');
  const cases = [
    [{ env: 'ABSENT' }, /^the password of the test driver is in the environment variable ABSENT, which is not set/],
    [{ env: 'EMPTY' }, /EMPTY, which is not set/],
    [{ file: 'gone' }, /cannot be read from gone \(ENOENT\): put the file there, relative to fleet.yaml, or write \{env: X\}/],
    [{ file: 'empty' }, /is not in empty: the file is empty/],
  ] as const;
  for (const [from, says] of cases) {
    expect(() => readSecret(what, from, place)).toThrow(OptionSourceError);
    expect(() => readSecret(what, from, place)).toThrow(says);
  }
});

test('addresses: comments and empty lines are none; a line that is none, and a node twice, are bad input', () => {
  const read = (text: string) => [...nodeAddresses('hosts', text, 'NODE HOST', (address) => (address === 'bad' ? null : address))];
  expect(read('# all\n\n n1\t a # one\r\nn2 b\n')).toEqual([
    ['n1', 'a'],
    ['n2', 'b'],
  ]);
  expect(wordLines('# none\nn1 a b')).toEqual([{ number: 2, words: ['n1', 'a', 'b'] }]);
  expect(() => read('n1 a\nn2')).toThrow('hosts:2: not "NODE HOST": "n2"');
  expect(() => read('n1 a b')).toThrow('hosts:1: not "NODE HOST": "n1 a b"');
  expect(() => read('n1 bad')).toThrow('hosts:1: not "NODE HOST"');
  expect(() => read('n1 a\n#\nn1 a')).toThrow('hosts:3: n1 is there twice');
});

test('parts of options: what is taken and what is not', () => {
  expect(msOf(duration.parse('1.5m'))).toBe(90_000);
  for (const text of ['0', '-1s', '5', 'soon', '']) expect(duration.safeParse(text).success, text).toBe(false);
  expect(argv.safeParse(['tool', '']).success).toBe(true);
  for (const list of [[], [''], ['-x'], ['tool', 'a\0b']]) expect(argv.safeParse(list).success, JSON.stringify(list)).toBe(false);
  expect(secret.safeParse({ env: 'X', file: 'f' }).success).toBe(false);
  for (const text of ['http://h', 'https://h:8443/prefix']) expect(isPlainUrl(text), text).toBe(true);
  for (const text of ['ftp://h', 'http://u:p@h', 'http://h?q=1', 'http://h#f', 'h:80', '']) expect(isPlainUrl(text), text).toBe(false);
});
