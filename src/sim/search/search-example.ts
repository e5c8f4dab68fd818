// Small fleets whose best plan is known, for the tests of the search.
import type { Policy } from '../../core/change/policy.ts';
import type { Customer } from '../../core/fleet/model.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { exampleCluster, exampleFleet, exampleInput, examplePolicy, exampleProcedure, exampleStep } from '../../core/plan/plan-example.ts';
import { makePlan, type PlanInput } from '../../core/plan/planner.ts';
import type { Remake } from './build.ts';

export interface ExampleWishes {
  /** Cluster -> its nodes, in racks of four; and its customer's priority, where it has one. */
  readonly clusters: { readonly [name: string]: { readonly nodes: number; readonly priority?: number } };
  /** Places at the image server. */
  readonly places: number;
  readonly policy?: Partial<Policy>;
  readonly calendars?: Plan['calendars'];
}

const MINUTE_MS = 60_000;

export function searchExample(wishes: ExampleWishes): { readonly rules: Plan; readonly remake: Remake } {
  const input = inputOf(wishes);
  const { plan } = makePlan(input);
  return { rules: { ...plan, id: 'rules' }, remake: (changes) => makePlan({ ...input, ...changes }) };
}

/** Stages before the window, ten minutes at the image server, no luck to speak of. */
function inputOf({ clusters, places, policy = {}, calendars = {} }: ExampleWishes): PlanInput {
  const takes = (minutes: number) => ({ medianMs: minutes * MINUTE_MS, logSd: 0.1, n: 50, source: 'lab' });
  const procedure = exampleProcedure('host-os', {
    steps: [
      exampleStep('drain', 'draining', { kind: 'do', act: 'drain' }, { by: 'scheduler', takes: takes(2), timeoutMs: null }),
      exampleStep('stage', null, { kind: 'run', argv: ['/site/stage'] }, { early: true, takes: takes(5), timeoutMs: null }),
      exampleStep(
        'apply',
        'updating',
        { kind: 'run', argv: ['/site/apply'] },
        { destructive: true, takes: takes(10), uses: ['image-server'], timeoutMs: null },
      ),
      exampleStep('activate', 'rebooting', { kind: 'do', act: 'reboot' }, { destructive: true, takes: takes(8), timeoutMs: null }),
      exampleStep('conform', 'conforming', { kind: 'read', read: { 'host-os': ['/site/version'] } }),
    ],
  });
  const customers = Object.entries(clusters).flatMap(([name, { priority }]): Customer[] =>
    priority === undefined ? [] : [{ name: `customer of ${name}`, timezone: 'UTC', priority, noticeMs: 0 }],
  );
  const fleet = exampleFleet(
    Object.entries(clusters).map(([name, { nodes, priority }]) =>
      exampleCluster(name, `${name}[1-${nodes}]`, {
        customer: priority === undefined ? null : `customer of ${name}`,
        racks: Array.from({ length: nodes / 4 }, (_, i) => ({ name: `${name}r${i + 1}`, nodes: `${name}[${4 * i + 1}-${4 * i + 4}]` })),
      }),
    ),
    customers,
  );
  const limits = { 'image-server': { count: places, per: 'fleet', owner: 'imaging', why: null, until: null } } as const;
  return exampleInput(fleet, {
    procedures: new Map([['host-os', procedure]]),
    policy: examplePolicy({ limits, assume: { faultsPerNodeDay: { share: 0, n: 1, source: 'lab' } }, ...policy }),
    calendars,
  });
}
