import { expect, test } from 'vitest';
import { addressBook } from './addresses.ts';
import { redfishOptions } from './options.ts';

const settings = redfishOptions.parse({ url: 'https://{node}-bmc:8443', addresses: 'bmcs', user: 'pitstop', password: { env: 'X' } });

test('the file first, with the scheme of the URL where it names none, else the URL with the name', () => {
  const book = addressBook(settings, 'n1 10.0.0.1 # left\nn2 http://10.0.0.2:8000\nn3 [fd00::3]:444\n');
  expect(['n1', 'n2', 'n3', 'n4'].map((node) => book(node)?.origin)).toEqual([
    'https://10.0.0.1',
    'http://10.0.0.2:8000',
    'https://[fd00::3]:444',
    'https://n4-bmc:8443',
  ]);
  expect(addressBook(settings, null)('n1')?.origin).toBe('https://n1-bmc:8443');
  expect(addressBook(settings, null)('a b')).toBeNull();
});

test('a line that is none, a login in it, a node twice: bad input, since the wrong machine might lose its power', () => {
  for (const line of ['n1', 'n1 a b', 'n1 http://', 'n1 https://user:pw@bmc', 'n1 bmc/path']) {
    expect(() => addressBook(settings, `# all\n${line}\n`), line).toThrow('bmcs:2: not "NODE URL" or "NODE HOST[:PORT]": ');
  }
  expect(() => addressBook(settings, 'n1 a\nn1 b')).toThrow('bmcs:2: n1 is there twice');
});
