import { describe, expect, it } from 'vitest';
import { askedOf, askedPlan, backAt, childOf, gainOf, quantileOf, SCENARIOS, SEED } from '../../../test/asked.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { answerAll } from '../rehearse/asking.ts';
import { answerHere } from '../rehearse/runner.ts';
import { challenging } from './challenge.ts';
import { moment } from './words.ts';

describe('blackout-moves', () => {
  const windows = [
    { cluster: 'lab', start: '2031-07-08T09:00Z', for: '80m' },
    { cluster: 'lab', start: '2031-07-10T09:00Z', for: '10h' },
  ];
  const dark = (from: string, to: string): Plan =>
    askedPlan({ policy: { windows, blackouts: [{ from, to, why: 'evaluation' }], atOnce: { nodes: 4 } } });

  it('one that lies between two windows: as much sooner as the child of its sets is', () => {
    const plan = dark('2031-07-09', '2031-07-09');
    const question = askedOf(plan, 'blackout-moves');
    expect(question?.sets).toEqual(['policy.blackouts=[]', 'policy.windows.1.start="2031-07-09T09:00Z"']);
    expect(question?.text).toContain('(evaluation)');
    const mark = [50, 75, 95, 99, 100].find((percent) => Object.hasOwn(question?.numbers ?? {}, `gain${percent}Min`)) ?? 0;
    const gain = gainOf(plan, childOf(plan, question?.sets ?? []), mark);
    expect(gain).toBeGreaterThan(60);
    expect(question?.numbers[`gain${mark}Min`]).toBeCloseTo(gain, 2);
  });

  it.each([
    ['before', '2031-07-01', '2031-07-02'],
    ['after', '2031-07-11', '2031-07-12'],
  ])('is not asked of one %s the windows', (_, from, to) => {
    expect(askedOf(dark(from, to), 'blackout-moves')).toBeUndefined();
  });

  it.each([0, 28_399_680, 32_344_620, 27_876_959, 27_876_960, 25_246_080 + 59])('minute %i has the date that Date gives it', (unixMin) => {
    expect(moment(unixMin)).toBe(`${new Date(unixMin * 60_000).toISOString().slice(0, 16)}Z`);
  });
});

describe('target-never-met', () => {
  const plan = askedPlan({ policy: { northStar: '90m' } });

  it('is met in so many nights, and its T95 is that of the plan', () => {
    const times = backAt(plan, 95);
    const question = askedOf(plan, 'target-never-met');
    expect(question?.numbers['northStarMin']).toBe(90);
    expect(question?.numbers['metShare']).toBeCloseTo(times.filter((min) => min <= 90).length / times.length, 3);
    expect(question?.numbers['t95P50Min']).toBeCloseTo(quantileOf(times, 0.5), 3);
  });

  it('says how often it was met before', () => {
    const past = [80, 100, null].map((actualMin, i) => ({ run: `run-${i}`, plannedMin: 90, actualMin }));
    const questions = answerAll(challenging(plan, { seed: SEED, scenarios: SCENARIOS, past }), answerHere());
    const question = questions.find(({ id }) => id === 'target-never-met');
    expect(question?.text).toContain('It was met in 1 of 2 maintenances before.');
    expect(question?.numbers).toMatchObject({ past: 2, pastMet: 1 });
  });

  it('is not asked where it is met', () => {
    expect(askedOf(askedPlan({ policy: { northStar: '30h' } }), 'target-never-met')).toBeUndefined();
  });
});
