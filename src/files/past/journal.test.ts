import { describe, expect, it } from 'vitest';
import { testPlan } from '../../../test/plans.ts';
import { TwinRun } from '../../../test/twin-run.ts';
import { eventOf } from '../../api/view.ts';
import { pastOfJournal } from '../../core/past/from-journal.ts';
import { retroOf, type Retro } from '../../core/retro/retro.ts';
import { compile } from '../../core/run/compile.ts';
import { createChronicle, record } from '../../core/run/chronicle.ts';
import { parsePlan, showPlan } from '../plan-file.ts';
import { BadInputError, showProblem } from '../problem.ts';
import { entriesForPlan, readJournal, type ReadJournal } from './journal.ts';
import { readPast } from './read-past.ts';
import { Reading } from './reading.ts';
import type { PastRun } from './record.ts';

/** What `pitstop events` prints of a run, and its retro. */
async function printed(t: TwinRun): Promise<{ text: string; retro: Retro }> {
  await t.confirmed();
  await t.untilState('settled', 'held');
  await t.pass(60);
  const { header } = t.host.parts;
  const lines = (await t.entries()).map((entry) => JSON.stringify(eventOf(header, entry)));
  return { text: `${lines.join('\n')}\n`, retro: t.retro };
}

function journal(text: string): ReadJournal {
  return readJournal(new Reading('events.json', 'UTC'), text);
}

function problems(text: string): string[] {
  try {
    journal(text);
  } catch (error) {
    if (error instanceof BadInputError) return error.problems.map(showProblem);
    throw error;
  }
  return [];
}

function retroOfRun({ plan, entries }: PastRun): Retro {
  const parsed = parsePlan(showPlan(plan), 'plan');
  const chronicle = createChronicle(compile(parsed));
  for (const entry of entries) record(chronicle, entry);
  return retroOf({ run: 'again', createdAt: 0, options: {} }, parsed, chronicle);
}

const LINE = {
  seq: 1,
  at: '2031-07-08T09:00:00.000Z',
  run: 'a-1',
  shard: 0,
  epoch: 1,
  target: null,
  kind: 'begin',
  step: null,
  arg: null,
  attempt: 0,
  by: null,
  why: null,
  data: null,
};

describe('journal of a run, printed and read again', () => {
  it('with its plan: the retro is the same to the last number, stragglers and gates included', async () => {
    const t = new TwinRun(testPlan({ nodes: 12 }), {
      seed: 4,
      faults: { neverBack: { nodes: ['n7'] }, applyFails: { nodes: ['n3'], times: 1 } },
    });
    const { text, retro } = await printed(t);
    const reading = new Reading('events.json', 'UTC');
    const entries = entriesForPlan(reading, journal(text), compile(t.plan));
    const chronicle = createChronicle(compile(t.plan));
    for (const entry of entries) record(chronicle, entry);
    expect(retroOf(t.host.parts.header, t.plan, chronicle)).toEqual(retro);
  });

  it('without its plan: the same curve and marks, and the same steps where all went one way', async () => {
    const { text, retro } = await printed(new TwinRun(testPlan({ nodes: 8 }), { seed: 2 }));
    const { runs, notes } = readPast({
      file: 'events.json',
      text,
      zone: 'UTC',
      name: null,
      nodes: new Map(),
      curves: [],
      nodesMin: 2,
      fleet: null,
      plan: null,
    });
    const [run] = runs;
    expect(notes).toEqual([]);
    expect(run?.run).toBe('image-1');
    const again = run && retroOfRun(run);
    expect(again).toMatchObject({ baseline: 8, returned: 8, marks: retro.marks, curve: retro.curve, timeZero: retro.timeZero });
    const medians = ({ phases }: Retro): Map<string, number | null> => new Map(phases.map(({ step, medianMin }) => [step, medianMin]));
    for (const step of ['apply', 'activate', 'conform', 'validate', 'return'])
      expect(again && medians(again).get(step)).toBe(medians(retro).get(step));
  });

  it('without its plan, nodes that went different ways: only the way out and back is kept', async () => {
    const { text, retro } = await printed(
      new TwinRun(testPlan({ nodes: 12, canary: 0 }), { seed: 4, faults: { checkFails: { nodes: ['n7'], times: 1 } } }),
    );
    const { past, stepsLost } = pastOfJournal(journal(text).entries);
    expect(stepsLost).toBe(true);
    expect(past.steps).toEqual(['outage']);
    const back = past.timelines.flatMap(({ ended }) => ended).sort((a, b) => a - b);
    expect(back.map((at) => (at - (retro.timeZero ?? 0)) / 60_000)).toEqual(retro.curve.map(([min]) => min));
  });

  it.each([
    ['not JSON', 'hello\n', /^events.json:1:1: hello: no entry of a journal: line: /],
    ['a kind that is none', `${JSON.stringify({ ...LINE, kind: 'start' })}\n`, /no entry of a journal: kind: /],
    [
      'lines that are missing',
      `${JSON.stringify(LINE)}\n${JSON.stringify({ ...LINE, seq: 3 })}\n`,
      /^events.json:2:1: 3: entry 2 is missing; use the lines as pitstop events printed them, all of them$/,
    ],
    [
      'two runs',
      `${JSON.stringify(LINE)}\n${JSON.stringify({ ...LINE, seq: 2, run: 'b-1' })}\n`,
      /^events.json:2:1: b-1: another run than a-1; one run a file$/,
    ],
  ])('bad input: %s', (_, text, problem) => {
    expect(problems(text)[0]).toMatch(problem);
  });

  it('a plan that is another: bad input that names the target', () => {
    const text = `${JSON.stringify({ ...LINE, target: 'x1', kind: 'baseline' })}\n`;
    const reading = new Reading('events.json', 'UTC');
    expect(() => entriesForPlan(reading, journal(text), compile(testPlan({ nodes: 2 })))).toThrow(
      'events.json:1:1: x1: not a target of this plan; give the plan that was run',
    );
  });
});
