import { describe, expect, it } from 'vitest';
import { askedOf, askedPlan, gainOf, lived, nodeProcedure, validate } from '../../../test/asked.ts';
import type { Plan } from '../../core/plan/plan.ts';

const DEFECTS = { share: 0.1, n: 40, source: 'lab' };
const checked = (assume?: object): Plan =>
  askedPlan({ policy: assume ? { assume } : {}, procedures: [nodeProcedure({ defects: DEFECTS })] });

describe('validate-all', () => {
  const plan = checked();
  const question = askedOf(plan, 'validate-all');

  it('as much sooner as a plan of the same files with validation none', () => {
    const none = askedPlan({ policy: { validation: { mode: 'none' } }, procedures: [nodeProcedure({ defects: DEFECTS })] });
    expect(question?.numbers['gain95Min']).toBeCloseTo(gainOf(plan, none, 95), 2);
    const hours = (of: Plan): number => lived(of).reduce((sum, { gpuHoursNotReturned }) => sum + gpuHoursNotReturned, 0) / lived(of).length;
    expect(question?.numbers['savedGpuHours']).toBeCloseTo(hours(plan) - hours(none), 2);
  });

  it('catches what its checks catch of the defects, and the risk is their number times the cost of a stopped job', () => {
    // 16 nodes, a tenth defective, six of ten caught; one job of 16 x 8 GPUs stands 0.1 h + 0.25 h + half of 0.5 h.
    expect(question?.numbers['caught']).toBeCloseTo(0.96, 3);
    expect(question?.numbers['riskGpuHours']).toBeCloseTo(0.96 * 128 * 0.6, 2);
  });

  it('says so where nobody has said what a check catches', () => {
    const unstated = validate({
      action: { kind: 'check', checks: [{ name: 'health', run: ['/h'], nodes: 1, takes: null, catches: null }] },
    });
    const { steps, ...rest } = nodeProcedure({ defects: DEFECTS });
    const silent = askedPlan({ procedures: [{ ...rest, steps: steps.map((step) => (step.name === 'validate' ? unstated : step)) }] });
    const asked = askedOf(silent, 'validate-all');
    expect(asked?.text).toContain('(a guess: nobody has said what it catches)');
    expect(asked?.numbers).toMatchObject({ caught: 0.8, assumedCatchesShare: 0.5 });
    expect(question?.numbers).not.toHaveProperty('assumedCatchesShare');
  });

  it('is a job as large as the policy assumes', () => {
    const jobs = { busy: '100%', nodesEach: 4, remaining: '5m~0.3' };
    expect(askedOf(checked({ jobs }), 'validate-all')?.numbers).toMatchObject({ jobGpus: 32, riskGpuHours: 18.432 });
  });

  it('is not asked where nothing is checked', () => {
    const unchecked = nodeProcedure({ steps: nodeProcedure().steps.filter(({ name }) => name !== 'validate') });
    expect(askedOf(askedPlan({ procedures: [unchecked] }), 'validate-all')).toBeUndefined();
  });
});
