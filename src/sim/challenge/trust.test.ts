import { describe, expect, it } from 'vitest';
import { askedOf, askedPlan, backAt, minutesOf, nodeProcedure, quantileOf } from '../../../test/asked.ts';
import type { Prior } from '../../core/change/procedure.ts';
import type { Plan } from '../../core/plan/plan.ts';

function applying(takes: Prior): Plan {
  const { steps, ...rest } = nodeProcedure();
  return askedPlan({ procedures: [{ ...rest, steps: steps.map((step) => (step.name === 'apply' ? { ...step, takes } : step)) }] });
}

const apart = (plan: Plan): number => quantileOf(backAt(plan, 95), 0.9) - quantileOf(backAt(plan, 95), 0.5);

describe('never-seen-here', () => {
  const unseen = applying({ ...minutesOf(60, 0), between: 0.8 });

  it('P50 and P90 of 95 % come as much nearer as with the step measured', () => {
    const question = askedOf(unseen, 'never-seen-here');
    expect(question?.about).toBe('host-os apply');
    const measured = applying({ ...minutesOf(60, 0), between: 0.15 });
    expect(question?.numbers['spreadMin']).toBeCloseTo(apart(unseen), 2);
    expect(question?.numbers['spreadOnceMeasuredMin']).toBeCloseTo(apart(measured), 2);
    expect(question?.numbers['narrowerMin']).toBeCloseTo(apart(unseen) - apart(measured), 2);
  });

  it('is not asked of steps that were seen', () => {
    expect(askedOf(applying({ ...minutesOf(60, 9), between: 0.8 }), 'never-seen-here')).toBeUndefined();
  });
});

describe('no-way-back', () => {
  it('from the first destructive step on, with the times of the plan', () => {
    const plan = askedPlan({ procedures: [nodeProcedure({ back: null })] });
    const question = askedOf(plan, 'no-way-back');
    expect(question?.numbers).toMatchObject({ targets: 16, step: 'apply' });
    expect(question?.numbers['t95P50Min']).toBeCloseTo(quantileOf(backAt(plan, 95), 0.5), 3);
    expect(question?.numbers['t95P90Min']).toBeCloseTo(quantileOf(backAt(plan, 95), 0.9), 3);
  });

  it('is not asked where there is one', () => {
    expect(askedOf(askedPlan(), 'no-way-back')).toBeUndefined();
  });
});
