import { describe, expect, it } from 'vitest';
import { maintenancePlan } from '../../../test/maintenance.ts';
import { answerAll } from '../rehearse/asking.ts';
import { exactRunner } from '../rehearse/exact-runner.ts';
import { answerHere } from '../rehearse/runner.ts';
import { comparing } from './compare.ts';
import { NO_DIFFERENCE, pairedDifference, pairingRatio } from './differences.ts';
import { bendOf, growthPlans } from './growth.ts';
import { limiting } from './limits.ts';
import { withoutNamedLimit } from './lift.ts';
import { planSize, targetsByWave } from '../rehearse/sub-plan.ts';

const PLAN = maintenancePlan({ nodes: 200, canary: 4, crew: 0.005, fails: 0.03 });

describe('limits', () => {
  const report = answerAll(limiting(PLAN, { seed: 1, scenarios: 24 }), answerHere());
  const gain = (name: string, percent: string): number =>
    report.limits.find((limit) => limit.name === name)?.gainMin[percent]?.diffMin ?? -1;

  it('the dearest comes first, by T95', () => {
    const gains = report.limits.map(({ gainMin }) => gainMin['95']?.diffMin ?? Infinity);
    expect(gains).toEqual([...gains].sort((a, b) => b - a));
    expect(report.limits[0]?.name).toBe('image-server');
  });

  it('the bottleneck depends on the mark: the image server for the bulk, the crew for the last', () => {
    expect(gain('image-server', '95')).toBeGreaterThan(100);
    expect(gain('crew.hands', '95')).toBeLessThan(5);
    expect(gain('crew.hands', '100')).toBeGreaterThan(0);
  });

  it('a gain is what rehearsing the plan without the limit says', () => {
    const [before, after] = [exactRunner(PLAN, { seed: 1 }), exactRunner(withoutNamedLimit(PLAN, 'bmc'), { seed: 1 })];
    const differences = Array.from({ length: 24 }, (_, i) => (before.run(i).curve[94] as number) - (after.run(i).curve[94] as number)).sort(
      (a, b) => a - b,
    );
    expect(gain('bmc', '95')).toBeCloseTo(differences[11] as number, 3);
  });

  it('says which steps grow, and what they wait for', () => {
    const step = (name: string) => report.steps.find((each) => each.step === name);
    expect(step('step-2')).toMatchObject({ oneNodeMin: 12, o1: false, waitsFor: 'image-server' });
    expect(step('step-3')).toMatchObject({ oneNodeMin: 8, waitMin: 0, o1: true, waitsFor: null });
    expect(report.steps.map((each) => each.step)).toEqual(['drain', ...Array.from({ length: 14 }, (_, i) => `step-${i + 1}`), 'return']);
  });

  it('T(N) rises to the fleet, and the bend is where it has risen by a tenth', () => {
    expect(report.growth.map(({ nodes }) => nodes)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 200]);
    expect(report.growth.at(-1)?.t95Min).toBe(report.fleetMin['95']?.p50Min);
    expect(report.bendsAtNodes).not.toBeNull();
    expect(report.ratio).toBeGreaterThan(2);
  });
});

describe('growth', () => {
  it('each size has so many nodes, all of them of the plan', () => {
    for (const { nodes, plan } of growthPlans(PLAN)) expect(planSize(plan)).toBe(nodes);
    const all = new Set([...targetsByWave(PLAN).values()].flat());
    for (const { plan } of growthPlans(PLAN)) for (const name of [...targetsByWave(plan).values()].flat()) expect(all).toContain(name);
  });

  it.each([
    [[10, 10, 10.5], null],
    [[10, 10.9, 11.1, 30], 4],
    [[10, 12, 10.5, 30], 8],
    [[10, null, null], 2],
    [[null, null], null],
  ])('%j bends at %s nodes', (times, expected) => {
    expect(bendOf(times.map((t95Min, i) => ({ nodes: 2 ** i, t95Min })))).toBe(expected);
  });
});

describe('compare', () => {
  it('paired scenarios do the work of many: a wider limit against itself', () => {
    const wider = maintenancePlan({ nodes: 200, canary: 4, crew: 0.005, fails: 0.03, imageServer: 0.075 });
    const { milestones, pairing, gpuHours, scenarios } = answerAll(comparing(PLAN, wider, { seed: 1, scenarios: 40 }), answerHere());
    expect(scenarios).toBe(40);
    expect(milestones['95']?.diffMin).toBeLessThan(-20);
    expect(milestones['95']?.highMin).toBeLessThan(0);
    expect(gpuHours.high).toBeLessThan(0);
    expect(pairing).toBeGreaterThan(8);
  });

  it('a plan against itself does not differ', () => {
    const { milestones, pairing } = answerAll(comparing(PLAN, PLAN, { seed: 1, scenarios: 8 }), answerHere());
    expect(Object.values(milestones)).toEqual(Array.from({ length: 5 }, () => NO_DIFFERENCE));
    expect(pairing).toBeNull();
  });

  it('the other way round, signs are turned', () => {
    const other = maintenancePlan({ nodes: 200, canary: 4, crew: 0.005, fails: 0.03, bmc: 0.03 });
    const there = answerAll(comparing(PLAN, other, { seed: 1, scenarios: 15 }), answerHere()).milestones['95'];
    const back = answerAll(comparing(other, PLAN, { seed: 1, scenarios: 15 }), answerHere()).milestones['95'];
    expect(there?.diffMin).toBeCloseTo(-(back?.diffMin ?? 0), 6);
  });
});

describe('differences', () => {
  it('where only one comes to its end the difference is infinite, where neither does it is none', () => {
    const never = Float64Array.of(Infinity, Infinity, Infinity);
    const soon = Float64Array.of(1, 2, 3);
    expect(pairedDifference(never, soon).diffMin).toBeNull();
    expect(pairedDifference(never, never)).toMatchObject({ diffMin: 0 });
    expect(pairingRatio(never, soon)).toBeNull();
    expect(pairingRatio(Float64Array.of(1, 2, 3), Float64Array.of(2, 3, 4.5))).toBeGreaterThan(10);
  });
});
