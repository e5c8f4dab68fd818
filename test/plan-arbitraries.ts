// Random fleets, changes, policies and sequences for property tests of plans: nodes in units of four and racks of two, two leaves a unit,
// spines or none, customers of different priority.
import * as fc from 'fast-check';
import type { Policy, Quantity } from '../src/core/change/policy.ts';
import type { Cluster, Fleet } from '../src/core/fleet/model.ts';
import {
  exampleCluster,
  exampleFleet,
  exampleInput,
  examplePolicy,
  exampleProcedure,
  hcaFirmware,
  hostOs,
} from '../src/core/plan/plan-example.ts';
import type { Sequence } from '../src/core/plan/plan.ts';
import type { PlanInput } from '../src/core/plan/planner.ts';

const quantity: fc.Arbitrary<Quantity> = fc.oneof(
  fc.integer({ min: 1, max: 30 }).map((count) => ({ kind: 'count', count }) as const),
  fc.integer({ min: 1, max: 100 }).map((percent) => ({ kind: 'share', share: percent / 100 }) as const),
);

const UNIT = 4;
const RACK = 2;

function fleets(nodesMax: number): fc.Arbitrary<Fleet> {
  const cluster = fc.record({ nodes: fc.integer({ min: 1, max: nodesMax }), spines: fc.integer({ min: 0, max: 2 }) });
  return fc
    .record({
      clusters: fc.array(cluster, { minLength: 1, maxLength: 5 }),
      customers: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 5, maxLength: 5 }),
    })
    .map((drawn) =>
      exampleFleet(
        drawn.clusters.map(({ nodes, spines }, i) => clusterOf(i, nodes, spines, drawn.customers[i] ?? 0)),
        [1, 2, 3].map((priority) => ({ name: `customer${priority}`, timezone: 'UTC', priority: 4 - priority, noticeMs: 0 })),
      ),
    );
}

function clusterOf(i: number, n: number, spines: number, customer: number): Cluster {
  const groups = (of: number, name: string): { name: string; nodes: string }[] =>
    Array.from({ length: Math.ceil(n / of) }, (_, g) => ({
      name: `c${i}${name}${g + 1}`,
      nodes: `c${i}n[${g * of + 1}-${Math.min(n, g * of + of)}]`,
    }));
  const units = groups(UNIT, 'u');
  const leaves = units.flatMap((unit) => [1, 2].map((rail) => ({ name: `${unit.name}r${rail}`, nodes: unit.nodes })));
  return exampleCluster(`c${i}`, `c${i}n[1-${n}]`, {
    customer: customer === 0 ? null : `customer${customer}`,
    units,
    racks: groups(RACK, 'rack'),
    switches: [
      ...leaves.map(({ name }) => ({ name, role: 'leaf' }) as const),
      ...Array.from({ length: spines }, (_, s) => ({ name: `c${i}spine${s + 1}`, role: 'spine' }) as const),
    ],
    links: leaves.map(({ name, nodes }) => `${nodes}/*--${name}/*`),
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

const sequences: fc.Arbitrary<Sequence | undefined> = fc.option(
  fc.record(
    {
      order: fc.shuffledSubarray(['c0', 'c1', 'c2', 'c3', 'c4']),
      cut: fc.constantFrom('cluster', 'unit', 'rack'),
      chains: fc.integer({ min: 1, max: 3 }),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);

export const planInputs = (nodesMax: number): fc.Arbitrary<PlanInput> =>
  fc
    .record({
      fleet: fleets(nodesMax),
      want: fc.subarray(components, { minLength: 1 }),
      nodes: quantity,
      returned: quantity,
      clusters: fc.option(fc.integer({ min: 1, max: 4 })),
      canary: fc.option(fc.constantFrom('c0n1', 'c[0-4]n[1-2]', '@cluster:c0', 'c0n1,c0u1r1', 'c[0-3]u1r[1-2],c2n1', 'c0spine1,c0n1')),
      failed: fc.integer({ min: 0, max: 3 }),
      overlap: fc.constantFrom<Policy['overlap']>([], [['switch-firmware', 'host-os']], [['driver', 'switch-firmware']]),
      redundant: fc.boolean(),
      sequence: sequences,
    })
    .map(({ fleet, want, nodes, returned, clusters, canary, failed, overlap, redundant, sequence }) => {
      const plain = examplePolicy();
      const limit = { count: 3, per: 'fleet', owner: null, why: null, until: null } as const;
      const policy: Policy = examplePolicy({
        atOnce: { ...plain.atOnce, clusters, nodes },
        gates: { ...plain.gates, returned },
        canary: canary === null ? null : { targets: canary, failed },
        limits: { 'image-server': limit, fabric: limit },
        overlap,
        redundant,
      });
      const known = new Set(fleet.clusters.map(({ name }) => name));
      return exampleInput(fleet, {
        policy,
        procedures: new Map(want.map((procedure) => [procedure.component, procedure])),
        sequence: sequence?.order ? { ...sequence, order: sequence.order.filter((name) => known.has(name)) } : sequence,
      });
    });
