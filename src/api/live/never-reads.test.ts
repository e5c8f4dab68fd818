import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { withEventMeta } from '@orpc/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bearer, openTestApi, type TestApi } from '../../../test/api-server.ts';
import { exampleView } from '../../cli/view-example.ts';
import { must } from '../../std/assert.ts';
import { os } from '../os.ts';
import { ChangeStream } from './change-stream.ts';

const CELLS = 'A'.repeat(1_000_000);
const VIEW = exampleView();
const stream = new ChangeStream<{ readonly seq: number }>({ kept: 5, weigh: () => 1, weightMax: 1_000, floor: 0 });
const message = (seq: number) => withEventMeta({ seq, view: VIEW, cells: CELLS, changes: [] }, { id: String(seq) });

let api: TestApi;

beforeAll(async () => {
  api = await openTestApi({
    router: (real) => ({
      ...real,
      runs: {
        ...real.runs,
        follow: os.runs.follow.handler(({ signal }) =>
          stream.follow({ after: null, signal, whole: () => [message(0)], tell: ([one]) => message(must(one, 'one').seq), atOnce: false }),
        ),
      },
    }),
  });
});
afterAll(() => api.close());

it(
  'a client that never reads is cut after a bounded number of messages, and one that reads gets them all',
  { timeout: 60_000 },
  async () => {
    const { secret } = await api.mint('viewer');
    const silent = connect(Number(new URL(api.url).port), '127.0.0.1');
    silent.pause();
    silent.write(`GET /api/runs/r/follow HTTP/1.1\r\nHost: ${api.host}\r\nAuthorization: Bearer ${secret}\r\n\r\n`);
    const reading = await fetch(`${api.url}/api/runs/r/follow`, { headers: bearer(secret) });
    const reader = must(reading.body, 'a body').pipeThrough(new TextDecoderStream()).getReader();
    const ids: number[] = [];
    let begun = '';
    const readUntil = async (seq: number): Promise<void> => {
      while (ids.at(-1) !== seq) {
        const { value = '' } = await reader.read();
        const lines = (begun + value).split('\n');
        begun = lines.pop() ?? '';
        for (const line of lines) if (line.startsWith('id: ')) ids.push(Number(line.slice(4)));
      }
    };
    while (stream.followers < 2) await turn();
    let seq = 0;
    while (stream.followers === 2) {
      // A megabyte each: far more than the sockets between them hold.
      stream.publish({ seq: ++seq });
      await readUntil(seq);
      expect(seq).toBeLessThan(500);
    }
    expect(ids).toEqual(Array.from({ length: seq + 1 }, (_, id) => id));
    silent.destroy();
    await reader.cancel();
    while (stream.followers > 0) await turn();
  },
);
