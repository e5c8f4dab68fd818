import { describe, expect, it } from 'vitest';
import { testPlan, testProcedure } from '../../../test/plans.ts';
import type { Prior } from '../../core/change/procedure.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { simModel } from '../model.ts';
import { Chance } from './chance.ts';
import { keyOf } from './key.ts';

const MINUTE_MS = 60_000;

describe('chance', () => {
  it('draws durations with the stated median and spread, around what the scenario has in common', () => {
    const { chance, step, nodes } = chanceOf(takes({ medianMs: 10 * MINUTE_MS, logSd: 0.4, n: 9, source: 'test' }));
    chance.reset(3);
    const logs = Array.from({ length: nodes }, (_, target) => Math.log(chance.takesMs(target, step('apply'), 1)));
    const mean = average(logs);
    expect(Math.abs(Math.sqrt(average(logs.map((log) => (log - mean) ** 2))) - 0.4)).toBeLessThan(0.02);
    expect(Math.abs(mean - Math.log(chance.medianMs(step('apply'))))).toBeLessThan(0.03);
  });

  it('moves the median of a step from scenario to scenario by its common part and the night', () => {
    const { chance, step } = chanceOf(takes({ medianMs: 10 * MINUTE_MS, logSd: 0.4, n: 9, source: 'test', between: 0.3 }));
    const logs = Array.from({ length: 4_000 }, (_, scenario) => {
      chance.reset(scenario);
      return Math.log(chance.medianMs(step('apply')) / (10 * MINUTE_MS));
    });
    expect(Math.abs(average(logs))).toBeLessThan(0.02);
    expect(Math.abs(Math.sqrt(average(logs.map((log) => log ** 2))) - Math.hypot(0.3, 0.08))).toBeLessThan(0.01);
  });

  it('has wider nights where few observations stand behind the common part', () => {
    const spread = (df: number): number => {
      const { chance, step } = chanceOf(takes({ medianMs: 10 * MINUTE_MS, logSd: 0.4, n: 3, source: 'test', between: 0.3, df }));
      const far = Array.from({ length: 2_000 }, (_, scenario) => {
        chance.reset(scenario);
        return Math.abs(Math.log(chance.medianMs(step('apply')) / (10 * MINUTE_MS)));
      });
      return far.toSorted((a, b) => a - b)[1_960] as number;
    };
    expect(spread(2)).toBeGreaterThan(1.5 * spread(1_000));
  });

  it('fails attempts with the stated share on average, surer the more was observed', () => {
    const shares = (n: number): number[] => {
      const plan = withApply({ fails: 0.1, takes: { medianMs: MINUTE_MS, logSd: 0.1, n, source: 'test' } });
      const { chance, step } = chanceOf(plan);
      return Array.from({ length: 3_000 }, (_, scenario) => {
        chance.reset(scenario);
        return chance.failShare(step('apply'));
      });
    };
    const [few, many] = [shares(0), shares(2_000)];
    expect(average(few)).toBeCloseTo(0.1, 2);
    expect(average(many)).toBeCloseTo(0.1, 2);
    expect(Math.max(...few)).toBeGreaterThan(0.25);
    expect(Math.max(...many)).toBeLessThan(0.15);
    const { chance, step, nodes } = chanceOf(withApply({ fails: 1 }));
    chance.reset(0);
    expect(Array.from({ length: nodes }, (_, target) => chance.fails(target, step('apply'), 1))).not.toContain(false);
    expect(chance.fails(0, step('conform'), 1)).toBe(false);
  });

  it('hangs on names alone: two plans over the same nodes share it, whatever else they are', () => {
    const one = chanceOf(testPlan({ nodes: 16, canary: 1 }));
    const other = chanceOf(testPlan({ nodes: 64, canary: 9, atOnce: 3 }));
    one.chance.reset(5);
    other.chance.reset(5);
    for (const name of ['n1', 'n7', 'n16'])
      expect(one.chance.takesMs(one.target(name), one.step('apply'), 2)).toBe(
        other.chance.takesMs(other.target(name), other.step('apply'), 2),
      );
  });

  it('gives every scenario, target, step and attempt a draw of its own', () => {
    const { chance, step, nodes } = chanceOf(testPlan({ nodes: 16 }));
    const seen = new Set<number>();
    for (const scenario of [0, 1, 2]) {
      chance.reset(scenario);
      for (let target = 0; target < nodes; target++)
        for (const name of ['apply', 'activate']) for (const attempt of [1, 2]) seen.add(chance.takesMs(target, step(name), attempt));
    }
    expect(seen.size).toBe(3 * nodes * 2 * 2);
  });

  it('chooses ways of mop-up by their shares, and the same one for a target every time', () => {
    const way = (name: string, share: number) => ({ way: name, share, takes: null, tries: [], crew: null, part: null });
    const { chance, nodes } = chanceOf(testPlan({ nodes: 4_000, procedure: { mopUp: [way('a', 0.3), way('b', 0), way('c', 0.9)] } }));
    chance.reset(1);
    const ways = Array.from({ length: nodes }, (_, target) => chance.way(target, 0));
    expect(Math.abs(ways.filter((index) => index === 0).length / nodes - 0.25)).toBeLessThan(0.02);
    expect(new Set(ways)).toEqual(new Set([0, 1]));
    expect(chance.way(17, 0)).toBe(ways[17]);
  });

  it('ends the jobs of neighbours together', () => {
    const jobs = { busy: 0.5, nodesEach: 8, remaining: { medianMs: 30 * MINUTE_MS, logSd: 0.6, n: 0, source: 'test' } };
    const { chance, target } = chanceOf(testPlan({ nodes: 800, canary: 3, policy: { assume: { jobs } } }));
    chance.reset(2);
    const ends = Array.from({ length: 800 }, (_, i) => chance.jobEndMs(target(`n${i + 1}`)));
    const blocks = Array.from({ length: 100 }, (_, block) => new Set(ends.slice(block * 8, block * 8 + 8)));
    expect(blocks.every((block) => block.size === 1)).toBe(true);
    expect(new Set(ends).size).toBeGreaterThan(30);
    expect(Math.abs(ends.filter((end) => end === 0).length / 800 - 0.5)).toBeLessThan(0.15);
  });

  it('gives nodes their own faults at the stated rate', () => {
    const faults = { share: 0.01, n: 1_000_000, source: 'test' };
    const { chance, nodes } = chanceOf(testPlan({ nodes: 20_000, policy: { assume: { faultsPerNodeDay: faults } } }));
    chance.reset(0);
    const first = Array.from({ length: nodes }, (_, target) => chance.faultInMs(target, 1));
    expect(Math.abs(first.filter((ms) => ms < 86_400_000).length / nodes - 0.01)).toBeLessThan(0.002);
  });
});

describe('keys', () => {
  it('are different for different names', () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `phx62-${String(i).padStart(4, '0')}`);
    expect(new Set(names.map(keyOf)).size).toBe(10_000);
  });
});

function chanceOf(plan: Plan): { chance: Chance; step: (name: string) => number; target: (name: string) => number; nodes: number } {
  const { program, laws } = simModel(plan, { seed: 11 });
  return {
    chance: new Chance(11, program, laws),
    step: (name) => program.steps.findIndex((step) => step.name === name),
    target: (name) => program.idOf.get(name) as number,
    nodes: program.targets.length,
  };
}

function takes(prior: Prior): Plan {
  return withApply({ takes: prior });
}

function withApply(overrides: { takes?: Prior; fails?: number }): Plan {
  const steps = testProcedure().steps.map((step) => (step.name === 'apply' ? { ...step, ...overrides } : step));
  return testPlan({ nodes: 2_000, procedure: { steps } });
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
