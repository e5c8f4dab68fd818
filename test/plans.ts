// Small plans for tests of the machine and the runner: one cluster, one canary wave, one main wave, the steps of a host image.
import type { Policy } from '../src/core/change/policy.ts';
import type { Step } from '../src/core/change/procedure.ts';
import type { Mode } from '../src/core/fleet/model.ts';
import { foldNames } from '../src/core/fleet/nodeset.ts';
import type { MergedProcedure, Plan, Wave } from '../src/core/plan/plan.ts';

const MINUTE = 60_000;

export interface PlanWishes {
  readonly nodes?: number;
  readonly canary?: number;
  readonly mode?: Mode;
  readonly customer?: string | null;
  readonly atOnce?: number;
  readonly policy?: Partial<Policy>;
  readonly procedure?: Partial<MergedProcedure>;
  readonly canaryFailedMax?: number;
  readonly returnedShare?: number;
}

export function testPolicy(overrides: Partial<Policy> = {}): Policy {
  const all = { kind: 'share', share: 1 } as const;
  return {
    windows: [],
    atWindowEnd: 'finish-started',
    northStarMs: null,
    atOnce: { clusters: null, nodes: all, perRack: all, perUnit: all },
    unavailableAtMost: all,
    limits: {},
    overlap: [],
    redundant: false,
    leases: [],
    canary: null,
    gates: {
      failureRate: null,
      returned: { kind: 'share', share: 0.95 },
      per: [],
      countIn: 'node',
      soakMs: 2 * MINUTE,
      timeoutMs: 30 * MINUTE,
    },
    jobs: { ask: { kind: 'none' }, proof: { kind: 'none' }, then: 'wait', proofTimeoutMs: 10 * MINUTE },
    crew: {},
    parts: {},
    validation: 'all',
    blackouts: [],
    ...overrides,
  };
}

export function testStep(name: string, action: Step['action'], overrides: Partial<Step> = {}): Step {
  return {
    name,
    to: null,
    by: 'shell',
    action,
    early: false,
    destructive: false,
    shared: false,
    uses: [],
    takes: null,
    timeoutMs: 60 * MINUTE,
    attempts: 1,
    fails: 0,
    ...overrides,
  };
}

/** drain, stage (early), apply, activate, conform, validate, return: what a host image does to a node. */
export function testProcedure(overrides: Partial<MergedProcedure> = {}): MergedProcedure {
  return {
    kind: 'node',
    components: { 'host-os': '2025.07' },
    needs: 'cleared',
    steps: [
      testStep('stage', { kind: 'run', argv: ['/site/stage', '{version}'] }, { early: true, attempts: 2 }),
      testStep('drain', { kind: 'do', act: 'drain' }, { to: 'draining', by: 'scheduler', timeoutMs: null }),
      testStep('apply', { kind: 'run', argv: ['/site/apply', '{version}'] }, { to: 'updating', destructive: true }),
      testStep('activate', { kind: 'do', act: 'reboot' }, { to: 'rebooting', destructive: true, attempts: 2, timeoutMs: 40 * MINUTE }),
      testStep('conform', { kind: 'read', read: { 'host-os': ['/site/version', 'host-os'] } }, { to: 'conforming', timeoutMs: 5 * MINUTE }),
      testStep(
        'validate',
        { kind: 'check', checks: [{ name: 'health', run: ['/site/health'], nodes: 1, takes: null, catches: null }] },
        { to: 'validating' },
      ),
      testStep('return', { kind: 'do', act: 'return' }, { by: 'scheduler', timeoutMs: null }),
    ],
    back: { run: ['/site/rollback', '{previous}'], takes: null, timeoutMs: 30 * MINUTE },
    mopUp: [{ way: 'remote', share: 1, takes: null, tries: [{ by: 'shell', act: 'reboot' }], crew: null, part: null }],
    ...overrides,
  };
}

export function testPlan(wishes: PlanWishes = {}): Plan {
  const { nodes = 16, canary = 1, mode = 'act', customer = null, atOnce = nodes, returnedShare = 0.95 } = wishes;
  const names = Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
  const wave = (id: string, targets: string[], after: string[], failedMax: number | null): Wave => ({
    id,
    cluster: 'lab',
    kind: 'node',
    targets: foldNames(targets),
    procedure: 'node',
    after,
    atOnce: Math.min(atOnce, targets.length),
    gate: {
      failedMax,
      returnedMin: failedMax === null ? Math.max(1, Math.floor(returnedShare * targets.length)) : targets.length - failedMax,
      failureRateMax: failedMax === null ? (wishes.policy?.gates?.failureRate ?? null) : null,
    },
    affected: foldNames(targets),
  });
  const waves = [
    wave('canary', names.slice(0, canary), [], wishes.canaryFailedMax ?? 0),
    wave('main', names.slice(canary), ['canary'], null),
  ].filter(({ targets }) => targets !== '');
  const cluster = {
    name: 'lab',
    customer,
    mode,
    workload: 'training',
    nodes: foldNames(names),
    gpusPerNode: 8,
    racks: [],
    units: [],
    domains: [],
    feeds: [],
    switches: [],
    links: [],
    image: null,
    drivers: {},
    leases: {},
  } as const;
  const customers = customer === null ? [] : [{ name: customer, timezone: 'UTC', priority: 1, noticeMs: 0 }];
  return {
    schema: 1,
    id: 'test',
    parent: null,
    fleet: { id: 'test', document: { name: 'lab', timezone: 'UTC', customers, clusters: [cluster] } },
    inventory: null,
    change: { name: 'image', targets: null, want: { 'host-os': '2025.07' }, replace: {} },
    policy: testPolicy(wishes.policy),
    procedures: { node: testProcedure(wishes.procedure) },
    phases: waves.map(({ id }) => ({ name: id, waves: [id] })),
    waves: canary === 0 ? waves.map((main) => ({ ...main, after: [] })) : waves,
    calendars: {},
    catalogue: [],
    report: { why: [], defaults: [] },
    findings: [],
  };
}
