// Random fleets, changes and policies: every target exactly once, and the checker finds no error in what the planner makes.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Policy, Quantity } from '../change/policy.ts';
import type { Cluster, Fleet, TargetKind } from '../fleet/model.ts';
import { names, parseNodeSet } from '../fleet/nodeset.ts';
import { checkPlan } from './check.ts';
import type { Plan } from './plan.ts';
import { exampleCluster, exampleFleet, exampleInput, examplePolicy, exampleProcedure, hcaFirmware, hostOs } from './plan-example.ts';
import type { PlanInput } from './planner.ts';
import { makeChildPlan, makePlan } from './planner.ts';

const quantity: fc.Arbitrary<Quantity> = fc.oneof(
  fc.integer({ min: 1, max: 30 }).map((count) => ({ kind: 'count', count }) as const),
  fc.integer({ min: 1, max: 100 }).map((percent) => ({ kind: 'share', share: percent / 100 }) as const),
);

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

const fleets: fc.Arbitrary<Fleet> = fc
  .record({ sizes, customers: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 5, maxLength: 5 }) })
  .map((drawn) =>
    exampleFleet(
      drawn.sizes.map((n, i) => clusterOf(i, n, drawn.customers[i] ?? 0)),
      [1, 2, 3].map((priority) => ({ name: `customer${priority}`, timezone: 'UTC', priority: 4 - priority, noticeMs: 0 })),
    ),
  );

function clusterOf(i: number, n: number, customer: number): Cluster {
  const nodes = `c${i}n[1-${n}]`;
  return exampleCluster(`c${i}`, nodes, {
    customer: customer === 0 ? null : `customer${customer}`,
    switches: [1, 2].map((leaf) => ({ name: `c${i}leaf${leaf}`, role: 'leaf' })),
    links: [1, 2].map((leaf) => `${nodes}/*--c${i}leaf${leaf}/*`),
    domains: [{ name: `c${i}d1`, nodes: `c${i}n[1-${Math.ceil(n / 2)}]`, switches: 2 }],
    drivers: { ...exampleCluster('', '').drivers, fabric: { use: 'infiniband', options: {} } },
  });
}

const switchFirmware = exampleProcedure('switch-firmware', {
  kind: 'switch',
  steps: exampleProcedure('switch-firmware').steps.map((step) => ({ ...step, by: 'fabric' })),
});
const components = [
  hostOs({ after: ['switch-firmware'] }),
  hcaFirmware(),
  switchFirmware,
  exampleProcedure('driver', { after: ['host-os'] }),
];

const inputs: fc.Arbitrary<PlanInput> = fc
  .record({
    fleet: fleets,
    want: fc.subarray(components, { minLength: 1 }),
    nodes: quantity,
    returned: quantity,
    clusters: fc.option(fc.integer({ min: 1, max: 4 })),
    canary: fc.option(fc.constantFrom('c0n1', 'c[0-4]n[1-2]', '@cluster:c0', 'c0n1,c0leaf1', 'c[0-3]leaf[1-2],c2n1')),
    failed: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ fleet, want, nodes, returned, clusters, canary, failed }) => {
    const plain = examplePolicy();
    const limit = { count: 3, per: 'fleet', owner: null, why: null, until: null } as const;
    const policy: Policy = examplePolicy({
      atOnce: { ...plain.atOnce, clusters, nodes },
      gates: { ...plain.gates, returned },
      canary: canary === null ? null : { targets: canary, failed },
      limits: { 'image-server': limit, fabric: limit },
    });
    return exampleInput(fleet, { policy, procedures: new Map(want.map((procedure) => [procedure.component, procedure])) });
  });

/** A canary that touches no target is bad input, and said so; everything else must plan without an error. */
const errorsOf = (findings: Plan['findings']): string[] =>
  findings
    .filter(({ severity, rule }) => severity === 'error' && rule !== 'canary-outside')
    .map(({ rule, target, message }) => `${rule} ${target}: ${message}`);

function targetsOf(plan: Omit<Plan, 'id'>, kind: TargetKind): string[] {
  return plan.waves
    .filter((wave) => wave.kind === kind)
    .flatMap(({ targets }) => {
      const parsed = parseNodeSet(targets);
      return parsed.ok ? [...names(parsed.set)] : [];
    });
}

test('plan: random fleets (every target once, no error by the checker, no empty wave, the same bytes twice)', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const { plan, findings } = makePlan(input);
      expect(errorsOf(findings)).toEqual([]);
      expect(errorsOf(checkPlan(plan, 0))).toEqual([]);
      const kinds = new Set([...input.procedures.values()].map(({ kind }) => kind));
      const nodes = targetsOf(plan, 'node');
      const all = input.fleet.clusters.flatMap((cluster) => {
        const parsed = parseNodeSet(cluster.nodes);
        return parsed.ok ? [...names(parsed.set)] : [];
      });
      expect(nodes.toSorted()).toEqual(kinds.has('node') ? all.toSorted() : []);
      expect(targetsOf(plan, 'switch').length).toBe(kinds.has('switch') ? 2 * input.fleet.clusters.length : 0);
      expect(JSON.stringify(makePlan(input).plan)).toBe(JSON.stringify(plan));
    }),
    { numRuns: 200 },
  );
});

test('plan: random fleets (never more clusters in work than allowed, however long each wave takes)', () => {
  fc.assert(
    fc.property(inputs, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (input, times) => {
      const { plan } = makePlan(input);
      const limit = input.policy.atOnce.clusters ?? Infinity;
      const ends = new Map<string, number>();
      const spans = plan.waves.map((wave) => {
        const start = Math.max(0, ...wave.after.map((id) => ends.get(id) ?? NaN));
        const end = start + (times.next().value ?? 1);
        ends.set(wave.id, end);
        return { cluster: wave.cluster, start, end };
      });
      for (const { start } of spans) {
        const working = new Set(spans.filter((span) => span.start <= start && start < span.end).map(({ cluster }) => cluster));
        expect(working.size).toBeLessThanOrEqual(limit);
      }
    }),
    { numRuns: 200 },
  );
});

test('plan: random fleets (a child with the same policy is its parent again)', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const parent = { ...makePlan(input).plan, id: 'p'.repeat(64) };
      const { policy, procedures, calendars } = parent;
      const child = makeChildPlan({ parent, policy, procedures, calendars, defaults: [], nowMin: null });
      expect(errorsOf(child.findings)).toEqual([]);
      // What waits for what because of a limit of clusters alone can look like a change that comes after another.
      const seen = (plan: Omit<Plan, 'id'>): unknown =>
        policy.atOnce.clusters === null ? plan.waves : plan.waves.map((wave) => ({ ...wave, after: [] }));
      expect(seen(child.plan)).toEqual(seen(parent));
    }),
    { numRuns: 100 },
  );
});
