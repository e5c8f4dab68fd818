import { describe, expect, it } from 'vitest';
import { testPlan } from '../../../test/plans.ts';
import { exactly, minutesOf, rehearseTest, type Says } from '../../../test/rehearsals.ts';
import type { Policy } from '../../core/change/policy.ts';
import type { Plan } from '../../core/plan/plan.ts';

const START_MIN = 1_000_000;
const NO_FAULTS = { faultsPerNodeDay: { share: 0, n: 0, source: 'test' } };
const MINUTES: { readonly [step: string]: number } = {
  stage: 4,
  drain: 1,
  apply: 10,
  activate: 5,
  conform: 1,
  validate: 2,
  return: 0,
  back: 3,
};
const says: Says = (_, step) => MINUTES[step.replace('back-', '')] ?? null;
const never = (): boolean => false;
const at = (from: number, to: number): { cluster: string; fromMin: number; toMin: number } => ({
  cluster: 'lab',
  fromMin: START_MIN + from,
  toMin: START_MIN + to,
});

describe('windows', () => {
  it('early steps run a day before, drains when the window opens; minutes count from the first drain', () => {
    const { fed, result, model } = rehearseTest(planOf({ windows: [at(0, 60)] }), { says, fails: never });
    expect(model.startMs).toBe(START_MIN * 60_000);
    expect(minutesOf(fed, 'begin')).toEqual([-1_440]);
    expect(minutesOf(fed, 'done', 'stage')).toEqual([-1_436, -1_436, -1_436]);
    expect(minutesOf(fed, 'window')).toEqual([0, 60]);
    expect(minutesOf(fed, 'done', 'drain')).toEqual([1, 1, 1]);
    expect(result.curve[99]).toBe(19);
    // Nobody stood in a line: that the window was shut is no wait.
    expect([...result.waitMin].reduce((sum, min) => sum + min, 0)).toBe(0);
  });

  it('over before everybody began: what was started is finished, the rest waits for the next one', () => {
    const plan = planOf({ windows: [at(0, 15), at(300, 400)] }, 1);
    const { fed, result, model } = rehearseTest(plan, { says, fails: never });
    expect(minutesOf(fed, 'done', 'drain')).toEqual([1, 301, 320]);
    expect(minutesOf(fed, 'done', 'return')).toEqual([19, 319, 338]);
    expect(result.short).toBe(0);
    // n3 stood in line for the nineteen minutes of n2; that the window was shut before is nobody's line.
    const drain = model.program.steps.findIndex(({ name }) => name === 'drain');
    expect(result.waitMin[drain]).toBe(19);
    expect(result.limitWaitMin[model.program.limits.findIndex(({ name }) => name === 'at once')]).toBe(19);
  });

  it('over for good with the gate unmet: short', () => {
    const { fed, result } = rehearseTest(planOf({ windows: [at(0, 15)] }, 1), { says, fails: never });
    expect(minutesOf(fed, 'done', 'drain')).toEqual([1]);
    expect(result.short).toBe(1);
    expect(result.curve[32]).toBe(19);
    expect(result.curve[33]).toBe(Number.POSITIVE_INFINITY);
    expect(result.gateMin).toBe(Number.POSITIVE_INFINITY);
  });

  it('stop and return: the untouched are given back, the changed take their way back', () => {
    const { fed, lines } = rehearseTest(planOf({ windows: [at(0, 15)], atWindowEnd: 'stop-and-return' }, 2), { says, fails: never });
    expect(minutesOf(fed, 'recall')).toEqual([15, 15, 15]);
    expect(lines.filter((line) => line.includes('n1')).slice(3)).toEqual([
      '15 n1 recall activate',
      '16 n1 done activate',
      '19 n1 done back',
      '24 n1 done back-activate',
      '25 n1 done back-conform',
      '27 n1 done back-validate',
      '27 n1 done return',
      '29 n1 soak-passed return',
    ]);
    expect(lines.filter((line) => line.includes('n3'))).toEqual(['-1436 n3 done stage', '15 n3 recall drain']);
  });

  it('a blackout in the window stops drains as the end of the window does', () => {
    const blackouts = [{ fromMin: START_MIN + 10, toMin: START_MIN + 50, why: 'test' }];
    const { fed } = rehearseTest(planOf({ windows: [at(0, 200)], blackouts }, 1), { says, fails: never });
    expect(minutesOf(fed, 'window')).toEqual([0, 10, 50, 200]);
    expect(minutesOf(fed, 'done', 'drain')).toEqual([1, 51, 70]);
  });

  it('nobody answers a question at the end of a window, and the notes say so', () => {
    const asks = rehearseTest(planOf({ windows: [at(0, 15)], atWindowEnd: 'ask' }, 1), { says, fails: never });
    const finishes = rehearseTest(planOf({ windows: [at(0, 15)] }, 1), { says, fails: never });
    expect(asks.lines).toEqual(finishes.lines);
    expect(asks.model.notes.join()).toContain('at the end of a window, what was started is finished');
  });

  it('without windows a run begins with the first shift of a crew, and the horizon reaches two weeks beyond the last window', () => {
    const plan = planOf({});
    expect(rehearseTest(plan).model).toMatchObject({ startMs: 0, beginMs: 0, endMs: 14 * 86_400_000 });
    const shifts = { ...plan, calendars: { 'crew:hands': [[50, 60] as const, [70, 80] as const], blackouts: [[1, 2] as const] } };
    expect(rehearseTest(shifts).model.startMs).toBe(50 * 60_000);
    const late = rehearseTest(planOf({ windows: [at(0, 60), at(40 * 1_440, 40 * 1_440 + 60)] })).model;
    expect(late.endMs - late.startMs).toBe(54 * 86_400_000);
  });
});

describe('gates', () => {
  it('nothing of the main wave is drained before the canary has soaked', () => {
    const { fed, result, model } = rehearseTest(testPlan({ nodes: 6, canary: 2, policy: { assume: NO_FAULTS } }), { says, fails: never });
    expect(minutesOf(fed, 'soak-passed').slice(0, 2)).toEqual([25, 25]);
    expect(minutesOf(fed, 'done', 'drain')).toEqual([5, 5, 26, 26, 26, 26]);
    expect(result.waitMin[model.program.steps.findIndex(({ name }) => name === 'drain')]).toBe(4 * 21);
  });

  it('a gate that holds waits for somebody to look', () => {
    const plan = testPlan({ nodes: 4, canary: 1, policy: { assume: { ...NO_FAULTS, gateReview: exactly(30) } } });
    const fails = (target: string, step: string): boolean => target === 'n1' && step === 'apply';
    const { fed } = rehearseTest(plan, { says, fails });
    expect(minutesOf(fed, 'failed')[0]).toBe(15);
    expect(minutesOf(fed, 'approve')).toEqual([45]);
    expect(minutesOf(fed, 'done', 'drain')).toEqual([5, 46, 46, 46]);
  });

  it('in mode confirm every wave waits for its approval', () => {
    const plan = testPlan({ nodes: 4, canary: 1, mode: 'confirm', policy: { assume: { ...NO_FAULTS, approval: exactly(7) } } });
    const { fed } = rehearseTest(plan, { says, fails: never });
    expect(fed.filter(({ kind }) => kind === 'approve').map(({ min, step }) => [min, step])).toEqual([
      [7, 0],
      [7 + 21 + 7, 1],
    ]);
    expect(minutesOf(fed, 'done', 'drain')).toEqual([8, 36, 36, 36]);
  });
});

function planOf(policy: Partial<Policy>, atOnce = 3): Plan {
  return testPlan({ nodes: 3, canary: 0, atOnce, policy: { ...policy, assume: NO_FAULTS } });
}
