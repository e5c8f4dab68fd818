import { describe, expect, test } from 'vitest';
import type { Policy } from '../change/policy.ts';
import type { Step, StepAction } from '../change/procedure.ts';
import type { Cluster } from '../fleet/model.ts';
import { checkPlan } from './check.ts';
import type { MergedProcedure, Plan, Wave } from './plan.ts';
import { exampleCluster, exampleFleet, exampleInput, examplePolicy, exampleStep } from './plan-example.ts';
import { makePlan } from './planner.ts';

type Draft = Omit<Plan, 'id'>;

const NOW = 1_000;
const LEAVES = { switches: [{ name: 'leaf1', role: 'leaf' as const }], links: ['n[1-16]/*--leaf1/*'] };
const FLEET = exampleFleet(
  [exampleCluster('lab', 'n[1-16]', { customer: 'aurora', ...LEAVES }), exampleCluster('far', 'f[1-4]')],
  [{ name: 'aurora', timezone: 'UTC', priority: 1, noticeMs: 0 }],
);
const GOOD: Draft = makePlan(exampleInput(FLEET)).plan;

const withPolicy = (more: Partial<Policy>): Draft => ({ ...GOOD, policy: { ...GOOD.policy, ...more } });
const withWave = (id: string, change: (wave: Wave) => Partial<Wave>): Draft => ({
  ...GOOD,
  waves: GOOD.waves.map((wave) => (wave.id === id ? { ...wave, ...change(wave) } : wave)),
});
const withProcedure = (change: (procedure: MergedProcedure) => Partial<MergedProcedure>): Draft => {
  const [id = '', procedure] = Object.entries(GOOD.procedures)[0] ?? [];
  return procedure ? { ...GOOD, procedures: { [id]: { ...procedure, ...change(procedure) } } } : GOOD;
};
const withSteps = (change: (steps: readonly Step[]) => readonly Step[]): Draft => withProcedure(({ steps }) => ({ steps: change(steps) }));
const withCluster = (more: Partial<Cluster>): Draft => ({
  ...GOOD,
  fleet: { ...GOOD.fleet, document: exampleFleet(GOOD.fleet.document.clusters.map((c) => (c.name === 'lab' ? { ...c, ...more } : c))) },
});
const window = (cluster: string, fromMin: number, toMin: number): Partial<Policy> => ({
  windows: [
    { cluster, fromMin, toMin },
    { cluster: 'far', fromMin: 2_000, toMin: 2_060 },
  ],
});
const jobs = (more: Partial<Policy['jobs']> = {}): Partial<Policy> => ({ jobs: { ...examplePolicy().jobs, ...more } });
// oxlint-disable-next-line unicorn/no-thenable -- the word of policy.yaml; a text is no thenable
const REQUEUED = { then: 'requeue' } as const;
const gate = (more: Partial<Wave['gate']>) => (wave: Wave) => ({ gate: { ...wave.gate, ...more } });
const act = (name: 'drain' | 'return'): StepAction => ({ kind: 'do', act: name });
const canary = (targets: string): Partial<Policy> => ({ canary: { targets, failed: 0 } });
const rulesOf = (plan: Draft, nowMin: number | null = NOW): string[] =>
  checkPlan(plan, nowMin).map(({ rule, target }) => `${rule} ${target}`);

test('check: a plan without a fault (nothing to say)', () => {
  expect(rulesOf(GOOD)).toEqual([]);
});

/** Rule and target, the plan with the fault, and a plan like it that has none. */
const CASES: readonly (readonly [string, Draft, Draft?])[] = [
  ['error nothing-to-do image', { ...GOOD, waves: [], phases: [] }],
  ['error wave-twice far.node.main', { ...GOOD, waves: [...GOOD.waves, ...GOOD.waves.slice(-1)] }],
  ['error cluster-unknown far.node.main', withWave('far.node.main', () => ({ cluster: 'near' }))],
  ['error procedure-unknown far.node.main', withWave('far.node.main', () => ({ procedure: 'magic' }))],
  ['error kind-wrong far.node.main', withProcedure(() => ({ kind: 'switch' }))],
  ['error set-unreadable far.node.main', withWave('far.node.main', () => ({ targets: 'f[1' }))],
  ['error set-unreadable policy.canary', withPolicy(canary('f[1')), withPolicy(canary('n1'))],
  [
    'error set-unreadable image',
    { ...GOOD, change: { ...GOOD.change, targets: 'n[' } },
    { ...GOOD, change: { ...GOOD.change, targets: 'n[1-16],f[1-4]' } },
  ],
  ['error target-not-in-fleet f5', withWave('far.node.main', () => ({ targets: 'f[1-5]', affected: 'f[1-5]' }))],
  ['error target-not-in-fleet f[1-4]', withWave('far.node.main', () => ({ cluster: 'lab' }))],
  ['error target-twice n1', withWave('lab.node.main', () => ({ targets: 'n[1-16]', affected: 'n[1-16]' }))],
  [
    'error target-missing n16',
    withWave('lab.node.main', () => ({ targets: 'n[2-15]', affected: 'n[2-15]', atOnce: 1 })),
    {
      ...withWave('lab.node.main', () => ({ targets: 'n[2-15]', affected: 'n[2-15]', atOnce: 1 })),
      change: { ...GOOD.change, targets: '@cluster:lab!n16,f[1-4]' },
    },
  ],
  ['error wave-empty far.node.main', withWave('far.node.main', () => ({ targets: '', affected: '' }))],
  ['error at-once-wrong far.node.main', withWave('far.node.main', () => ({ atOnce: 5 })), withWave('far.node.main', () => ({ atOnce: 4 }))],
  ['error at-once-wrong far.node.main', withWave('far.node.main', () => ({ atOnce: 0 })), withWave('far.node.main', () => ({ atOnce: 1 }))],
  [
    'error gate-impossible far.node.main',
    withWave('far.node.main', gate({ returnedMin: 5 })),
    withWave('far.node.main', gate({ returnedMin: 4 })),
  ],
  [
    'error gate-empty far.node.main',
    withWave('far.node.main', gate({ returnedMin: 0 })),
    withWave('far.node.main', gate({ returnedMin: 1 })),
  ],
  ['error gate-empty far.node.main', withWave('far.node.main', gate({ failedMax: 4 })), withWave('far.node.main', gate({ failedMax: 3 }))],
  ['error affected-incomplete f4', withWave('far.node.main', () => ({ affected: 'f[1-3]' }))],
  ['error affected-wrong g1', withWave('far.node.main', () => ({ affected: 'f[1-4],g1' }))],
  [
    'warning affects-others f1',
    {
      ...withWave('lab.node.main', () => ({ affected: 'f1,n[2-16]' })),
      change: { ...GOOD.change, targets: 'n[1-16]' },
      waves: GOOD.waves.filter((w) => w.cluster === 'lab').map((w) => (w.id === 'lab.node.main' ? { ...w, affected: 'f1,n[2-16]' } : w)),
      phases: GOOD.phases.map((p) => ({ ...p, waves: p.waves.filter((w) => w.startsWith('lab')) })),
    },
    withWave('lab.node.main', () => ({ affected: 'f1,n[2-16]' })),
  ],
  ['error after-unknown far.node.main', withWave('far.node.main', ({ after }) => ({ after: [...after, 'nowhere'] }))],
  ['error after-cycle lab.node.canary', withWave('lab.node.canary', () => ({ after: ['lab.node.main'] }))],
  ['error phase-wrong far.node.main', { ...GOOD, phases: GOOD.phases.map((phase) => ({ ...phase, waves: phase.waves.slice(0, 1) })) }],
  ['error phase-wrong ghost', { ...GOOD, phases: [...GOOD.phases, { name: 'late', waves: ['ghost'] }] }],
  ['error phase-wrong lab.node.main', { ...GOOD, phases: [...GOOD.phases, { name: 'late', waves: ['lab.node.main'] }] }],
  [
    'error clusters-at-once lab,far',
    withPolicy({ atOnce: { ...examplePolicy().atOnce, clusters: 1 } }),
    withPolicy({ atOnce: { ...examplePolicy().atOnce, clusters: 2 } }),
  ],
  ['error canary-missing n2', withPolicy(canary('n[1-2]')), withPolicy(canary('n1'))],
  [
    'error canary-late far.node.main',
    { ...withWave('far.node.main', () => ({ after: [] })), policy: { ...GOOD.policy, ...canary('n1') } },
    withPolicy(canary('n1')),
  ],
  ['warning canary-missing node', { ...GOOD, waves: GOOD.waves.map((wave) => ({ ...wave, after: [] })) }],
  ['error conform-missing host-os', withSteps((steps) => steps.filter((step) => step.name !== 'conform'))],
  [
    'error conform-missing host-os',
    withSteps((steps) => [
      ...steps.slice(0, -2),
      ...steps.slice(-2, -1),
      exampleStep('late', 'updating', { kind: 'run', argv: ['/x'] }, { destructive: true }),
      ...steps.slice(-1),
    ]),
  ],
  [
    'error destructive-before-cleared host-os',
    withSteps(([drain, apply, ...rest]) => [apply, drain, ...rest].flatMap((step) => step ?? [])),
  ],
  ['error destructive-before-cleared host-os', withSteps((steps) => steps.filter((step) => step.name !== 'drain'))],
  [
    'error destructive-early host-os',
    withSteps((steps) => [exampleStep('wipe', null, { kind: 'run', argv: ['/x'] }, { early: true, destructive: true }), ...steps]),
    withSteps((steps) => [exampleStep('stage', null, { kind: 'run', argv: ['/x'] }, { early: true }), ...steps]),
  ],
  [
    'error drain-twice host-os',
    withSteps((steps) => [...steps.slice(0, 1), exampleStep('again', 'draining', act('drain')), ...steps.slice(1)]),
  ],
  ['error return-missing host-os', withSteps((steps) => steps.slice(0, -1))],
  ['error return-missing host-os', withSteps((steps) => [...steps, exampleStep('late', null, { kind: 'run', argv: ['/x'] })])],
  [
    'error step-name-twice host-os',
    withSteps((steps) => steps.map((step) => (step.name === 'activate' ? { ...step, name: 'apply' } : step))),
  ],
  [
    'error limit-unknown image-server',
    withSteps((steps) => steps.map((step) => ({ ...step, uses: ['image-server'] }))),
    {
      ...withSteps((steps) => steps.map((step) => ({ ...step, uses: ['image-server'] }))),
      policy: examplePolicy({ limits: { 'image-server': { count: 2, per: 'fleet', owner: null, why: null, until: null } } }),
    },
  ],
  ['warning no-way-back host-os', withProcedure(() => ({ back: null }))],
  [
    'error previous-ambiguous host-os',
    withProcedure(({ steps }) => ({
      components: { 'host-os': '2', hca: '1' },
      steps: steps.map((step) =>
        step.name === 'conform' ? { ...step, action: { kind: 'read', read: { 'host-os': ['/v'], hca: ['/v'] } } } : step,
      ),
    })),
    withProcedure(({ steps }) => ({
      components: { 'host-os': '2', hca: '1' },
      back: { run: ['/b'], takes: null, timeoutMs: 1 },
      steps: steps.map((step) =>
        step.name === 'conform' ? { ...step, action: { kind: 'read', read: { 'host-os': ['/v'], hca: ['/v'] } } } : step,
      ),
    })),
  ],
  ['info never-seen-here host-os', withSteps((steps) => steps.map((step) => (step.name === 'apply' ? { ...step, takes: null } : step)))],
  ['error driver-missing lab', withCluster({ drivers: { scheduler: { use: 'slurm', options: {} } } })],
  [
    'warning mop-up-without-driver lab',
    {
      ...withCluster({ drivers: { scheduler: { use: 'slurm', options: {} }, shell: { use: 'ssh', options: {} } } }),
      procedures: withProcedure(() => ({
        mopUp: [{ way: 'remote', share: 1, takes: null, tries: [{ by: 'bmc', act: 'power-cycle' }], crew: null, part: null }],
      })).procedures,
    },
    withProcedure(() => ({
      mopUp: [{ way: 'remote', share: 1, takes: null, tries: [{ by: 'bmc', act: 'power-cycle' }], crew: null, part: null }],
    })),
  ],
  ['error window-past lab', withPolicy(window('lab', 500, 1_000)), withPolicy(window('lab', 500, 1_001))],
  ['error window-empty lab', withPolicy(window('lab', 2_000, 2_000)), withPolicy(window('lab', 2_000, 2_001))],
  ['error window-unknown moon', withPolicy(window('moon', 2_000, 2_060))],
  ['warning window-missing lab', withPolicy({ windows: [{ cluster: 'far', fromMin: 2_000, toMin: 2_060 }] }), withPolicy({})],
  [
    'error blackout-overlap lab',
    withPolicy({ ...window('lab', 2_000, 2_060), blackouts: [{ fromMin: 2_059, toMin: 2_070, why: 'evaluation' }] }),
    withPolicy({ ...window('lab', 2_000, 2_060), blackouts: [{ fromMin: 2_060, toMin: 2_070, why: 'evaluation' }] }),
  ],
  ['error lease-unknown lab', { ...withPolicy({ leases: ['autoscaler'] }) }, withPolicy({ leases: [] })],
  [
    'error jobs-without-proof policy.jobs',
    withPolicy(jobs({ ask: { kind: 'signal', signal: 'USR1', to: 'batch' } })),
    withPolicy(jobs({ ask: { kind: 'signal', signal: 'USR1', to: 'batch' }, proof: { kind: 'requeued' } })),
  ],
  ['info jobs-consent policy.jobs', withPolicy(jobs(REQUEUED)), withPolicy(jobs())],
  ['warning mode-observe lab', withCluster({ mode: 'observe' }), withCluster({ mode: 'confirm' })],
  ['info mode-drain-only lab', withCluster({ mode: 'drain-only' })],
  ['warning replace-not-covered n7', { ...GOOD, change: { ...GOOD.change, replace: { 'gpu-tray': 'n7' } } }],
  ['info not-in-force-yet policy.crew', withPolicy({ crew: { hardware: { count: 6, shifts: null, timezone: 'UTC' } } })],
  ['info not-in-force-yet policy.parts', withPolicy({ parts: { 'gpu-tray': { onSite: 12, arriving: [] } } })],
  ['info not-in-force-yet policy.validation', withPolicy({ validation: 'sample' }), withPolicy({ validation: 'all' })],
  ['info not-in-force-yet policy.gates.countIn', withPolicy({ gates: { ...examplePolicy().gates, countIn: 'domain' } })],
  ['warning not-in-force-yet switch', withSwitch('lab')],
  [
    'info not-in-force-yet policy.overlap',
    { ...withSwitch('lab'), policy: { ...GOOD.policy, overlap: [['a', 'b']] } },
    { ...GOOD, policy: { ...GOOD.policy, overlap: [['a', 'b']] } },
  ],
  ['info not-in-force-yet policy.redundant', { ...withSwitch('lab'), policy: { ...GOOD.policy, redundant: true } }],
  [
    'error affected-unknown s',
    { ...GOOD, waves: [...GOOD.waves, { ...must(GOOD.waves[2]), id: 's', kind: 'switch', targets: 'leaf1', affected: '' }] },
    { ...GOOD, waves: [...GOOD.waves, { ...must(GOOD.waves[2]), id: 's', kind: 'switch', targets: 'leaf1', affected: 'n1' }] },
  ],
];

/** A wave of a switch in a cluster without a fabric driver. */
function withSwitch(cluster: string): Draft {
  return { ...GOOD, waves: [...GOOD.waves, { ...must(GOOD.waves[2]), id: 's', kind: 'switch', targets: 'leaf1', cluster }] };
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the example has no such wave');
  return value;
}

describe('check: every rule finds what it is for, and nothing where it is not', () => {
  test.each(CASES.map(([expected, bad, good]) => ({ expected, bad, clean: good ?? GOOD })))(
    'check: $expected',
    ({ expected, bad, clean }) => {
      const [severity = '', rule = '', ...target] = expected.split(' ');
      expect(checkPlan(bad, NOW)).toContainEqual({ severity, rule, target: target.join(' '), message: expect.stringMatching(/\w{3}/) });
      expect(rulesOf(clean)).not.toContain(`${rule} ${target.join(' ')}`);
    },
  );
});

test('check: the past is asked about only with a now', () => {
  expect(rulesOf(withPolicy(window('lab', 500, 900)), null)).toEqual([]);
});

test('check: a lease that every cluster has hooks for is none to talk about', () => {
  const hooks = { take: ['/t'], verify: ['/v'], give: ['/g'], renewEveryMs: null };
  const clusters = FLEET.clusters.map((cluster) => ({ ...cluster, leases: { autoscaler: hooks } }));
  const plan: Draft = { ...withPolicy({ leases: ['autoscaler'] }), fleet: { ...GOOD.fleet, document: exampleFleet(clusters) } };
  expect(rulesOf(plan)).toEqual([]);
});
