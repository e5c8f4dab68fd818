import { describe, expect, it } from 'vitest';
import { testPlan, testStep } from '../../../test/plans.ts';
import { exactly, minutesOf, rehearseTest, type Says } from '../../../test/rehearsals.ts';
import type { MopUpWay, Step } from '../../core/change/procedure.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { simModel } from '../model.ts';
import type { ScenarioResult } from '../result.ts';
import { createExactEngine } from './engine.ts';

const MINUTE_MS = 60_000;
const NO_FAULTS = { faultsPerNodeDay: { share: 0, n: 0, source: 'test' } };

/** drain 1, apply 10, activate 5, conform 1, validate 2, return 0: 19 minutes, 2 of soak. */
const MINUTES: { readonly [step: string]: number } = { stage: 4, drain: 1, apply: 10, activate: 5, conform: 1, validate: 2, return: 0 };
const says: Says = (_, step) => MINUTES[step] ?? null;
const never = (): boolean => false;

describe('a plan that can be followed by hand', () => {
  it('two nodes, one place at the image server: every event at its minute', () => {
    const { lines, result } = rehearseTest(twoNodes(), { says, fails: never });
    expect(lines).toEqual([
      '4 n1 done stage',
      '4 n2 done stage',
      '5 n1 done drain',
      '5 n2 done drain',
      '15 n1 done apply',
      '20 n1 done activate',
      '21 n1 done conform',
      '23 n1 done validate',
      '23 n1 done return',
      '25 n2 done apply',
      '25 n1 soak-passed return',
      '30 n2 done activate',
      '31 n2 done conform',
      '33 n2 done validate',
      '33 n2 done return',
      '35 n2 soak-passed return',
    ]);
    // Time zero is the first drain, minute 4.
    expect([...result.curve].slice(0, 50)).toEqual(Array.from({ length: 50 }, () => 19));
    expect([...result.curve].slice(50)).toEqual(Array.from({ length: 50 }, () => 29));
    expect(result.clusters.map((marks) => [...marks])).toEqual([[19, 29, 29, 29, 29]]);
    expect(result).toMatchObject({ gateMin: 29, mopUpMin: 0, stragglers: 0, short: 0, events: 18 });
    expect(result.gpuHoursNotReturned).toBeCloseTo((8 * (19 + 29)) / 60, 9);
  });

  it('waits are those in front of a step and in the line of a limit', () => {
    const { model, result } = rehearseTest(twoNodes(), { says, fails: never });
    const waits = new Map(model.program.steps.map(({ name }, step) => [name, [result.came[step], result.waitMin[step]]]));
    expect(waits.get('apply')).toEqual([2, 10]);
    expect(waits.get('drain')).toEqual([2, 0]);
    expect(waits.get('validate')).toEqual([2, 0]);
    expect(model.program.limits.map(({ name }, limit) => [name, result.limitWaitMin[limit]])).toEqual([
      ['image-server', 10],
      ['at once', 0],
    ]);
  });

  it('a failed attempt takes its time and comes again; a time that is too long ends at its limit', () => {
    const slow: Says = (target, step) => (target === 'n1' && step === 'activate' ? 41 : says(target, step, 1));
    const fails = (target: string, step: string, attempt: number): boolean => target === 'n2' && step === 'activate' && attempt === 1;
    const { fed, result } = rehearseTest(twoNodes({ mopUp: [people({ takes: exactly(60) })], limit: 2 }), { says: slow, fails });
    expect(fed.filter(({ step }) => step === 'activate').map(({ min, target, kind, attempt }) => [min, target, kind, attempt])).toEqual([
      [20, 'n2', 'failed', 1],
      [25, 'n2', 'done', 2],
      [55, 'n1', 'expired', 1],
      [115, 'n1', 'fixed', 0],
    ]);
    expect(minutesOf(fed, 'soak-passed')).toEqual([30, 120]);
    expect(result).toMatchObject({ stragglers: 1, mopUpMin: 90 });
    expect(result.gateMin).toBe(24);
  });
});

describe('mop-up', () => {
  const failsAt = (step: string) => (target: string, name: string) => target === 'n1' && name === step;
  const reboots: MopUpWay['tries'] = [
    { by: 'shell', act: 'reboot' },
    { by: 'bmc', act: 'power-cycle' },
  ];

  it('tries of the machine mend what their way is for, each no longer than its time limit', () => {
    const plan = twoNodes({ mopUp: [people({ takes: exactly(50), tries: reboots })], limit: 2 });
    const { lines } = rehearseTest(plan, { says, fails: failsAt('validate') });
    // validate failed at 23; the first try may take 40 minutes, the second has the 10 that are left.
    expect(lines.filter((line) => line.includes('n1')).slice(5)).toEqual([
      '23 n1 failed validate',
      '63 n1 expired mop-up-reboot',
      '73 n1 done mop-up-power-cycle',
      '75 n1 done validate',
      '75 n1 done return',
      '77 n1 soak-passed return',
    ]);
  });

  it('tries that run out leave the rest of the time to somebody who says so', () => {
    const plan = twoNodes({ mopUp: [people({ takes: exactly(200), tries: reboots })], limit: 2 });
    const { lines } = rehearseTest(plan, { says, fails: failsAt('validate') });
    expect(lines.filter((line) => line.includes('n1')).slice(6, 9)).toEqual([
      '63 n1 expired mop-up-reboot',
      '103 n1 expired mop-up-power-cycle',
      '223 n1 fixed mop-up-power-cycle',
    ]);
  });

  it('tries do not help where people are needed: the step that failed fails again', () => {
    const ways = [people({ share: 0, tries: reboots }), people({ way: 'hands', takes: exactly(60) })];
    const tried: Says = (target, step, attempt) => (step.startsWith('mop-up') ? 5 : says(target, step, attempt));
    const { lines } = rehearseTest(twoNodes({ mopUp: ways, limit: 2 }), { says: tried, fails: failsAt('validate') });
    expect(lines.filter((line) => line.includes('n1')).slice(5)).toEqual([
      '23 n1 failed validate',
      '28 n1 done mop-up-reboot',
      '30 n1 failed validate',
      '35 n1 done mop-up-power-cycle',
      '37 n1 failed validate',
      '97 n1 fixed validate',
      '98 n1 done conform',
      '100 n1 done validate',
      '100 n1 done return',
      '102 n1 soak-passed return',
    ]);
  });

  it('a node whose boot failed does not come up from a try', () => {
    const ways = [people({ share: 0, tries: reboots }), people({ way: 'hands', takes: exactly(60) })];
    const tried: Says = (target, step, attempt) => (step.startsWith('mop-up') ? 5 : says(target, step, attempt));
    const { lines } = rehearseTest(twoNodes({ mopUp: ways, limit: 2 }), { says: tried, fails: failsAt('activate') });
    expect(lines.filter((line) => line.includes('n1')).slice(3, 9)).toEqual([
      '20 n1 failed activate',
      '25 n1 failed activate',
      '65 n1 expired mop-up-reboot',
      '105 n1 expired mop-up-power-cycle',
      '165 n1 fixed mop-up-power-cycle',
      '166 n1 done conform',
    ]);
  });

  it('work that was not done yet is done when its cause is mended, and counts as returned', () => {
    const plan = twoNodes({ mopUp: [people({ takes: exactly(60) })], limit: 2 });
    const { lines, result } = rehearseTest(plan, { says, fails: failsAt('apply') });
    expect(lines.filter((line) => line.includes('n1')).slice(2)).toEqual([
      '15 n1 failed apply',
      '75 n1 retry apply',
      '85 n1 done apply',
      '90 n1 done activate',
      '91 n1 done conform',
      '93 n1 done validate',
      '93 n1 done return',
      '95 n1 soak-passed return',
    ]);
    expect(result.curve[99]).toBe(89);
  });

  it('a target that fails whatever is done is left alone after a while', () => {
    const plan = testPlan({ nodes: 1, canary: 0, procedure: { mopUp: [people({ takes: exactly(1) })] }, policy: { assume: NO_FAULTS } });
    const { fed, result } = rehearseTest(plan, {
      says,
      fails: (_, step, attempt) => step === 'conform' || (step === 'apply' && attempt < 600),
    });
    expect(fed.length).toBeLessThan(200);
    expect(result.stragglers).toBe(1);
  });
});

describe('results', () => {
  it('are the same for the same scenario, whatever the engine ran before', () => {
    const model = simModel(busyPlan(), { seed: 5 });
    const used = createExactEngine(model);
    const fresh = [4, 9, 4].map((scenario) => createExactEngine(model).run(scenario));
    const again = [4, 9, 4].map((scenario) => used.run(scenario));
    expect(again).toEqual(fresh);
    expect(again[0]).toEqual(again[2]);
    expect(again[0]).not.toEqual(again[1]);
    expect(createExactEngine(simModel(busyPlan(), { seed: 6 })).run(4)).not.toEqual(again[0]);
  });

  it('hang on no trace', () => {
    const model = simModel(busyPlan(), { seed: 5 });
    let events = 0;
    const traced = createExactEngine(model).run(1, { trace: () => events++ });
    expect(traced).toEqual(createExactEngine(model).run(1));
    // The hand-over of 64 nodes is told, and not counted: it is the same in every scenario.
    expect(events - traced.events).toBe(1 + 2 * 64);
  });

  it('share their chance: lifting a limit leaves every duration alone and nobody comes back later', () => {
    const tight = durations(busyPlan());
    const lifted = durations(busyPlan(64));
    expect(lifted.took).toEqual(tight.took);
    expect(lifted.result.curve.every((at, q) => at <= (tight.result.curve[q] as number))).toBe(true);
    expect(lifted.result.curve[94]).toBeLessThan(tight.result.curve[94] as number);
  });

  it('spread as wide as what the targets have in common', () => {
    const t95 = (between: number): number[] => {
      const model = simModel(busyPlan(8, between), { seed: 2, instead: { fails: never } });
      const engine = createExactEngine(model);
      return Array.from({ length: 60 }, (_, scenario) => engine.run(scenario).curve[94] as number).toSorted((a, b) => a - b);
    };
    const width = (sorted: number[]): number => (sorted[53] as number) / (sorted[30] as number);
    expect(width(t95(0.4))).toBeGreaterThan(1.3 * width(t95(0.01)));
  });

  it('end at the horizon with what was not back as never', () => {
    const { result, fed } = rehearseTest(twoNodes(), { says, fails: never, horizonMs: 24 * MINUTE_MS });
    expect(result.curve[49]).toBe(19);
    expect(result.curve[50]).toBe(Number.POSITIVE_INFINITY);
    expect(result.gateMin).toBe(Number.POSITIVE_INFINITY);
    expect(result.gpuHoursNotReturned).toBeCloseTo((8 * (19 + 20)) / 60, 9);
    expect(Math.max(...fed.map(({ min }) => min))).toBeLessThanOrEqual(24);
  });

  it('cut what a node costs at 72 hours', () => {
    const plan = testPlan({
      nodes: 1,
      canary: 0,
      procedure: { mopUp: [people({ takes: exactly(200 * 60) })] },
      policy: { assume: NO_FAULTS },
    });
    const { result } = rehearseTest(plan, { says, fails: (_, step, attempt) => step === 'apply' && attempt === 1 });
    expect(result.gpuHoursNotReturned).toBe(8 * 72);
  });

  it('of one target', () => {
    const { result } = rehearseTest(testPlan({ nodes: 1, canary: 0, policy: { assume: NO_FAULTS } }), { says, fails: never });
    expect([...new Set(result.curve)]).toEqual([19]);
  });

  it('of clusters that are only observed: nothing happens, and nothing is missing', () => {
    const { result, lines, model } = rehearseTest(testPlan({ nodes: 4, mode: 'observe' }));
    expect(lines.every((line) => line.includes(' skip '))).toBe(true);
    expect([...new Set(result.curve)]).toEqual([0]);
    expect(result.clusters.map((marks) => [...marks])).toEqual([[Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN]]);
    expect(result).toMatchObject({ gateMin: 0, mopUpMin: 0, stragglers: 0, short: 0, gpuHoursNotReturned: 0 });
    expect(model.counted.length).toBe(0);
    expect(model.notes.join()).toContain('only observed: lab');
  });
});

interface TwoNodes {
  readonly mopUp?: readonly MopUpWay[];
  readonly limit?: number;
}

function twoNodes({ mopUp, limit = 1 }: TwoNodes = {}): Plan {
  const plan = testPlan({
    nodes: 2,
    canary: 0,
    returnedShare: 0.5,
    policy: {
      limits: { 'image-server': { count: limit, per: 'fleet', owner: null, why: null, until: null } },
      assume: NO_FAULTS,
      gates: { ...testPlan().policy.gates, returned: { kind: 'share', share: limit === 1 ? 1 : 0.5 } },
    },
    ...(mopUp && { procedure: { mopUp } }),
  });
  return withSteps(plan, (step) => (step.name === 'apply' ? { ...step, uses: ['image-server'] } : step));
}

function people(overrides: Partial<MopUpWay> = {}): MopUpWay {
  return { way: 'people', share: 1, takes: null, tries: [], crew: null, part: null, ...overrides };
}

function withSteps(plan: Plan, change: (step: Step) => Step): Plan {
  const node = plan.procedures['node'] as Plan['procedures'][string];
  return { ...plan, procedures: { node: { ...node, steps: node.steps.map(change) } } };
}

/** 64 nodes, an image server, some failures, a crew: a little of everything. */
function busyPlan(limit = 8, between?: number): Plan {
  const prior = { medianMs: 8 * MINUTE_MS, logSd: 0.4, n: 9, source: 'test', ...(between === undefined ? {} : { between }) };
  const steps = [
    testStep('drain', { kind: 'do', act: 'drain' }, { to: 'draining', by: 'scheduler', timeoutMs: null }),
    testStep(
      'apply',
      { kind: 'run', argv: ['x'] },
      { to: 'updating', destructive: true, uses: ['image-server'], takes: prior, attempts: 2, fails: 0.1 },
    ),
    testStep('activate', { kind: 'do', act: 'reboot' }, { to: 'rebooting', destructive: true, takes: prior, fails: 0.05 }),
    testStep('conform', { kind: 'read', read: {} }, { to: 'conforming' }),
    testStep('return', { kind: 'do', act: 'return' }, { by: 'scheduler', timeoutMs: null }),
  ];
  return testPlan({
    nodes: 64,
    canary: 4,
    canaryFailedMax: 4,
    policy: {
      limits: { 'image-server': { count: limit, per: 'fleet', owner: null, why: null, until: null } },
      crew: { hardware: { count: 2, shifts: null, timezone: 'UTC' } },
    },
    procedure: {
      steps,
      mopUp: [
        people({ way: 'remote', share: 0.5, tries: [{ by: 'shell', act: 'reboot' }] }),
        people({ way: 'hands', share: 0.5, crew: 'hardware' }),
      ],
    },
  });
}

/** How long each attempt took, from the laws alone, and the result. */
function durations(plan: Plan): { took: Map<string, number>; result: ScenarioResult } {
  const took = new Map<string, number>();
  const began = new Map<string, number>();
  const { fed, result } = rehearseTest(plan, { seed: 3, scenario: 1, fails: never });
  for (const { min, target, kind, step, attempt } of fed) {
    if (kind === 'done' && step !== 'apply' && step !== 'drain')
      took.set(`${target} ${step} ${attempt}`, Math.round((min - (began.get(target) ?? 0)) * MINUTE_MS));
    began.set(target, min);
  }
  return { took, result };
}
