import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allOf, HandClock, memoryJournal, NOW_MS } from '../../test/desk.ts';
import type { Journal } from '../core/ports.ts';
import type { JsonObject } from '../std/json.ts';
import { type Act, type Acts, openActs } from './acts.ts';

const act: Act = {
  by: 'lead',
  role: 'operator',
  via: 'tcp',
  procedure: 'runs.confirm',
  why: 'window open',
  outcome: 'done',
  data: { run: 'r1' },
};
const SECRET = `pst_${'x'.repeat(43)}`;

describe('acts', () => {
  let journal: Journal;
  let acts: Acts;
  beforeEach(() => {
    journal = memoryJournal();
    acts = openActs(journal, new HandClock());
  });
  afterEach(() => journal.close());

  test('record and list: in order, in pages, also for another desk on the same journal', async () => {
    expect(await acts.record(act)).toEqual({ ...act, seq: 1, at: NOW_MS });
    await Promise.all([2, 3, 4].map((n) => acts.record({ ...act, outcome: 'refused', role: 'nobody', via: 'socket', data: { n } })));
    const all = await acts.list(1, 99);
    expect(all.map(({ seq, outcome, data }) => [seq, outcome, data])).toEqual([
      [1, 'done', { run: 'r1' }],
      [2, 'refused', { n: 2 }],
      [3, 'refused', { n: 3 }],
      [4, 'refused', { n: 4 }],
    ]);
    expect(await openActs(journal, new HandClock()).list(2, 2)).toEqual(all.slice(1, 3));
    expect(await acts.list(5, 9)).toEqual([]);
  });

  test('record: nothing under a telling name is written, at any depth, whatever it is', async () => {
    const data = {
      token: 'aaa1',
      Secret: { deep: 'aaa2' },
      list: [{ password: ['aaa3'] }, [{ api_key: 12_345 }]],
      'ssh-private-key': 'aaa4',
      CLIENT_SECRET: 'aaa5',
      accessToken: 'aaa6',
      headers: { authorization: 'aaa7', Cookie: 'aaa8' },
      kept: 'fine',
    };
    await acts.record({ ...act, data });
    const [entry] = await allOf(journal, 'acts');
    expect(JSON.stringify(entry)).not.toMatch(/aaa|12345/);
    expect(entry?.data['data']).toMatchObject({ token: '(withheld)', list: [{ password: '(withheld)' }, [{}]], kept: 'fine' });
  });

  test('record: a secret of ours is blotted out wherever it stands, and the act is written all the same', async () => {
    const told = { by: SECRET, procedure: `p ${SECRET}`, why: `see ${SECRET}, or Bearer abc.def`, data: { [SECRET]: [`x${SECRET}y`] } };
    await acts.record({ ...act, ...told });
    const text = JSON.stringify(await allOf(journal, 'acts'));
    expect(text).not.toMatch(/x{43}|abc\.def/);
    expect(text).toContain('see pst_(withheld), or Bearer (withheld)');
  });

  test('record: no value under token, secret, password or key is ever written (property)', async () => {
    const telling = fc.constantFrom('token', 'secret', 'password', 'key', 'TOKEN', 'sshKey', 'client_secret');
    const hidden = fc.oneof(fc.constant('hidden!'), fc.constant({ a: ['hidden!'] }), fc.constant(['hidden!']));
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.dictionary(telling, hidden),
        fc.dictionary(fc.string({ maxLength: 4 }), tie('tree'), { maxKeys: 3 }),
        fc.array(tie('tree'), { maxLength: 3 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(tree, async (data) => {
        const { seq } = await acts.record({ ...act, data: { data } as JsonObject });
        expect(JSON.stringify(await journal.readStream('acts', seq, 1))).not.toContain('hidden!');
      }),
      { numRuns: 60 },
    );
  });
});
