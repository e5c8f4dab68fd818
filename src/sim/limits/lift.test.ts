import { describe, expect, it } from 'vitest';
import { maintenancePlan } from '../../../test/maintenance.ts';
import { testPlan, testProcedure, testStep } from '../../../test/plans.ts';
import type { Plan, Wave } from '../../core/plan/plan.ts';
import { compile } from '../../core/run/compile.ts';
import {
  withoutApprovals,
  withoutBlackouts,
  withoutCanaryGate,
  withoutClusterOrder,
  withoutCrewLimit,
  withoutDrain,
  withoutKindOrder,
  withoutNamedLimit,
  withoutNodesAtOnce,
  withoutSoak,
  withoutStaging,
  withoutValidation,
  withoutWindows,
} from './lift.ts';
import { registerOf } from './register.ts';

const afterOf = ({ waves }: Plan): object => Object.fromEntries(waves.map(({ id, after }) => [id, after]));

/** Two clusters of switches and nodes; the second after the first, a canary among the nodes of the first. */
function twoClusters(): Plan {
  const plan = testPlan({ nodes: 8, canary: 2 });
  const [canary, main] = plan.waves;
  if (!canary || !main) throw new Error('the test plan has two waves');
  const wave = (id: string, cluster: string, targets: string, after: readonly string[], more: Partial<Wave> = {}): Wave => ({
    ...main,
    id,
    cluster,
    targets,
    affected: targets,
    atOnce: 1,
    after,
    ...more,
  });
  const lab = plan.fleet.document.clusters[0];
  if (!lab) throw new Error('the test plan has a cluster');
  const clusters = [lab, { ...lab, name: 'two', nodes: 'm[1-4]' }];
  return {
    ...plan,
    fleet: { ...plan.fleet, document: { ...plan.fleet.document, clusters } },
    waves: [
      wave('lab.switch', 'lab', 's1', [], { kind: 'switch', quiet: ['lab.main'] }),
      { ...canary, id: 'lab.canary', after: ['lab.switch'] },
      wave('lab.main', 'lab', 'n[3-8]', ['lab.switch', 'lab.canary']),
      wave('two.switch', 'two', 's2', ['lab.main'], { kind: 'switch' }),
      wave('two.main', 'two', 'm[1-4]', ['two.switch', 'lab.canary'], { holds: [{ step: 'apply', until: ['two.switch'] }] }),
    ],
  };
}

describe('lifting an order', () => {
  const plan = twoClusters();

  it('canary: nobody waits for it, but for all that it waited for', () => {
    expect(afterOf(withoutCanaryGate(plan))).toEqual({
      'lab.switch': [],
      'lab.canary': ['lab.switch'],
      'lab.main': ['lab.switch'],
      'two.switch': ['lab.main'],
      'two.main': ['two.switch', 'lab.switch'],
    });
    expect(withoutCanaryGate(plan).waves.every(({ gate }) => gate.failedMax === null)).toBe(true);
  });

  it('clusters: each begins at once, canaries and kinds stay in order', () => {
    expect(afterOf(withoutClusterOrder(plan))).toMatchObject({ 'two.switch': [], 'two.main': ['two.switch', 'lab.canary'] });
  });

  it('kinds: nodes do not wait for switches, nor switches for quiet nodes; clusters stay in order', () => {
    const lifted = withoutKindOrder(plan);
    expect(afterOf(lifted)).toEqual({
      'lab.switch': [],
      'lab.canary': [],
      'lab.main': ['lab.canary'],
      'two.switch': ['lab.switch'],
      'two.main': ['lab.canary', 'lab.main'],
    });
    expect(lifted.waves.flatMap(({ quiet = [], holds = [] }) => [...quiet, ...holds])).toEqual([]);
  });
});

describe('lifting a limit', () => {
  const policy = {
    windows: [
      { cluster: 'lab', fromMin: 1_000, toMin: 1_100 },
      { cluster: 'two', fromMin: 1_050, toMin: 1_200 },
    ],
    blackouts: [{ fromMin: 1_020, toMin: 1_030, why: 'evaluation' }],
    crew: { hands: { count: 2, shifts: '06:00-22:00', timezone: 'UTC' } },
    limits: { server: { count: 3, per: 'fleet', owner: 'imaging', why: 'tested', until: '2031', source: 'load test', since: '2030' } },
    assume: { jobs: { busy: 0.9, nodesEach: 4, remaining: { medianMs: 1, logSd: 1, n: 0, source: 'guess' } } },
  } as const;
  const uses = testProcedure().steps.map((step) => (step.name === 'apply' ? { ...step, uses: ['server'] } : step));
  const mopUp = [{ way: 'hands', share: 1, takes: null, tries: [], crew: 'hands', part: null }];
  const plan: Plan = {
    ...testPlan({ nodes: 12, canary: 2, atOnce: 4, mode: 'confirm', policy, procedure: { steps: uses, mopUp } }),
    calendars: {
      blackouts: [[1_020, 1_030]],
      'crew:hands': [
        [900, 1_000],
        [1_300, 1_400],
      ],
      'windows:lab': [[1_000, 1_100]],
    },
  };

  it('targets and steps keep their names, so that they draw the same chance', () => {
    const names = (of: Plan): object => {
      const { targets, steps } = compile(of);
      return { targets, steps: new Set(steps.map(({ name }) => name)) };
    };
    for (const { lifted } of registerOf(plan)) {
      if (!lifted) continue;
      const before = names(plan) as { targets: string[]; steps: Set<string> };
      const after = names(lifted) as typeof before;
      expect(after.targets).toEqual(before.targets);
      expect([...after.steps].filter((name) => !before.steps.has(name))).toEqual([]);
    }
  });

  it('each is gone, and nothing else', () => {
    expect(withoutNamedLimit(plan, 'server').policy).toMatchObject({ limits: { server: { count: 10_000_000 } }, crew: policy.crew });
    expect(withoutNodesAtOnce(plan).waves.map(({ atOnce }) => atOnce)).toEqual([2, 10]);
    expect(withoutSoak(plan).policy.gates).toEqual({ ...plan.policy.gates, soakMs: 0 });
    expect(withoutWindows(plan).policy.windows.map(({ cluster, fromMin }) => [cluster, fromMin])).toEqual([
      ['lab', 1_000],
      ['two', 1_000],
    ]);
    expect(withoutBlackouts(plan)).toMatchObject({ policy: { blackouts: [] } });
    expect(withoutBlackouts(plan).calendars['blackouts']).toBeUndefined();
    expect(withoutCrewLimit(plan, 'hands').calendars['crew:hands']?.[0]?.[0]).toBe(900);
    expect(withoutCrewLimit(plan, 'hands').calendars['crew:hands']).toHaveLength(1);
    expect(withoutDrain(plan).policy.assume).toMatchObject({ jobs: null });
    expect(withoutApprovals(plan).fleet.document.clusters[0]?.mode).toBe('act');
    const stepsOf = ({ procedures }: Plan): string[] => (procedures['node']?.steps ?? []).map(({ name }) => name);
    expect(stepsOf(withoutStaging(plan))).not.toContain('stage');
    expect(stepsOf(withoutValidation(plan))).not.toContain('validate');
  });

  it('the register has all of them with their owners, named as in policy.yaml', () => {
    const register = registerOf(plan);
    expect(register.map(({ name }) => name)).toEqual([
      'server',
      'atOnce.nodes',
      'canary',
      'gates.soak',
      'approval',
      'windows',
      'blackouts',
      'crew.hands',
      'drain',
      'validation',
      'staging',
    ]);
    expect(register[0]).toMatchObject({
      kind: 'limit',
      value: '3 per fleet',
      owner: 'imaging',
      source: 'load test',
      since: '2030',
      why: 'tested',
      until: '2031',
    });
    expect(register.find(({ name }) => name === 'blackouts')).toMatchObject({ value: '10 min', why: 'evaluation' });
  });

  it('what has room for all costs nothing, and is not rehearsed', () => {
    const roomy = maintenancePlan({ nodes: 10, imageServer: 1 });
    expect(registerOf(roomy).find(({ name }) => name === 'image-server')?.lifted).toBeNull();
    expect(registerOf(roomy).find(({ name }) => name === 'bmc')?.lifted).not.toBeNull();
    const unused = { ...roomy, procedures: { node: testProcedure({ steps: [testStep('drain', { kind: 'do', act: 'drain' })] }) } };
    expect(registerOf(unused).map(({ name }) => name)).not.toContain('image-server');
  });
});
