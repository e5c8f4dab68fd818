// A small fleet, a host image and an HCA firmware for it: the example that the tests of plans start from and change.
import type { Policy } from '../change/policy.ts';
import type { Procedure, Step, StepAction } from '../change/procedure.ts';
import type { Cluster, Fleet } from '../fleet/model.ts';
import type { PlanInput } from './planner.ts';

export function exampleCluster(name: string, nodes: string, more: Partial<Cluster> = {}): Cluster {
  return {
    name,
    customer: null,
    mode: 'act',
    workload: 'training',
    nodes,
    gpusPerNode: 8,
    racks: [],
    units: [],
    domains: [],
    feeds: [],
    switches: [],
    links: [],
    image: null,
    drivers: { scheduler: { use: 'slurm', options: {} }, shell: { use: 'ssh', options: {} }, bmc: { use: 'redfish', options: {} } },
    leases: {},
    ...more,
  };
}

export function exampleFleet(clusters: readonly Cluster[], customers: Fleet['customers'] = []): Fleet {
  return { name: 'lab', timezone: 'UTC', customers, clusters };
}

export function examplePolicy(more: Partial<Policy> = {}): Policy {
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
      failureRate: 0.05,
      returned: { kind: 'share', share: 0.95 },
      per: ['cluster', 'customer'],
      countIn: 'node',
      soakMs: 900_000,
      timeoutMs: 1_800_000,
    },
    // oxlint-disable-next-line unicorn/no-thenable -- the word of policy.yaml; a text is no thenable
    jobs: { ask: { kind: 'none' }, proof: { kind: 'none' }, then: 'wait', proofTimeoutMs: 600_000 },
    crew: {},
    parts: {},
    validation: 'all',
    blackouts: [],
    ...more,
  };
}

export function exampleStep(name: string, to: Step['to'], action: StepAction, more: Partial<Step> = {}): Step {
  return {
    name,
    to,
    by: 'shell',
    action,
    early: false,
    destructive: false,
    shared: false,
    uses: [],
    takes: { medianMs: 60_000, logSd: 0.3, n: 9, source: 'lab' },
    timeoutMs: 300_000,
    attempts: 1,
    fails: 0,
    ...more,
  };
}

const run = (...argv: string[]): StepAction => ({ kind: 'run', argv });

/** A short procedure: apply, reboot, conform, with a way back. */
export function exampleProcedure(component: string, more: Partial<Procedure> = {}): Procedure {
  return {
    component,
    kind: 'node',
    carries: [],
    activates: 'warm',
    needs: 'cleared',
    after: [],
    steps: [
      exampleStep('apply', 'updating', run('/site/apply', '{version}'), { destructive: true }),
      exampleStep('activate', 'rebooting', { kind: 'do', act: 'reboot' }, { destructive: true, shared: true }),
      exampleStep('conform', 'conforming', { kind: 'read', read: { [component]: ['/site/version', component] } }),
    ],
    back: { run: ['/site/rollback', '{previous}'], takes: null, timeoutMs: 300_000 },
    mopUp: [],
    ...more,
  };
}

/** As catalogue/host-os.yaml of docs/reference/files.md: it brings the HCA's firmware with it. */
export function hostOs(more: Partial<Procedure> = {}): Procedure {
  const short = exampleProcedure('host-os');
  const [apply, activate] = short.steps;
  return {
    ...short,
    carries: ['hca-firmware'],
    steps: [
      exampleStep('drain', 'draining', { kind: 'do', act: 'drain' }, { by: 'scheduler', timeoutMs: null, takes: null }),
      exampleStep('stage', null, run('/site/stage', '{version}'), { early: true, uses: ['image-server'] }),
      ...(apply ? [apply] : []),
      ...(activate ? [activate] : []),
      exampleStep('conform', 'conforming', {
        kind: 'read',
        read: { 'host-os': ['/site/version', 'os'], 'hca-firmware': ['/site/version', 'hca'] },
      }),
      exampleStep('validate', 'validating', {
        kind: 'check',
        checks: [{ name: 'quick', run: ['/site/health'], nodes: 1, takes: null, catches: 0.6 }],
      }),
    ],
    mopUp: [{ way: 'remote', share: 0.6, takes: null, tries: [{ by: 'bmc', act: 'power-cycle' }], crew: null, part: null }],
    ...more,
  };
}

export function hcaFirmware(more: Partial<Procedure> = {}): Procedure {
  return exampleProcedure('hca-firmware', {
    activates: 'fw-reset',
    steps: [
      exampleStep('apply', 'updating', run('/site/burn', '{version}'), { destructive: true }),
      exampleStep('activate', 'rebooting', run('/site/fw-reset'), {
        destructive: true,
        shared: true,
        uses: ['fabric'],
        timeoutMs: 900_000,
      }),
      exampleStep('conform', 'conforming', { kind: 'read', read: { 'hca-firmware': ['/site/hca-version'] } }),
      exampleStep('validate', 'validating', {
        kind: 'check',
        checks: [
          { name: 'quick', run: ['/site/health'], nodes: 1, takes: null, catches: 0.6 },
          { name: 'links', run: ['/site/links'], nodes: 1, takes: null, catches: null },
        ],
      }),
    ],
    ...more,
  });
}

/** One host image for a fleet; `want` follows the procedures given. */
export function exampleInput(fleet: Fleet, more: Partial<PlanInput> = {}): PlanInput {
  const procedures = more.procedures ?? new Map([['host-os', exampleProcedure('host-os')]]);
  return {
    fleet,
    fleetId: 'f'.repeat(64),
    change: {
      name: 'image',
      targets: null,
      want: Object.fromEntries([...procedures.keys()].map((component) => [component, '2025.07'])),
      replace: {},
    },
    procedures,
    catalogue: [{ component: 'host-os', sha256: 'c'.repeat(64) }],
    policy: examplePolicy(),
    calendars: {},
    defaults: ['policy.gates.returned = 95%'],
    inventory: null,
    parent: null,
    nowMin: null,
    ...more,
  };
}
