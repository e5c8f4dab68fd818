import { describe, expect, it } from 'vitest';
import { testPlan, testProcedure } from '../../test/plans.ts';
import { TwinRun } from '../../test/twin-run.ts';
import { statedBy } from '../core/learn/catalogue.ts';
import type { Plan } from '../core/plan/plan.ts';
import type { Journal } from '../core/ports.ts';
import { readPast } from '../files/past/read-past.ts';
import { showPlan } from '../files/plan-file.ts';
import { openSqliteJournal } from '../journal/sqlite/sqlite.ts';
import { importRuns } from '../runner/past/import-runs.ts';
import { answerAll } from '../sim/rehearse/asking.ts';
import { answerHere } from '../sim/rehearse/runner.ts';
import { twinConfig } from '../sim/twin/config.ts';
import { must } from '../std/assert.ts';
import { wallClock } from '../std/clock.ts';
import { createLearning, type Learning } from './learning.ts';
import type { Rehearsals } from './rehearsals.ts';

const MINUTE_MS = 60_000;
const HERE: Rehearsals = { carryOut: (ask) => Promise.resolve(answerAll(ask(), answerHere())), close: () => Promise.resolve() };
/** What the twin's nodes really take; the plan says 8 and 11 minutes. */
const TRUTH = {
  ...twinConfig([]).durations,
  apply: { medianMs: 14 * MINUTE_MS, logSd: 0.25 },
  reboot: { medianMs: 6 * MINUTE_MS, logSd: 0.25 },
};

function plan(): Plan {
  const stated: { [step: string]: number } = { apply: 8, activate: 11 };
  const steps = testProcedure().steps.map((step) => {
    const minutes = stated[step.name];
    return minutes === undefined ? step : { ...step, takes: { medianMs: minutes * MINUTE_MS, logSd: 0.3, n: 0, source: 'guess' } };
  });
  return testPlan({ nodes: 16, procedure: testProcedure({ steps }) });
}

async function maintained(t: TwinRun, times: number, options: { readonly [key: string]: string } = {}): Promise<TwinRun> {
  for (let i = 0; i < times; i++) {
    await t.confirmed(options);
    await t.untilState('settled');
    await t.pass(10);
    expect(await t.finished()).toBe(true);
  }
  return t;
}

function learningOf(journal: Journal): Learning {
  return createLearning({
    journal,
    live: () => null,
    parsePlan: (text) => JSON.parse(text) as Plan,
    catalogue: () => statedBy([]),
    rehearsals: HERE,
  });
}

describe('learning from the runs of a state folder', () => {
  it('no run: nothing was learned, and there is nothing to look back at', async () => {
    const learning = learningOf(openSqliteJournal({ file: ':memory:', clock: wallClock() }));
    expect((await learning.learn({ twin: false })).priors).toMatchObject({ runs: [], steps: {}, mopUp: {} });
    expect(await learning.backtest({ twin: false, run: null, scenarios: null })).toMatchObject({ runs: [], overrun: null });
  });

  it('three runs: priors move from what the plan states to what is true, and say how much stands behind', async () => {
    const t = await maintained(new TwinRun(plan(), { durations: TRUTH }), 3);
    const { priors, stated } = await t.clock.run(learningOf(t.journal).learn({ twin: false }));
    expect(priors.runs).toEqual(['image-1', 'image-2', 'image-3']);
    const [apply, activate] = [must(priors.steps['host-os/apply'], 'apply'), must(priors.steps['host-os/activate'], 'activate')];
    expect(apply.takes).toMatchObject({ n: 48, runs: 3 });
    expect(must(apply.takes, 'times').medianMs / MINUTE_MS).toBeGreaterThan(12);
    expect(must(activate.takes, 'times').medianMs / MINUTE_MS).toBeLessThan(8);
    expect(stated['host-os/apply']).toEqual({ medianMs: 8 * MINUTE_MS, fails: 0 });
  });

  it('simulated runs are asked for by themselves, and never mixed with real ones', async () => {
    const t = await maintained(new TwinRun(plan()), 1);
    await maintained(t, 1, { twin: 'of this test' });
    const learning = learningOf(t.journal);
    expect((await t.clock.run(learning.learn({ twin: false }))).priors.runs).toEqual(['image-1']);
    expect((await t.clock.run(learning.learn({ twin: true }))).priors.runs).toEqual(['image-2']);
    const { runs } = await t.clock.run(learning.backtest({ twin: false, run: 'image-2', scenarios: 20 }));
    expect(runs).toMatchObject([{ run: 'image-2', learnedFrom: [] }]);
  });

  it('asked again without news: the same answer, not computed anew', async () => {
    const t = await maintained(new TwinRun(plan()), 1);
    const learning = learningOf(t.journal);
    const first = await t.clock.run(learning.learn({ twin: false }));
    expect(await t.clock.run(learning.learn({ twin: false }))).toBe(first);
    await maintained(t, 1);
    expect((await t.clock.run(learning.learn({ twin: false }))).priors.runs).toEqual(['image-1', 'image-2']);
  });

  it('a run that cannot be read is named, and the others teach all the same', async () => {
    const t = await maintained(new TwinRun(plan()), 1);
    const [header] = await t.clock.run(t.journal.runs());
    await t.clock.run(t.journal.create({ ...must(header, 'a header'), run: 'broken', plan: '{' }, []));
    await t.clock.run(t.journal.finish('broken', t.clock.now()));
    const { priors, skipped } = await t.clock.run(learningOf(t.journal).learn({ twin: false }));
    expect(priors.runs).toEqual(['image-1']);
    expect(skipped).toMatchObject([{ run: 'broken' }]);
  });
});

describe('backtest', () => {
  it('each run by what those before it had taught: the second forecast is nearer than the first', async () => {
    const t = await maintained(new TwinRun(plan(), { durations: TRUTH }), 3);
    const { runs, coverage } = await t.clock.run(learningOf(t.journal).backtest({ twin: false, run: null, scenarios: 100 }));
    expect(runs.map(({ run, learnedFrom, scenarios }) => [run, learnedFrom, scenarios])).toEqual([
      ['image-1', [], 100],
      ['image-2', ['image-1'], 100],
      ['image-3', ['image-1', 'image-2'], 100],
    ]);
    const marks = runs.map((each) => must(each.marks['95'], 'mark 95'));
    for (const { p90Min, actualMin, inside } of marks) expect(inside).toBe(must(actualMin, 'actual') <= must(p90Min, 'P90'));
    expect(coverage['95']).toMatchObject({ n: 3, k: marks.filter(({ inside }) => inside).length });
    const errors = marks.map(({ p50Min, actualMin }) => Math.abs(must(p50Min, 'P50') / must(actualMin, 'actual') - 1));
    expect(errors[2]).toBeLessThan(must(errors[0], 'an error'));
  });

  it('an aborted run is told and not judged', async () => {
    const t = await new TwinRun(plan()).confirmed();
    await t.pass(5);
    t.say('abort');
    await t.pass(120);
    const { runs, coverage } = await t.clock.run(learningOf(t.journal).backtest({ twin: false, run: null, scenarios: 20 }));
    expect(runs).toMatchObject([{ run: 'image-1', why: 'it was aborted', scenarios: 0 }]);
    expect(coverage['95']).toMatchObject({ k: 0, n: 0 });
  });

  it('an imported window without nodes: no forecast, but how much longer than planned it took', async () => {
    const text =
      'id,planned_start,planned_end,actual_start,actual_end\nw,2031-07-08T09:00,2031-07-08T19:00,2031-07-08T09:00,2031-07-09T00:00\n';
    const { runs } = readPast({
      file: 'windows.csv',
      text,
      zone: 'UTC',
      name: null,
      nodes: new Map(),
      curves: [],
      nodesMin: 2,
      fleet: null,
      plan: null,
    });
    const journal = openSqliteJournal({ file: ':memory:', clock: wallClock() });
    const parts = { journal, owner: 'test', parsePlan: (json: string) => JSON.parse(json) as Plan };
    await importRuns(
      parts,
      runs.map((each) => ({ ...each, plan: showPlan(each.plan) })),
      { from: 'windows.csv', by: 'lead', at: '2031-08-01T00:00:00Z' },
    );
    const { runs: told, overrun } = await learningOf(journal).backtest({ twin: false, run: null, scenarios: null });
    expect(told).toMatchObject([
      { origin: 'import', why: 'no forecast possible: nobody kept which nodes it was', window: { plannedMin: 600, actualMin: 900 } },
    ]);
    expect(overrun).toEqual({ n: 1, median: expect.closeTo(1.5), p90: null });
  });
});
