import { describe, expect, it } from 'vitest';
import { maintenancePlan } from '../../../test/maintenance.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { exactRunner } from '../rehearse/exact-runner.ts';
import type { ScenarioResult } from '../result.ts';
import { createFastEngine } from './engine.ts';

const SCENARIOS = 16;
const NO_FAULTS = { faultsPerNodeDay: { share: 0, n: 0, source: 'test' } };

function both(plan: Plan, keep: number): { readonly fast: ScenarioResult[]; readonly exact: ScenarioResult[]; readonly simulated: number } {
  const engine = createFastEngine(plan, { seed: 3, keep });
  const reference = exactRunner(plan, { seed: 3 });
  const run = (of: { run(scenario: number): ScenarioResult }): ScenarioResult[] => Array.from({ length: SCENARIOS }, (_, i) => of.run(i));
  return { fast: run(engine), exact: run(reference), simulated: engine.about.simulated };
}

/** Mean of the relative differences, Infinity against Infinity being none. */
function off(fast: readonly ScenarioResult[], exact: readonly ScenarioResult[], of: (result: ScenarioResult) => number): number {
  const differences = fast.map((result, i) => {
    const [a, b] = [of(result), of(exact[i] as ScenarioResult)];
    return a === b ? 0 : a / b - 1;
  });
  return differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
}

function withoutTimeouts(plan: Plan): Plan {
  const procedures = Object.entries(plan.procedures).map(([id, procedure]) => {
    return [id, { ...procedure, steps: procedure.steps.map((step) => ({ ...step, timeoutMs: null })) }] as const;
  });
  return { ...plan, procedures: Object.fromEntries(procedures) };
}

describe('fast engine against the exact one', () => {
  const plan = maintenancePlan({ nodes: 6_000, canary: 4 });
  const { fast, exact, simulated } = both(plan, 800);

  it('simulates a part of the targets', () => {
    expect(simulated).toBeGreaterThan(800);
    expect(simulated).toBeLessThan(1_400);
  });

  it.each([50, 75, 95])('T%i is within 1.5 %% in the mean', (percent) => {
    expect(Math.abs(off(fast, exact, ({ curve }) => curve[percent - 1] as number))).toBeLessThan(0.015);
  });

  it('so is everything else that is summed', () => {
    expect(Math.abs(off(fast, exact, ({ gpuHoursNotReturned }) => gpuHoursNotReturned))).toBeLessThan(0.02);
    expect(Math.abs(off(fast, exact, ({ gateMin }) => gateMin))).toBeLessThan(0.02);
    expect(Math.abs(off(fast, exact, ({ clusters }) => clusters[0]?.[2] as number))).toBeLessThan(0.015);
    expect(Math.abs(off(fast, exact, ({ limitWaitMin }) => limitWaitMin[0] as number))).toBeLessThan(0.05);
    expect(Math.abs(off(fast, exact, ({ came }) => came[5] as number))).toBeLessThan(0.01);
  });
});

describe('fast engine: the mop-up', () => {
  it('has the same stragglers as the exact engine, one by one, where only attempts fail', () => {
    const { fast, exact } = both(withoutTimeouts(maintenancePlan({ nodes: 5_000, policy: { assume: NO_FAULTS } })), 600);
    expect(fast.map(({ stragglers }) => stragglers)).toEqual(exact.map(({ stragglers }) => stragglers));
    expect(new Set(exact.map(({ stragglers }) => stragglers)).size).toBeGreaterThan(5);
    // The crew is what they wait for, with the same work before it; who comes first is luck.
    expect(Math.abs(off(fast, exact, ({ curve }) => curve[98] as number))).toBeLessThan(0.05);
    expect(Math.abs(off(fast, exact, ({ curve }) => curve[99] as number))).toBeLessThan(0.1);
  });

  it('counts faults of nodes by their rate', () => {
    const plan = maintenancePlan({
      nodes: 5_000,
      fails: 0,
      policy: { assume: { faultsPerNodeDay: { share: 0.05, n: 1_000, source: 'test' } } },
    });
    const { fast, exact } = both(plan, 600);
    const sum = (results: readonly ScenarioResult[]): number => results.reduce((all, { stragglers }) => all + stragglers, 0);
    expect(sum(exact)).toBeGreaterThan(500);
    expect(Math.abs(sum(fast) / sum(exact) - 1)).toBeLessThan(0.1);
  });
});

describe('fast engine: reproducible', () => {
  it('the same scenario gives the same result, whatever was run before', () => {
    const plan = maintenancePlan({ nodes: 4_000 });
    const engine = createFastEngine(plan, { seed: 1 });
    const first = engine.run(5);
    engine.run(2);
    expect(engine.run(5)).toEqual(first);
    expect(createFastEngine(plan, { seed: 1 }).run(5)).toEqual(first);
    expect(createFastEngine(plan, { seed: 2 }).run(5)).not.toEqual(first);
  });

  it('is about the plan as it is, not about the sample', () => {
    const plan = maintenancePlan({ nodes: 4_000, canary: 4 });
    const [fast, exact] = [createFastEngine(plan, { seed: 1 }).about, exactRunner(plan, { seed: 1 }).about];
    expect({ ...fast, simulated: 0 }).toEqual({ ...exact, simulated: 0 });
  });
});
