import { expect, test } from 'vitest';
import { must } from '../../std/assert.ts';
import type { LearnedStep, PriorSet } from '../learn/learn.ts';
import type { LearnedPrior } from '../learn/predictive.ts';
import type { Plan } from '../plan/plan.ts';
import { exampleCluster, exampleFleet, exampleInput, examplePolicy, exampleProcedure, hostOs } from '../plan/plan-example.ts';
import { makePlan } from '../plan/planner.ts';
import { applyPriors } from './apply-priors.ts';

const fleet = exampleFleet([exampleCluster('lab', 'n[1-4]')]);
const driver = exampleProcedure('driver', { after: ['host-os'] });
const image = { count: 9, per: 'fleet', owner: null, why: null, until: null } as const;

function planOf(components: readonly ReturnType<typeof hostOs>[], assume: object = {}): Plan {
  const procedures = new Map(components.map((procedure) => [procedure.component, procedure]));
  const policy = examplePolicy({ limits: { 'image-server': image }, ...assume });
  return { ...makePlan(exampleInput(fleet, { procedures, policy })).plan, id: 'p' };
}

function takes(minutes: number, n = 12): LearnedPrior {
  return { medianMs: minutes * 60_000 + 0.4, logSd: 0.2, between: 0.1, df: 7, n, runs: 3, source: `${n} seen in 3 runs` };
}

function step(kind: LearnedStep['kind'], minutes: number | null, failed: number | null = null): LearnedStep {
  const fails = failed === null ? { share: 0.005, n: 0, a: 1, b: 200 } : { share: failed, n: 40, a: 2, b: 38 };
  return { kind, takes: minutes === null ? null : takes(minutes), fails };
}

function priors(steps: PriorSet['steps'], mopUp: PriorSet['mopUp'] = {}): PriorSet {
  return { schema: 1, runs: ['r1', 'r2', 'r3'], together: 0.3, steps, mopUp };
}

function stepOf(plan: Plan, name: string) {
  const steps = Object.values(plan.procedures).flatMap((procedure) => procedure.steps);
  return must(
    steps.find((each) => each.name === name),
    name,
  );
}

test('a step gets the time and failures that were learned, and nothing else of it changes', () => {
  const plan = planOf([hostOs()]);
  const learned = applyPriors(plan, priors({ 'host-os/apply': step('run', 20, 0.05), 'host-os/activate': step('reboot', 9) }));
  const prior = { medianMs: 1_200_000, logSd: 0.2, between: 0.1, df: 7, n: 12, source: '12 seen in 3 runs' };
  expect(stepOf(learned, 'apply')).toEqual({ ...stepOf(plan, 'apply'), takes: prior, fails: 0.05 });
  // Nobody has seen it tried, so its stated share stands.
  expect(stepOf(learned, 'activate')).toEqual({ ...stepOf(plan, 'activate'), takes: { ...prior, medianMs: 540_000 } });
  const policy = { ...plan.policy, assume: { together: 0.3 } };
  expect({ ...learned, procedures: plan.procedures }).toEqual({ ...plan, policy });
});

test('nothing learned of it: the plan is as it was', () => {
  const plan = planOf([hostOs(), driver]);
  for (const set of [priors({}), priors({ 'bmc/apply': step('run', 1, 0.5), 'host-os/aply': step('run', 1) })]) {
    expect(applyPriors(plan, set).procedures).toEqual(plan.procedures);
  }
  expect(applyPriors(plan, priors({ 'host-os/apply': step('run', null) })).procedures).toEqual(plan.procedures);
});

test("a merged chain: a renamed step is its component's, another that of the chain, then that of the slowest component", () => {
  const plan = planOf([hostOs(), driver]);
  expect(Object.keys(plan.procedures)).toEqual(['host-os+driver']);
  const alone = {
    'host-os/apply': step('run', 20),
    'driver/apply': step('run', 4),
    'host-os/activate': step('reboot', 9),
    'driver/activate': step('reboot', 13),
  };
  const minutes = (set: PriorSet, name: string): number => (stepOf(applyPriors(plan, set), name).takes?.medianMs ?? 0) / 60_000;
  expect(minutes(priors(alone), 'host-os.apply')).toBe(20);
  expect(minutes(priors(alone), 'driver.apply')).toBe(4);
  expect(minutes(priors(alone), 'activate')).toBe(13);
  expect(minutes(priors({ ...alone, 'driver+host-os/activate': step('reboot', 10) }), 'activate')).toBe(10);
});

test('a chain without components, which only drains and gives back: as such a chain was learned', () => {
  const plan = planOf([hostOs()]);
  const bare = { ...plan, procedures: { behind: { ...must(plan.procedures['host-os'], 'the procedure'), components: {} } } };
  expect(
    stepOf(applyPriors(bare, priors({ '/drain': step('drain', 40), 'host-os/drain': step('drain', 3) })), 'drain').takes?.medianMs,
  ).toBe(2_400_000);
});

test('the drain: as it was learned, unless the policy assumes which jobs there are', () => {
  const set = priors({ 'host-os/drain': step('drain', 40) });
  expect(stepOf(applyPriors(planOf([hostOs()]), set), 'drain').takes?.medianMs).toBe(40 * 60_000);
  for (const jobs of [null, { busy: 1, nodesEach: null, remaining: { medianMs: 1_000, logSd: 0.1, n: 0, source: 'x' } }]) {
    const plan = planOf([hostOs()], { assume: { jobs } });
    expect(applyPriors(plan, set).procedures).toEqual(plan.procedures);
  }
});

test('the way back: its time only', () => {
  const plan = planOf([hostOs()]);
  const { back } = must(applyPriors(plan, priors({ 'host-os/back': step('run', 25) })).procedures['host-os'], 'the procedure');
  expect(back).toMatchObject({ run: ['/site/rollback', '{previous}'], takes: { medianMs: 1_500_000 }, timeoutMs: 300_000 });
});

test('mop-up: learned shares and times; every way that the run would try stays', () => {
  const plan = planOf([hostOs()]);
  const ways = [
    { way: 'remote', share: 0.7, takes: takes(30) },
    { way: 'reseat', share: 0.3, takes: takes(90) },
  ];
  const off = { share: 0.04, n: 100, a: 4, b: 96 };
  const seen = { off, ways, outlives: null, n: 4, runs: 2 };
  const after = (mopUp: PriorSet['mopUp']) => must(applyPriors(plan, priors({}, mopUp)).procedures['host-os'], 'the procedure').mopUp;
  expect(after({ 'host-os': seen })).toEqual([
    {
      way: 'remote',
      share: 0.7,
      takes: expect.objectContaining({ medianMs: 1_800_000 }) as unknown,
      tries: [{ by: 'bmc', act: 'power-cycle' }],
      crew: null,
      part: null,
    },
    { way: 'reseat', share: 0.3, takes: expect.objectContaining({ medianMs: 5_400_000 }) as unknown, tries: [], crew: null, part: null },
  ]);
  expect(after({ 'host-os': { ...seen, ways: ways.slice(1) } })[0]).toMatchObject({
    way: 'remote',
    share: 0,
    tries: [{ act: 'power-cycle' }],
  });
  expect(after({ 'host-os': { ...seen, n: 0 } })).toEqual(plan.procedures['host-os']?.mopUp);
  expect(after({ driver: seen })).toEqual(plan.procedures['host-os']?.mopUp);
});
