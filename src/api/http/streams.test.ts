import { withEventMeta } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, openTestApi, type TestApi } from '../../../test/api-server.ts';
import { os } from '../os.ts';

const AT = '2031-07-08T09:00:00Z';

let api: TestApi;
let headers: { readonly authorization: string };
/** Streams that the server holds open now; whoever waits is told of every change. */
const open = { count: 0, changed: (): void => {} };

beforeAll(async () => {
  api = await openTestApi({
    given: { limits: { callsPerMinute: 1e6, signInsPerTenMinutes: 20, streams: 3 } },
    router: (real) => ({
      ...real,
      fleets: {
        ...real.fleets,
        follow: os.fleets.follow.handler(async function* ({ input, lastEventId, signal }) {
          open.count += 1;
          try {
            if (input.fleet === 'broken') throw new Error('the disk at 10.1.2.3 is full');
            let seq = Number(lastEventId ?? 0);
            for (let i = 0; i < 2; i++) {
              seq += 1;
              yield withEventMeta({ seq, at: AT, changes: [] }, { id: String(seq) });
            }
            if (input.fleet === 'waits') await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
          } finally {
            open.count -= 1;
            open.changed();
          }
        }),
      },
    }),
  });
  headers = bearer((await api.mint('viewer')).secret);
});
afterAll(() => api.close());

const follow = (fleet: string, more: { readonly [name: string]: string } = {}) =>
  fetch(`${api.url}/api/fleets/${fleet}/follow`, { headers: { ...headers, ...more } });

async function untilOpen(count: number): Promise<void> {
  while (open.count !== count) {
    await new Promise<void>((resolve) => {
      open.changed = resolve;
    });
  }
}

describe('server-sent events', () => {
  it('go on after the last one that was seen', async () => {
    const first = await follow('ends');
    expect(first.headers.get('content-type')).toContain('text/event-stream');
    expect(ids(await first.text())).toEqual(['1', '2']);
    expect(ids(await (await follow('ends', { 'last-event-id': '2' })).text())).toEqual(['3', '4']);
    const rpc = await api.rpc('fleets.follow', { fleet: 'ends' }, { ...headers, 'last-event-id': '7' });
    expect(ids(await rpc.text())).toEqual(['8', '9']);
  });

  it('so many at once for one caller, and one more as soon as one is gone', async () => {
    const held = await Promise.all(['waits', 'waits', 'waits'].map((fleet) => follow(fleet)));
    expect(held.map(({ status }) => status)).toEqual([200, 200, 200]);
    const refused = await follow('waits');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).not.toBeNull();
    const overRpc = await api.rpc('fleets.follow', { fleet: 'waits' }, headers);
    expect(overRpc.status, 'over RPC too').toBe(429);
    const other = bearer((await api.mint('viewer')).secret);
    const others = await follow('ends', other);
    expect(others.status, 'somebody else').toBe(200);
    await others.text();
    await held[0]?.body?.cancel();
    await untilOpen(2);
    const again = await follow('ends');
    expect(again.status).toBe(200);
    await again.text();
    for (const { body } of held.slice(1)) await body?.cancel();
    await untilOpen(0);
  });

  it('that break tell an id, and the log has the rest under it', async () => {
    const text = await (await follow('broken')).text();
    const id = /has it as ([0-9a-f]{8})/.exec(text)?.[1];
    expect(id, text).toBeDefined();
    expect(text).not.toContain('10.1.2.3');
    expect(api.log.find((line) => line.includes(`bug ${id}`))).toContain('10.1.2.3');
  });
});

function ids(events: string): string[] {
  return [...events.matchAll(/^id: (.*)$/gm)].map((match) => match[1] ?? '');
}
