// The maintenance that benches and tests of forecasts share: fifteen steps a node, an image server and BMC calls that only some can use at a
// time, two in a hundred that fail and wait for a crew. Its figures are those of a prototype that the goals were set by.
import type { Step } from '../src/core/change/procedure.ts';
import type { Policy } from '../src/core/change/policy.ts';
import type { Plan } from '../src/core/plan/plan.ts';
import { testPlan, testPolicy, testStep } from './plans.ts';

const MINUTE = 60_000;

export interface MaintenanceWishes {
  readonly nodes: number;
  readonly canary?: number;
  /** Places, as shares of the nodes; absent: 5 %, 6 % and 0.12 %. */
  readonly imageServer?: number;
  readonly bmc?: number;
  readonly crew?: number;
  /** Share of nodes whose validation fails; absent: 2 %. */
  readonly fails?: number;
  readonly policy?: Partial<Policy>;
}

/** Minutes (median) of the steps between the drain and the return: 15 in all with the drain. */
const MINUTES = [2, 12, 8, 4, 11, 6, 3, 9, 5, 7, 4, 10, 8, 5] as const;
const USES: { readonly [step: number]: string } = { 2: 'image-server', 4: 'image-server', 6: 'bmc' };
const FAILS_AT = 12;

export function maintenancePlan(wishes: MaintenanceWishes): Plan {
  const { nodes, canary = 0, imageServer = 0.05, bmc = 0.06, crew = 0.0012, fails = 0.02 } = wishes;
  const places = (share: number): number => Math.max(1, Math.round(share * nodes));
  const limit = (share: number) => ({ count: places(share), per: 'fleet', owner: 'bench', why: null, until: null }) as const;
  const policy = testPolicy({
    limits: { 'image-server': limit(imageServer), bmc: limit(bmc) },
    crew: { hands: { count: places(crew), shifts: null, timezone: 'UTC' } },
    ...wishes.policy,
  });
  return testPlan({ nodes, canary, policy, procedure: { steps: stepsOf(fails), back: null, mopUp: [{ ...REPAIR }] } });
}

const REPAIR = {
  way: 'repair',
  share: 1,
  takes: prior(45, 0.9),
  tries: [],
  crew: 'hands',
  part: null,
} as const;

function stepsOf(fails: number): Step[] {
  const work = MINUTES.map((minutes, i): Step => {
    const uses = USES[i + 1];
    return testStep(
      `step-${i + 1}`,
      { kind: 'run', argv: ['/site/step', String(i + 1)] },
      {
        to: 'updating',
        destructive: true,
        takes: prior(minutes, 0.3),
        timeoutMs: Math.max(5, 4 * minutes) * MINUTE,
        uses: uses === undefined ? [] : [uses],
        fails: i + 1 === FAILS_AT ? fails : 0,
      },
    );
  });
  return [
    testStep('drain', { kind: 'do', act: 'drain' }, { to: 'draining', by: 'scheduler', timeoutMs: null, takes: prior(3, 0.3) }),
    ...work,
    testStep('return', { kind: 'do', act: 'return' }, { by: 'scheduler', timeoutMs: null, takes: prior(0.1, 0.3) }),
  ];
}

function prior(minutes: number, logSd: number): { medianMs: number; logSd: number; n: number; source: string } {
  return { medianMs: minutes * MINUTE, logSd, n: 30, source: 'model' };
}
