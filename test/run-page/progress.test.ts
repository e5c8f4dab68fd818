import { afterEach, describe, expect, it } from 'vitest';
import { testPlan } from '../plans.ts';
import { TwinRun } from '../twin-run.ts';
import { progressOf } from '../../src/core/run/progress.ts';

afterEach(() => {
  TwinRun.made.length = 0;
});

describe('progress', () => {
  it('nobody has begun: every bar is empty', async () => {
    const t = await new TwinRun(testPlan({ nodes: 4 })).create();
    const [canary] = progressOf(t.last.chronicle);
    expect(canary).toMatchObject({ wave: 'canary', cluster: 'lab', state: 'closed', targets: 1, shown: { unknown: 1 } });
    for (const phase of canary?.phases ?? [])
      expect(phase).toMatchObject({ firstStart: null, median: null, lastEnd: null, done: 0, now: 0 });
  });

  it('on the way: who is in a phase is not through it', async () => {
    const t = await new TwinRun(testPlan({ nodes: 8 }), { seed: 4 }).confirmed();
    await t.until((host) => progressOf(host.chronicle)[1]?.phases[1]?.now === 7, 'the main wave to be updated');
    const [canary, main] = progressOf(t.last.chronicle);
    expect(canary?.shown).toEqual({ returned: 1 });
    expect(main?.shown).toEqual({ updating: 7 });
    expect(main?.phases.map(({ phase, done, now }) => [phase, done, now])).toEqual([
      ['draining', 7, 0],
      ['updating', 0, 7],
      ['rebooting', 0, 0],
      ['validating', 0, 0],
      ['returned', 0, 0],
    ]);
  });

  it('at the end: phases follow each other, and count each target once', async () => {
    const t = await new TwinRun(testPlan({ nodes: 20 }), { seed: 5, faults: { neverBack: { nodes: ['n5'] } } }).confirmed();
    await t.untilState('settled');
    const { chronicle } = t.last;
    const main = progressOf(chronicle)[1];
    expect(main).toMatchObject({ state: 'passed', targets: 19, shown: { returned: 18, failed: 1 } });
    expect(main?.phases.map(({ done }) => done)).toEqual([19, 19, 18, 18, 18]);
    const [draining, ...rest] = main?.phases ?? [];
    expect(draining?.firstStart).toBe(Math.min(...[...chronicle.drainedAt].slice(1)));
    let before = draining;
    for (const phase of rest) {
      expect(phase.firstStart).toBeGreaterThanOrEqual(before?.firstStart ?? Infinity);
      expect(phase.lastEnd).toBeGreaterThanOrEqual(phase.median ?? Infinity);
      expect(phase.median).toBeGreaterThanOrEqual(phase.firstStart ?? Infinity);
      before = phase;
    }
    const back = [...chronicle.returnedAt]
      .slice(1)
      .filter((at) => !Number.isNaN(at))
      .sort((a, b) => a - b);
    expect(rest.at(-1)).toMatchObject({ firstStart: back[0], median: back[8], lastEnd: back.at(-1) });
  });
});
