import { describe, expect, it } from 'vitest';
import { liveApi, nextOf } from '../../../test/live-api.ts';
import { testPlan, testProcedure } from '../../../test/plans.ts';
import { TwinRun } from '../../../test/twin-run.ts';
import type { Cluster, Fleet } from '../../core/fleet/model.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { must } from '../../std/assert.ts';
import { unpackFloat32, unpackInt32 } from '../contract/packed.ts';

const MINUTE_MS = 60_000;

/** Twelve nodes: eight of them in racks, out of the order of their names; one switch, one domain, two feeds. */
function fleetOf({ fleet }: Plan, more: Partial<Cluster> = {}): Fleet {
  const cluster: Cluster = {
    ...must(fleet.document.clusters[0], 'a cluster'),
    racks: [
      { name: 'r2', nodes: 'n[9-12]' },
      { name: 'r1', nodes: 'n[1-4]' },
    ],
    domains: [{ name: 'nvl1', nodes: 'n[1-4]', switches: 9 }],
    feeds: [
      { name: 'a', nodes: 'n[1-12]' },
      { name: 'b', nodes: 'n[1-4]' },
    ],
    switches: [
      { name: 'leaf1', role: 'leaf' },
      { name: 'spine1', role: 'spine' },
    ],
    links: ['n[1-6]/hca1--leaf1/*', 'leaf1/33--spine1/1'],
    ...more,
  };
  return { ...fleet.document, clusters: [cluster] };
}

function plan(): Plan {
  const stated: { [step: string]: number } = { drain: 0.1, apply: 8, activate: 5, validate: 3 };
  const steps = testProcedure().steps.map((step) => {
    const minutes = stated[step.name];
    const takes = minutes === undefined ? null : { medianMs: minutes * MINUTE_MS, logSd: 0.25, n: 0, source: 'guess' };
    return { ...step, takes, fails: step.name === 'apply' ? 0.1 : 0 };
  });
  const made = testPlan({ nodes: 12, canary: 0, customer: 'aurora', procedure: testProcedure({ steps }) });
  return { ...made, fleet: { id: 'f', document: fleetOf(made) } };
}

async function opened() {
  const t = await new TwinRun(plan()).create();
  const api = await liveApi(t);
  return { t, ...api, fleets: api.client.fleets };
}

describe('fleets as they are known', () => {
  it('of runs and of the desk; what was handed over last counts', async () => {
    const { t, run, fleets } = await opened();
    const [known] = await run(fleets.list());
    expect(known).toMatchObject({
      fleet: 'lab',
      nodes: 12,
      runs: ['image-1'],
      clusters: [{ name: 'lab', customer: 'aurora', mode: 'act', nodes: 12 }],
    });
    await t.pass(1);
    const kept = await run(fleets.keep({ fleet: fleetOf(plan(), { mode: 'observe' }), folder: '/site', catalogue: null }));
    expect(kept).toMatchObject({
      clusters: [{ mode: 'observe' }],
      runs: ['image-1'],
      knownSince: new Date(t.clock.now() - 3).toISOString(),
    });
    expect(await run(fleets.list())).toEqual([kept]);
    await expect(run(fleets.keep({ fleet: { name: 'x' }, folder: '/', catalogue: null }))).rejects.toThrow(/^fleet: timezone/);
    await expect(run(fleets.map({ fleet: 'nowhere' }))).rejects.toThrow('no fleet nowhere is known here');
  });

  it('a document that has changed: those who follow the old one are cut', async () => {
    const { t, live, run, fleets } = await opened();
    const follower = await run(fleets.follow({ fleet: 'lab' }));
    expect((await nextOf(follower)).changes).toHaveLength(12);
    const next = follower.next();
    await t.pass(1);
    await run(fleets.keep({ fleet: fleetOf(plan(), { nodes: 'n[1-13]' }), folder: '/site', catalogue: null }));
    await run(live.board('lab'));
    expect((await next).done).toBe(true);
    expect((await nextOf(await run(fleets.follow({ fleet: 'lab' })))).changes).toHaveLength(13);
  });

  it('the map: racks in their order, then nodes in none; groups run-length coded', async () => {
    const { run, fleets } = await opened();
    const map = await run(fleets.map({ fleet: 'lab' }));
    expect(map.names.join()).toBe('n9,n10,n11,n12,n1,n2,n3,n4,n5,n6,n7,n8');
    expect(map.groups).toEqual({
      cluster: { names: ['lab'], spans: [[0, 12]] },
      customer: { names: ['aurora'], spans: [[0, 12]] },
      rack: {
        names: ['r2', 'r1'],
        spans: [
          [0, 4],
          [1, 4],
          [-1, 4],
        ],
      },
      domain: {
        names: ['nvl1'],
        spans: [
          [-1, 4],
          [0, 4],
          [-1, 4],
        ],
      },
      feed: {
        names: ['a', 'a + b'],
        spans: [
          [0, 4],
          [1, 4],
          [0, 4],
        ],
      },
    });
    expect(map).toMatchObject({ gpusPerNode: 8, switches: [{ name: 'leaf1', role: 'leaf', cluster: 'lab' }, { name: 'spine1' }] });
  });
});

describe('sets', () => {
  it('select and fold, with groups; what is wrong with why and mend', async () => {
    const { run, fleets } = await opened();
    expect(await run(fleets.select({ fleet: 'lab', set: '@rack:r1!n2,n9' }))).toEqual({ ids: [0, 4, 6, 7], folded: 'n[1,3-4,9]' });
    expect(await run(fleets.fold({ fleet: 'lab', ids: [4, 5, 6, 0, 4] }))).toEqual({ folded: 'n[1-3,9]', count: 4 });
    await expect(run(fleets.select({ fleet: 'lab', set: 'n[1-' }))).rejects.toThrow(/^set: character \d+: .+; .+/);
    await expect(run(fleets.select({ fleet: 'lab', set: '@rack:r9' }))).rejects.toThrow(/r9/);
    await expect(run(fleets.select({ fleet: 'lab', set: 'n[12-14]' }))).rejects.toThrow('set: n13, n14: no node of fleet lab');
    await expect(run(fleets.fold({ fleet: 'lab', ids: [12] }))).rejects.toThrow('ids: 12 is no node of fleet lab');
  });

  it('links of a node and of a switch', async () => {
    const { run, fleets } = await opened();
    expect(await run(fleets.links({ fleet: 'lab', device: 'n3' }))).toEqual(['n3/hca1--leaf1/*']);
    expect(await run(fleets.links({ fleet: 'lab', device: 'leaf1' }))).toHaveLength(7);
    expect(await run(fleets.links({ fleet: 'lab', device: 'n12' }))).toEqual([]);
    await expect(run(fleets.links({ fleet: 'lab', device: 'leaf9' }))).rejects.toThrow('leaf9 is nothing of fleet lab');
  });

  it('affected: by customer, with reasons', async () => {
    const { run, fleets } = await opened();
    const affected = async (set: string) => run(fleets.affected({ fleet: 'lab', set }));
    expect(await affected('leaf1')).toEqual({
      targets: 'leaf1',
      affected: 'n[1-6]',
      customers: [{ name: 'aurora', nodes: 6 }],
      why: ['switch leaf1: 6 nodes with a link to it would lose that link'],
    });
    expect(await affected('n[2,7]')).toMatchObject({ affected: 'n[1-4,7]', why: [expect.stringMatching(/^domain nvl1: .* from 3 more$/)] });
    expect(await affected('b')).toMatchObject({ affected: 'n[1-4]', why: ['feed b: 4 nodes on it would lose power'] });
    expect(await affected('spine1')).toMatchObject({
      affected: 'n[1-6]',
      why: ['switch spine1: 6 nodes of cluster lab behind the switches that are linked to it'],
    });
    await expect(affected('n99')).rejects.toThrow('set: n99: nothing of fleet lab');
  });
});

describe('layers', () => {
  it('version: what the hand-over read, and what the plan wants where it is back', async () => {
    const { t, run, fleets } = await opened();
    const versions = async (): Promise<(string | null)[]> => {
      const layer = await run(fleets.layer({ fleet: 'lab', layer: 'version' }));
      if (layer.kind !== 'category') throw new Error('numbers');
      return Array.from(unpackInt32(layer.codes), (code) => layer.names[code] ?? null);
    };
    expect(await versions()).toEqual(Array.from({ length: 12 }, () => null));
    t.say('confirm');
    t.host.parts.program.targets.forEach((_, target) => t.host.feed(target, 'release', { by: 'c', why: 'test' }));
    await t.until((host) => host.chronicle.begunAt !== null, 'the begin');
    expect(new Set(await versions())).toEqual(new Set([expect.stringMatching(/^host-os (?!2025\.07)/)]));
    await t.untilState('settled');
    expect(new Set(await versions())).toEqual(new Set(['host-os 2025.07']));
  });

  it('risk: of the procedure in open runs, and more for who was a straggler before', async () => {
    const t = await new TwinRun({ ...plan(), policy: { ...plan().policy } }, {}).create();
    const { run, client, parts } = await liveApi(t);
    const risks = async (): Promise<number[]> => {
      const layer = await run(client.fleets.layer({ fleet: 'lab', layer: 'risk' }));
      if (layer.kind !== 'number') throw new Error('categories');
      expect(layer.unit).toBe('share');
      return [...unpackFloat32(layer.values)];
    };
    for (const risk of await risks()) expect(risk).toBeCloseTo(0.1);
    t.say('confirm');
    t.host.parts.program.targets.forEach((_, target) => t.host.feed(target, 'release', { by: 'c', why: 'test' }));
    await t.until((host) => host.chronicle.timeZero !== null, 'time zero');
    await t.until((host) => host.chronicle.state.shown[0] === 3, 'n1 updating');
    t.host.feed(0, 'failed', { why: 'a disk' });
    await t.untilState('settled');
    await t.pass(60);
    expect(await t.finished()).toBe(true);
    expect((await risks()).every(Number.isNaN)).toBe(true);
    await t.create();
    const again = await risks();
    const n1 = must(again[4], 'n1');
    expect(parts.runs.get('image-1')?.host.chronicle.program.targets[0]).toBe('n1');
    for (const [id, risk] of again.entries()) if (id !== 4) expect(risk).toBeLessThan(n1 - 0.2);
  });

  it('late: nobody before time zero; then those who are not back when they should be', async () => {
    const { t, run, fleets } = await opened();
    const late = async (): Promise<number[]> => {
      const layer = await run(fleets.layer({ fleet: 'lab', layer: 'late' }));
      return layer.kind === 'number' ? [...unpackFloat32(layer.values)] : [];
    };
    expect((await late()).every(Number.isNaN)).toBe(true);
    t.say('confirm');
    t.host.parts.program.targets.forEach((_, target) => t.host.feed(target, 'release', { by: 'c', why: 'test' }));
    await t.until((host) => host.chronicle.timeZero !== null, 'time zero');
    await t.pass(1);
    expect(await late()).toEqual(Array.from({ length: 12 }, () => 0));
    t.say('hold', 'n9');
    await t.pass(60);
    const [n9, ...others] = await late();
    expect(must(n9, 'n9')).toBeGreaterThan(30);
    for (const minutes of others) expect(minutes).toBeLessThan(15);
  });
});
