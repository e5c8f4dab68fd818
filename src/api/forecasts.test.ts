import { describe, expect, it } from 'vitest';
import { testPlan, testProcedure } from '../../test/plans.ts';
import { TwinRun } from '../../test/twin-run.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { StoredEntry } from '../core/ports.ts';
import { answerAll } from '../sim/rehearse/asking.ts';
import { answerHere } from '../sim/rehearse/runner.ts';
import { twinConfig } from '../sim/twin/config.ts';
import { must } from '../std/assert.ts';
import { createForecasts, type Eta } from './forecasts.ts';
import type { Rehearsals } from './rehearsals.ts';

const MINUTE_MS = 60_000;
const HERE: Rehearsals = { carryOut: (ask) => Promise.resolve(answerAll(ask(), answerHere())), close: () => Promise.resolve() };
const BROKEN: Rehearsals = { carryOut: () => Promise.resolve(null), close: () => Promise.resolve() };
/** Nodes take twice as long to apply as the plan says. */
const TRUTH = {
  ...twinConfig([]).durations,
  apply: { medianMs: 40 * MINUTE_MS, logSd: 0.2 },
  reboot: { medianMs: 10 * MINUTE_MS, logSd: 0.2 },
};

function plan(): Plan {
  const stated: { [step: string]: number } = { stage: 2, drain: 0.1, apply: 20, activate: 10, conform: 0.1, validate: 3, return: 0.1 };
  const steps = testProcedure().steps.map((step) => ({
    ...step,
    takes: { medianMs: must(stated[step.name], step.name) * MINUTE_MS, logSd: 0.25, n: 0, source: 'guess' },
  }));
  return testPlan({ nodes: 24, canary: 0, atOnce: 8, procedure: testProcedure({ steps }) });
}

/** Asked by somebody who has never asked before, so that it is made anew. */
async function etaOf(t: TwinRun, rehearsals = HERE): Promise<Eta | null> {
  return t.clock.run(createForecasts(rehearsals).etaOf(t.host.chronicle, t.host));
}

async function forecastEntries(t: TwinRun): Promise<StoredEntry[]> {
  return (await t.entries()).filter(({ kind }) => kind === 'forecast');
}

describe('the forecast at the start', () => {
  it('is journalled once, leaves the machine as it was, and outlives a crash', async () => {
    const t = await new TwinRun(plan()).create();
    expect(await etaOf(t)).toBeNull();
    const before = structuredClone(t.host.chronicle.state);
    await t.clock.run(createForecasts(HERE).freeze(t.host));
    await t.clock.run(createForecasts(HERE).freeze(t.host));
    expect(t.host.chronicle.state).toEqual(before);
    const frozen = must(await etaOf(t), 'an eta').frozen;
    expect(Object.keys(must(frozen, 'a forecast').marks)).toEqual(['50', '75', '95', '99']);
    await t.crash();
    expect((await etaOf(t))?.frozen).toEqual(frozen);
    await t.clock.run(createForecasts(HERE).freeze(t.host));
    expect(await forecastEntries(t)).toHaveLength(1);
  });

  it('stays what it was while the run goes another way, and the retro holds the one against the other', async () => {
    const t = await new TwinRun(plan(), { durations: TRUTH }).create();
    await t.clock.run(createForecasts(HERE).freeze(t.host));
    const frozen = must(t.host.chronicle.forecast, 'a forecast');
    t.say('confirm');
    await t.untilState('settled');
    expect(t.host.chronicle.forecast).toEqual(frozen);
    const { forecast, marks } = t.retro;
    expect(forecast?.marks['95']).toEqual({ ...frozen.marks['95'], actualMin: marks['95'], inside: false });
    expect((await etaOf(t))?.rolling).toBeNull();
  });

  it('a rehearsal that fails: the run goes on without a forecast', async () => {
    const t = await new TwinRun(plan()).create();
    await t.clock.run(createForecasts(BROKEN).freeze(t.host));
    t.say('confirm');
    await t.untilState('settled');
    expect(await forecastEntries(t)).toEqual([]);
    expect(t.retro.forecast).toBeUndefined();
    expect(await etaOf(t, BROKEN)).toBeNull();
  });

  it('--only and --now: the part that is taken, at once', async () => {
    const windows = [{ cluster: 'lab', fromMin: 40_000_000, toMin: 40_000_600 }];
    const late = { ...plan(), policy: { ...plan().policy, windows } };
    const all = await new TwinRun(late).create({ now: 'urgent' });
    const some = await new TwinRun(late).create({ now: 'urgent', only: 'n[1-4]' });
    for (const t of [all, some]) await t.clock.run(createForecasts(HERE).freeze(t.host));
    const at95 = (t: TwinRun): number => must(must(t.host.chronicle.forecast, 'a forecast').marks['95']?.p50Min, 'P50');
    // Twenty-four nodes go eight at a time, four go at once.
    expect(at95(all)).toBeGreaterThan(2.5 * at95(some));
  });
});

describe('the forecast of a run under way', () => {
  it('comes nearer to the truth and narrows as the run goes on', async () => {
    const t = await new TwinRun(plan(), { durations: TRUTH }).confirmed();
    const at: { p50: number; width: number; atMin: number }[] = [];
    for (const minutes of [5, 60, 80]) {
      await t.pass(minutes);
      const { marks, atMin } = must((await etaOf(t))?.rolling, 'a forecast');
      const { p50Min, p90Min } = must(marks['95'], 'mark 95');
      at.push({ p50: must(p50Min, 'P50'), width: must(p90Min, 'P90') - must(p50Min, 'P50'), atMin: must(atMin, 'when') });
    }
    await t.untilState('settled');
    const actual = must(t.status.marks['95'], 'mark 95');
    const errors = at.map(({ p50 }) => Math.abs(p50 - actual));
    expect(errors[1]).toBeLessThan(0.5 * must(errors[0], 'an error'));
    expect(errors[2]).toBeLessThan(0.5 * must(errors[0], 'an error'));
    expect(at[1]?.width).toBeLessThan(must(at[0], 'the first').width);
    expect(at[2]?.width).toBeLessThan(must(at[1], 'the second').width);
    expect(must(at[2], 'the last').atMin).toBeGreaterThan(must(at[1], 'the second').atMin);
  });

  it('asked again within a minute: the same one', async () => {
    const t = await new TwinRun(plan()).confirmed();
    await t.pass(20);
    const forecasts = createForecasts(HERE);
    const first = await t.clock.run(forecasts.etaOf(t.host.chronicle, t.host));
    await t.pass(0.5);
    const second = await t.clock.run(forecasts.etaOf(t.host.chronicle, t.host));
    expect(second?.rolling).toBe(must(first, 'an eta').rolling);
  });

  it('before the run has begun, and for a run that nobody drives: none', async () => {
    const t = await new TwinRun(plan()).create();
    expect(await etaOf(t)).toBeNull();
    t.say('confirm');
    await t.pass(20);
    expect(await t.clock.run(createForecasts(HERE).etaOf(t.host.chronicle, null))).toBeNull();
  });
});
