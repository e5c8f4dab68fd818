import { beforeAll, describe, expect, it } from 'vitest';
import { liveApi, type LiveApi } from '../../../test/live-api.ts';
import { testPlan, testProcedure } from '../../../test/plans.ts';
import { TwinRun } from '../../../test/twin-run.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { cellsOf } from '../../core/run/cell.ts';
import { unpackBytes, unpackFloat64, unpackUint32 } from '../contract/packed.ts';
import { must } from '../../std/assert.ts';

const MINUTE_MS = 60_000;
const WINDOW = { cluster: 'lab', fromMin: TwinRun.startMs / MINUTE_MS, toMin: TwinRun.startMs / MINUTE_MS + 600 };

const TWIN = { use: 'twin', options: {} } as const;

/** Twelve nodes in racks with a switch, six at a time, in a window, with a way back. */
function plan(): Plan {
  const stated: { [step: string]: number } = { stage: 2, drain: 0.1, apply: 20, activate: 10, conform: 0.1, validate: 3, return: 0.1 };
  const steps = testProcedure().steps.map((step) => ({
    ...step,
    takes: { medianMs: must(stated[step.name], step.name) * MINUTE_MS, logSd: 0.25, n: 0, source: 'guess' },
  }));
  const made = testPlan({
    nodes: 12,
    canary: 2,
    atOnce: 6,
    procedure: testProcedure({ steps }),
    policy: { windows: [WINDOW], northStarMs: 7_200_000 },
  });
  const [cluster] = made.fleet.document.clusters;
  const racks = [
    { name: 'r1', nodes: 'n[1-6]' },
    { name: 'r2', nodes: 'n[7-12]' },
  ];
  const switches = [{ name: 'leaf1', role: 'leaf' }] as const;
  const there = { ...must(cluster, 'a cluster'), racks, switches, links: ['n[1-6]/*--leaf1/*'], drivers: { scheduler: TWIN, shell: TWIN } };
  return {
    ...made,
    id: 'ab12'.repeat(16),
    calendars: { 'window:lab': [[WINDOW.fromMin, WINDOW.toMin]] },
    fleet: { id: 'f', document: { ...made.fleet.document, clusters: [there] } },
  };
}

let t: TwinRun;
let api: LiveApi;
const ask = <T>(work: Promise<T>): Promise<T> => api.run(work);

beforeAll(async () => {
  t = await new TwinRun(plan()).confirmed();
  api = await liveApi(t);
  await t.pass(50);
});

describe('the page of a run under way', () => {
  it('targets: names, waves, and the wave of each', async () => {
    const { fleet, names, waves, waveOf } = await ask(api.client.runs.targets({ run: t.run }));
    expect([fleet, waves]).toEqual(['lab', ['canary', 'main']]);
    expect(names.map((name, i) => [name, waves[waveOf[i] ?? -1]])[0]).toEqual(['n1', 'canary']);
    expect(waveOf.filter((wave) => wave === 1)).toHaveLength(10);
  });

  it('controls: what may be said now, and why not what may not', async () => {
    const offers = await ask(api.client.runs.controls({ run: t.run }));
    expect(offers.find(({ word }) => word === 'pause')).toMatchObject({ allowed: true, whyNot: '' });
    expect(offers.find(({ word }) => word === 'confirm')).toMatchObject({ allowed: false, whyNot: 'it was confirmed already' });
  });

  it('progress: what happened beside what was planned, phase by phase', async () => {
    const rows = await ask(api.client.runs.progress({ run: t.run }));
    expect(rows.map(({ wave, targets }) => [wave, targets])).toEqual([
      ['canary', 2],
      ['main', 10],
    ]);
    const [canary, main] = rows.map(({ phases }) =>
      must(
        phases.find(({ phase }) => phase === 'updating'),
        'updating',
      ),
    );
    expect(canary).toMatchObject({ done: 2, plannedStartMin: expect.closeTo(0, 0) });
    expect(must(canary?.plannedEndMin, 'an end')).toBeGreaterThan(15);
    expect(must(main?.plannedStartMin, 'a start')).toBeGreaterThan(must(canary?.plannedEndMin, 'an end'));
    expect(must(main?.plannedEndMin, 'an end')).toBeGreaterThan(must(main?.plannedStartMin, 'a start'));
  });

  it('forecast: the fan, what was aimed at, and the ends of window and way back', async () => {
    const forecast = await ask(api.client.runs.forecast({ run: t.run }));
    expect(forecast.planned).toHaveLength(100);
    expect(forecast.northStarMin).toBe(120);
    expect(must(forecast.oneNodeMin, 'one node')).toBeGreaterThan(25);
    const zeroMin = must(t.host.chronicle.timeZero, 'time zero') / MINUTE_MS;
    expect(forecast.windowEndMin).toBeCloseTo(WINDOW.toMin - zeroMin);
    expect(must(forecast.turnBackMin, 'turning back')).toBeLessThan(must(forecast.windowEndMin, 'the end'));
    expect(forecast.turnBackWhy).toMatch(/way back takes/);
  });

  it('story: every fact with its entry, links and groups of the fleet', async () => {
    const story = await ask(api.client.runs.story({ run: t.run, target: 'n1' }));
    expect(story.links).toEqual(['n1/*--leaf1/*']);
    expect(story.groups).toEqual({ cluster: 'lab', rack: 'r1' });
    expect(story.tried.map(({ step }) => step)).toContain('apply');
    const entries = await t.entries();
    for (const { seq, kind } of story.timeline) expect(entries[seq - 1]?.kind).toBe(kind);
    for (const { seq } of story.facts) expect(entries[seq - 1]?.target).toBe(0);
    await expect(ask(api.client.runs.story({ run: t.run, target: 'n99' }))).rejects.toThrow('n99 is no target of run image-1');
  });

  it('replay: ends with what the run shows, and goes on where it was', async () => {
    const cellsIn = async (): Promise<{ cells: Uint8Array; count: number }> => {
      const replay = await ask(api.client.runs.replay({ run: t.run }));
      const cells = unpackBytes(replay.initial);
      const [targets, bytes, atMs] = [unpackUint32(replay.target), unpackBytes(replay.cell), unpackFloat64(replay.atMs)];
      for (const [i, target] of targets.entries()) cells[target] = bytes[i] as number;
      expect([...atMs].every((at, i) => at >= (atMs[i - 1] ?? -Infinity) && at >= replay.fromMs && at <= replay.toMs)).toBe(true);
      return { cells, count: atMs.length };
    };
    const before = await cellsIn();
    expect(before.cells).toEqual(cellsOf(t.host.chronicle));
    await t.pass(10);
    const after = await cellsIn();
    expect(after.cells).toEqual(cellsOf(t.host.chronicle));
    expect(after.count).toBeGreaterThan(before.count);
  });

  it('gates and hand-over, once the canary has passed', async () => {
    await t.untilState('settled');
    const gates = await ask(api.client.runs.gates({ run: t.run }));
    expect(gates.map(({ gate, verdict }) => `${gate} ${verdict}`)).toEqual(['canary pass', 'return pass', 'main pass']);
    expect(Object.keys(must(gates[0], 'a gate').numbers).length).toBeGreaterThan(1);
    const { markdown } = await ask(api.client.runs.handover({ run: t.run, hours: 12 }));
    expect(markdown).toMatch(/^# Hand\\?-over of image\\?-1/);
  });
});

describe('start', () => {
  it('a plan of the desk, by the beginning of its id, on a twin that is as the plan says', async () => {
    const fresh = new TwinRun({ ...plan(), policy: { ...plan().policy, windows: [] }, calendars: {} });
    const { clock, desk, client, parts } = { clock: fresh.clock, ...(await liveApi(fresh)) };
    const text = JSON.stringify(fresh.plan);
    await clock.run(desk.plans.keep({ id: fresh.plan.id, text, change: null, policy: null, summary: {}, by: 'op', why: 'test' }));
    const wishes = { plan: 'ab12ab12', only: '@rack:r1', now: null };
    const { run, counts } = await clock.run(client.runs.start({ ...wishes, twin: { speed: 60, seed: 3, options: { speedy: 1 } } }));
    expect([run, counts.targets, counts.wayBack]).toEqual(['image-1', 12, true]);
    const { options, plan: kept } = must(parts.runs.get(run), 'a run').host.parts.header;
    expect(options).toMatchObject({
      only: 'n[1-6]',
      by: 'op',
      twin: { speed: 60, seed: 3, options: { speedy: 1, versions: { 'host-os': 'before' } } },
    });
    expect(JSON.parse(kept)).toEqual(fresh.plan);
    await expect(clock.run(client.runs.start({ ...wishes, plan: 'ffffffff', twin: null }))).rejects.toThrow(/ffffffff: neither the desk/);
    await expect(clock.run(client.runs.start({ ...wishes, only: 'n[1-', twin: null }))).rejects.toThrow(/^only: character/);
    await expect(clock.run(client.runs.start({ ...wishes, only: 'n[12-13]', twin: null }))).rejects.toThrow(/n13: not among the targets/);
  });
});
