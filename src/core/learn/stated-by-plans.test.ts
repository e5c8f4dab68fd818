import { describe, expect, it } from 'vitest';
import { testPlan, testProcedure, testStep } from '../../../test/plans.ts';
import type { Prior } from '../change/procedure.ts';
import type { MergedProcedure, Plan } from '../plan/plan.ts';
import { statedStep } from './catalogue.ts';
import { statedByPlans } from './stated-by-plans.ts';

const CATALOGUE = { steps: { 'host-os/apply': { kind: 'run', takes: prior(1), fails: 0, attempts: 1 } }, mopUp: {} } as const;

function prior(minutes: number): Prior {
  return { medianMs: minutes * 60_000, logSd: 0.3, n: 0, source: 'test' };
}

function planWith(procedure: Partial<MergedProcedure>): Plan {
  return testPlan({ procedure: testProcedure(procedure) });
}

function minutes(plans: readonly Plan[], key: string): number | null {
  const medianMs = statedStep(statedByPlans(plans, CATALOGUE), key)?.takes?.medianMs;
  return medianMs === undefined ? null : medianMs / 60_000;
}

const run = (name: string, median: number) => testStep(name, { kind: 'run', argv: [name] }, { takes: prior(median) });

describe('what plans state', () => {
  it('no plan: the catalogue', () => {
    expect(minutes([], 'host-os/apply')).toBe(1);
  });

  it('a plan goes before the catalogue, and a later plan before an earlier one', () => {
    expect(minutes([planWith({ steps: [run('apply', 5)] }), planWith({ steps: [run('apply', 6)] })], 'host-os/apply')).toBe(6);
  });

  it('a merged chain: steps of one component are its own, shared ones are those of all, and a plan of one component knows better', () => {
    const components = { 'host-os': '1', bmc: '2' };
    const merged = planWith({ components, steps: [run('bmc.apply', 7), run('activate', 11)] });
    expect(minutes([merged], 'bmc/apply')).toBe(7);
    expect(minutes([merged], 'bmc+host-os/activate')).toBe(11);
    expect(minutes([planWith({ steps: [run('activate', 9)] }), merged], 'host-os/activate')).toBe(9);
  });

  it('a maintenance that others carry out states nothing', () => {
    expect(statedByPlans([planWith({ components: {} })], CATALOGUE)).toEqual(CATALOGUE);
  });
});
