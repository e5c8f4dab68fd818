import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { liveApi, nextOf, type LiveApi } from '../../../test/live-api.ts';
import { testPlan } from '../../../test/plans.ts';
import { TwinRun } from '../../../test/twin-run.ts';
import { cellsOf } from '../../core/run/cell.ts';
import { must } from '../../std/assert.ts';
import { unpackBytes } from '../contract/packed.ts';
import { show } from '../handlers/find-run.ts';
import type { RunFollow } from './run-feed.ts';

const PLAN = testPlan({ nodes: 24, canary: 2, atOnce: 5 });

/** So many messages, then so many minutes away. */
interface Visit {
  readonly messages: number;
  readonly awayMin: number;
}

const VISITS = fc.array(fc.record({ messages: fc.integer({ min: 1, max: 4 }), awayMin: fc.integer({ min: 0, max: 4 }) }), {
  minLength: 1,
  maxLength: 8,
});

/** Goes away and comes back as it is told, and then reads until it is ended. */
async function reader(
  t: TwinRun,
  api: LiveApi,
  visits: readonly Visit[],
  stays: () => void,
): Promise<{ cells: Uint8Array; read: RunFollow[] }> {
  const read: RunFollow[] = [];
  let cells = new Uint8Array();
  const follow = async (most: number): Promise<void> => {
    let left = most;
    const seq = read.at(-1)?.seq;
    const messages = await api.client.runs.follow({ run: t.run }, { ...(seq !== undefined && { lastEventId: String(seq) }) });
    for await (const message of messages) {
      if (message.cells !== null) cells = Uint8Array.from(unpackBytes(message.cells));
      for (const [target, byte] of message.changes) cells[target] = byte;
      read.push(message);
      if (--left === 0) break;
    }
  };
  for (const { messages, awayMin } of visits) {
    await follow(messages);
    await new Promise<void>((resolve) => {
      t.clock.after(awayMin * 60_000, resolve);
    });
  }
  stays();
  await follow(Infinity);
  return { cells, read };
}

describe('following a run', () => {
  it('interrupted however often, whoever comes back shows in the middle of a run what it shows, and numbers never fall', async () => {
    await fc.assert(
      fc.asyncProperty(VISITS, fc.integer({ min: 5, max: 40 }), async (visits, minutes) => {
        const t = await new TwinRun(PLAN).create();
        const api = await liveApi(t);
        const stays = Promise.withResolvers<void>();
        const readers = [reader(t, api, [], () => {}), reader(t, api, visits, stays.resolve)];
        t.say('confirm');
        await t.pass(minutes);
        await api.run(stays.promise);
        // Until it is told what the chronicle has: batches come a tenth of a second late.
        const untold = (): boolean => t.host.chronicle.lastAt > t.clock.now() - 1_000;
        do await t.pass(0.02);
        while (untold());
        const truth = cellsOf(t.host.chronicle);
        api.live.close();
        for (const { cells, read } of await Promise.all(readers)) {
          expect(cells).toEqual(truth);
          for (const [i, { seq }] of read.entries()) expect(seq).toBeGreaterThanOrEqual(read[i - 1]?.seq ?? 0);
        }
        expect(api.reported).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });

  it('the first message has all cells; on coming back with a known number only changes; with any other all again', async () => {
    const t = await new TwinRun(PLAN).confirmed();
    const api = await liveApi(t);
    const first = await nextOf(await api.run(api.client.runs.follow({ run: t.run })));
    expect(unpackBytes(must(first.cells, 'cells'))).toEqual(cellsOf(t.host.chronicle));
    const follower = await api.run(api.client.runs.follow({ run: t.run }));
    await follower.next();
    await t.pass(5);
    const seen = await nextOf(follower);
    expect(seen.cells).toBeNull();
    await t.pass(20);
    const later = await api.run(api.client.runs.follow({ run: t.run }, { lastEventId: String(seen.seq) }));
    const back = await nextOf(later);
    expect(back.cells).toBeNull();
    expect(back.seq).toBeGreaterThan(seen.seq);
    expect(back.changes.length).toBeGreaterThan(0);
    const strange = await api.run(api.client.runs.follow({ run: t.run }, { lastEventId: '999999' }));
    expect((await nextOf(strange)).cells).not.toBeNull();
  });

  it('fifty who follow share one view, made at most once a second of the clock', async () => {
    const t = await new TwinRun(PLAN).create();
    const api = await liveApi(t);
    const madeAt: number[] = [];
    const feed = await api.live.feed(t.run, async () => {
      madeAt.push(t.clock.now());
      return show(api.parts, t.host.parts.header);
    });
    await api.run(feed.fresh());
    const read: RunFollow[][] = [];
    const followers = Array.from({ length: 50 }, async (_, i) => {
      const own: RunFollow[] = (read[i] = []);
      for await (const message of { [Symbol.asyncIterator]: () => feed.follow(null, undefined) }) own.push(message);
    });
    t.say('confirm');
    await t.untilState('settled');
    await t.pass(1);
    api.live.close();
    await Promise.all(followers);
    for (const [i, at] of madeAt.entries()) if (i > 0) expect(at - (madeAt[i - 1] ?? 0)).toBeGreaterThanOrEqual(1_000);
    const [first = [], ...others] = read;
    expect(first.length).toBeGreaterThan(10);
    for (const other of others) {
      expect(other).toEqual(first);
      for (const [i, { view }] of other.entries()) expect(view).toBe(first[i]?.view);
    }
    expect(new Set(first.map(({ view }) => view)).size).toBeLessThanOrEqual(madeAt.length);
  });

  it('ends when the run is over, after its last view; of one that is over it has one message', async () => {
    const t = await new TwinRun(PLAN).create();
    const api = await liveApi(t);
    const reading = reader(t, api, [], () => {});
    t.say('confirm');
    await t.untilState('settled');
    await t.pass(30);
    const { read } = await api.run(reading);
    expect(read.length).toBeGreaterThan(10);
    expect(read.at(-1)?.view.finishedAt).not.toBeNull();
    await t.crash();
    const later = await liveApi(t);
    const { read: only, cells } = await later.run(reader(t, later, [], () => {}));
    expect(only).toHaveLength(1);
    expect(only[0]?.view.finishedAt).not.toBeNull();
    expect(cells).toHaveLength(24);
  });
});
