import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { liveApi, type LiveApi } from '../../../test/live-api.ts';
import { testPlan } from '../../../test/plans.ts';
import { TwinRun } from '../../../test/twin-run.ts';
import { must } from '../../std/assert.ts';
import { cellOf } from '../contract/cells.ts';
import { unpackBytes } from '../contract/packed.ts';
import type { FleetChanges } from './board.ts';

const NODES = 24;

async function shown(api: LiveApi): Promise<string[]> {
  const { cells } = await api.run(api.client.fleets.cells({ fleet: 'lab' }));
  return Array.from(unpackBytes(cells), cellOf);
}

const all = (cell: string): string[] => Array.from({ length: NODES }, () => cell);

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
async function reader(t: TwinRun, api: LiveApi, visits: readonly Visit[], stays: () => void): Promise<Uint8Array> {
  const cells = new Uint8Array(NODES);
  let seq: string | undefined;
  const read = async (most: number): Promise<void> => {
    let left = most;
    const messages = await api.client.fleets.follow({ fleet: 'lab' }, { ...(seq !== undefined && { lastEventId: seq }) });
    for await (const message of messages) {
      for (const [id, byte] of message.changes) cells[id] = byte;
      seq = String(message.seq);
      if (--left === 0) break;
    }
  };
  for (const { messages, awayMin } of visits) {
    await read(messages);
    await new Promise<void>((resolve) => {
      t.clock.after(awayMin * 60_000, resolve);
    });
  }
  stays();
  await read(Infinity);
  return cells;
}

describe('what every node shows', () => {
  it('unknown, in service at the hand-over, on its way, returned, and in service again once the run is over', async () => {
    const t = await new TwinRun(testPlan({ nodes: NODES, canary: 0 })).create();
    const api = await liveApi(t);
    expect(await shown(api)).toEqual(all('unknown'));
    t.say('confirm');
    await t.until((host) => host.chronicle.begunAt !== null, 'the begin');
    expect(new Set(await shown(api))).toEqual(new Set(['in-service']));
    await t.pass(6);
    expect(new Set(await shown(api))).not.toContain('in-service');
    await t.until((host) => host.chronicle.state.shown.every((code) => code === 7), 'all back');
    expect(await shown(api)).toEqual(all('returned'));
    await t.untilState('settled');
    await t.pass(30);
    expect(await t.finished()).toBe(true);
    expect(await shown(api)).toEqual(all('in-service'));
    expect(api.reported).toEqual([]);
  });

  it('a new server shows the same from the journal', async () => {
    const t = await new TwinRun(testPlan({ nodes: NODES, canary: 0 })).confirmed();
    await t.pass(12);
    const before = await shown(await liveApi(t));
    await t.crash();
    expect(await shown(await liveApi(t))).toEqual(before);
  });

  it('a run of a twin is shown, and what really happens lies over it', async () => {
    const t = await new TwinRun(testPlan({ nodes: NODES, canary: 0 })).confirmed({ twin: 'of this test' });
    const api = await liveApi(t);
    await t.untilState('settled');
    expect(await shown(api)).toEqual(all('returned'));
    await t.confirmed({ only: 'n[1-3]' });
    await t.until(({ chronicle }) => chronicle.begunAt !== null, 'the begin');
    await t.pass(3);
    const now = await shown(api);
    expect(now.slice(0, 3)).not.toContain('returned');
    expect(now.slice(3)).toEqual(all('in-service').slice(3));
  });

  it('a day after its end a run of a twin says nothing any more, and a real one who was in service', async () => {
    const t = await new TwinRun(testPlan({ nodes: NODES, canary: 0 })).confirmed({ twin: 'of this test' });
    const api = await liveApi(t);
    await t.untilState('settled');
    await t.pass(30);
    expect(await shown(api)).toEqual(all('in-service'));
    await t.pass(25 * 60);
    expect(await shown(api)).toEqual(all('unknown'));
    await t.confirmed();
    await t.untilState('settled');
    await t.pass(25 * 60);
    expect(await shown(api)).toEqual(all('in-service'));
  });

  it('an inventory speaks for nodes in no run, until a later run has seen them', async () => {
    const t = await new TwinRun(testPlan({ nodes: NODES, canary: 0 })).create();
    const api = await liveApi(t);
    const node = { cluster: 'lab', state: '', reason: '', gpus: null, versions: {}, jobs: 0 };
    const nodes = [
      { ...node, name: 'n1', inService: true },
      { ...node, name: 'n2', inService: false },
    ];
    await api.run(api.client.fleets.cells({ fleet: 'lab' }));
    api.live.saw({ fleet: 'lab', at: t.clock.now(), nodes });
    expect((await shown(api)).slice(0, 3)).toEqual(['in-service', 'down', 'unknown']);
    expect(await api.run(api.client.fleets.cells({ fleet: 'lab' }))).toMatchObject({ seenAt: new Date(t.clock.now()).toISOString() });
    t.say('confirm');
    await t.until((host) => host.chronicle.begunAt !== null, 'the begin');
    expect(new Set(await shown(api))).toEqual(new Set(['in-service']));
  });
});

describe('following a fleet', () => {
  it('interrupted however often, whoever comes back shows in the middle of a run what everybody shows', async () => {
    await fc.assert(
      fc.asyncProperty(VISITS, fc.integer({ min: 5, max: 60 }), async (visits, minutes) => {
        const t = await new TwinRun(testPlan({ nodes: NODES, canary: 2, atOnce: 5 })).create();
        const api = await liveApi(t);
        const stays = Promise.withResolvers<void>();
        const readers = [reader(t, api, [], () => {}), reader(t, api, visits, stays.resolve)];
        t.say('confirm');
        await t.pass(minutes);
        await api.run(stays.promise);
        await t.pass(0.1);
        const truth = new Uint8Array(must(await api.run(api.live.board('lab')), 'a board').cells);
        api.live.close();
        for (const cells of await Promise.all(readers)) expect(cells).toEqual(truth);
      }),
      { numRuns: 15 },
    );
  });

  it('fifty who follow get the very same messages, and nobody who reads nothing makes any more of them', async () => {
    const t = await new TwinRun(testPlan({ nodes: NODES, canary: 2 })).create();
    const api = await liveApi(t);
    const board = must(await api.run(api.live.board('lab')), 'a board');
    const read: FleetChanges[][] = [];
    const followers = Array.from({ length: 50 }, async (_, i) => {
      const messages: FleetChanges[] = (read[i] = []);
      for await (const message of { [Symbol.asyncIterator]: () => board.follow(null, undefined) }) messages.push(message);
    });
    board.follow(null, undefined);
    t.say('confirm');
    await t.untilState('settled');
    await t.pass(1);
    expect(board.followers).toBe(51);
    api.live.close();
    await Promise.all(followers);
    const [first, ...others] = read;
    expect(must(first, 'messages').length).toBeGreaterThan(10);
    for (const other of others) {
      expect(other.length).toBe(first?.length);
      for (const [i, message] of other.entries()) expect(message).toBe(first?.[i]);
    }
    const times = must(first, 'messages').map(({ at }) => Date.parse(at));
    for (const [i, at] of times.entries()) if (i > 1) expect(at - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(100);
    expect(board.followers).toBe(0);
  });

  it('a client that goes away leaves nothing behind', async () => {
    const t = await new TwinRun(testPlan({ nodes: NODES })).create();
    const api = await liveApi(t);
    const gone = new AbortController();
    const messages = await api.run(api.client.fleets.follow({ fleet: 'lab' }, { signal: gone.signal }));
    const board = must(await api.run(api.live.board('lab')), 'a board');
    await messages.next();
    expect(board.followers).toBe(1);
    gone.abort();
    expect(board.followers).toBe(0);
  });
});
