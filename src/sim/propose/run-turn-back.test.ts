import { afterEach, describe, expect, it } from 'vitest';
import { testPlan, testProcedure } from '../../../test/plans.ts';
import { TwinRun } from '../../../test/twin-run.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { TurnBackWords } from '../../core/run/handover.ts';
import { simModel } from '../model.ts';
import { turnBackOfRun } from './run-turn-back.ts';

afterEach(() => {
  TwinRun.made.length = 0;
});

const MINUTE_MS = 60_000;
const END_MIN = TwinRun.startMs / MINUTE_MS + 600;
const windows = [{ cluster: 'lab', fromMin: TwinRun.startMs / MINUTE_MS, toMin: END_MIN }];
const takes = { medianMs: 30 * MINUTE_MS, logSd: 0, between: 0, n: 50, source: 'test' };
const back = { run: ['/site/rollback', '{previous}'], takes, timeoutMs: 60 * MINUTE_MS };

function told(t: TwinRun, plan: Plan): TurnBackWords {
  return turnBackOfRun(simModel(plan, { seed: 1 }), t.last.chronicle, t.clock.now());
}

describe('last time to turn back, from where a run stands', () => {
  it('is the end of the window less the way back', async () => {
    const plan = testPlan({ nodes: 8, policy: { windows }, procedure: { back } });
    const t = await new TwinRun(plan, { seed: 1 }).confirmed();
    const { lastMs, words } = told(t, plan);
    expect(lastMs).toBeLessThan((END_MIN - 30) * MINUTE_MS);
    expect(lastMs).toBeGreaterThan((END_MIN - 300) * MINUTE_MS);
    expect(words).toContain('19 of 20');
    await t.untilState('settled');
    expect(told(t, plan)).toEqual({ lastMs: null, words: 'Nothing is left that could turn back.' });
  });

  it('needs the longer, the more must go through a limit one after the other, and shrinks as targets come back', async () => {
    const limits = { pipe: { count: 1, per: 'fleet', owner: null, why: null, until: null } } as const;
    const steps = testProcedure().steps.map((step) =>
      step.name === 'conform' ? { ...step, takes, timeoutMs: null, uses: ['pipe'] } : step,
    );
    const of = (pipes: number): Plan =>
      testPlan({
        nodes: 6,
        canary: 0,
        policy: { windows, limits: { pipe: { ...limits.pipe, count: pipes } } },
        procedure: { back, steps },
      });
    const t = await new TwinRun(of(1), { seed: 1 }).confirmed();
    const narrow = told(t, of(1)).lastMs ?? Number.NaN;
    expect(narrow).toBeLessThan((told(t, of(6)).lastMs ?? Number.NaN) - 4 * 30 * MINUTE_MS);
    await t.until((host) => host.chronicle.returnedAt.filter((at) => !Number.isNaN(at)).length >= 3, 'half of them to be back');
    expect(told(t, of(1)).lastMs).toBeGreaterThan(narrow + 30 * MINUTE_MS);
  });

  it('has passed when the way back does not fit the window any more', async () => {
    const plan = testPlan({ nodes: 4, policy: { windows }, procedure: { back } });
    const t = await new TwinRun(plan).confirmed();
    const late = turnBackOfRun(simModel(plan, { seed: 1 }), t.last.chronicle, END_MIN * MINUTE_MS - 1);
    expect(late.lastMs).toBeLessThan(END_MIN * MINUTE_MS - 1);
    expect(late.words).toContain('does not fit the window any more');
  });

  it('without a way back it is too late once something is changed', async () => {
    const plan = testPlan({ nodes: 8, policy: { windows }, procedure: { back: null } });
    const t = await new TwinRun(plan, { seed: 1 }).confirmed();
    const before = told(t, plan);
    expect(before.lastMs).not.toBeNull();
    expect(before.words).toContain('before the first change');
    await t.until((host) => host.chronicle.state.shown.some((shown) => shown === 3), 'the first change');
    expect(told(t, plan)).toMatchObject({ lastMs: null, words: expect.stringContaining('Too late') });
  });

  it('without a window nothing sets a time', async () => {
    const plan = testPlan({ nodes: 4 });
    const t = await new TwinRun(plan).confirmed();
    expect(told(t, plan)).toEqual({ lastMs: null, words: 'No window ends, so nothing sets a last time.' });
    t.say('abort');
    expect(told(t, plan).words).toContain('turning back');
  });
});
