import { describe, expect, it } from 'vitest';
import { askedOf, askedPlan, childOf, gainOf, lived, minutesOf, nodeProcedure } from '../../../test/asked.ts';
import type { Procedure } from '../../core/change/procedure.ts';
import { exampleStep } from '../../core/plan/plan-example.ts';
import type { Plan } from '../../core/plan/plan.ts';

const windows = [{ cluster: 'lab', start: '2031-07-08T09:00Z', for: '12h' }];

/** A node fetches its image between the drain and the apply. */
function fetching(): Procedure {
  const { steps, ...rest } = nodeProcedure();
  const fetch = exampleStep('fetch', 'updating', { kind: 'run', argv: ['/site/fetch'] }, { takes: minutesOf(40), timeoutMs: 36_000_000 });
  return { ...rest, steps: steps.flatMap((step) => (step.name === 'apply' ? [fetch, step] : [step])) };
}

describe('stage-early', () => {
  it('a fetch behind the drain: as much sooner as with the fetch before the window', () => {
    const plan = askedPlan({ policy: { windows }, procedures: [fetching()] });
    const question = askedOf(plan, 'stage-early');
    expect(question?.about).toBe('fetch');
    const gain = gainOf(plan, fetchedBefore(plan), 95);
    expect(gain).toBeGreaterThan(20);
    expect(question?.numbers['gain95Min']).toBeCloseTo(gain, 2);
  });

  it('is not asked where there is nothing between the drain and the first destructive step', () => {
    expect(askedOf(askedPlan({ policy: { windows } }), 'stage-early')).toBeUndefined();
  });
});

describe('drain-later', () => {
  const lined = (count: number): Plan => {
    const { steps, ...rest } = nodeProcedure();
    const served = steps.map((step) => (step.name === 'apply' ? { ...step, uses: ['image-server'] } : step));
    return askedPlan({ policy: { limits: { 'image-server': count } }, procedures: [{ ...rest, steps: served }] });
  };

  it('saves as many GPU-hours as the child of its set does', () => {
    const plan = lined(2);
    const question = askedOf(plan, 'drain-later');
    expect(question?.sets).toEqual(['policy.atOnce.nodes=3']);
    const child = childOf(plan, question?.sets ?? []);
    const hours = (of: Plan): number => lived(of).reduce((sum, { gpuHoursNotReturned }) => sum + gpuHoursNotReturned, 0) / lived(of).length;
    expect(question?.numbers['savedGpuHours']).toBeCloseTo(hours(plan) - hours(child), 2);
    expect(question?.numbers['later95Min']).toBeCloseTo(-gainOf(plan, child, 95), 2);
  });

  it('is not asked where nobody stands in line', () => {
    expect(askedOf(lined(16), 'drain-later')).toBeUndefined();
  });
});

function fetchedBefore(plan: Plan): Plan {
  const procedures = Object.entries(plan.procedures).map(([id, procedure]) => {
    const fetch = procedure.steps.filter(({ name }) => name === 'fetch').map((step) => ({ ...step, early: true, to: null }));
    return [id, { ...procedure, steps: [...fetch, ...procedure.steps.filter(({ name }) => name !== 'fetch')] }] as const;
  });
  return { ...plan, procedures: Object.fromEntries(procedures) };
}
