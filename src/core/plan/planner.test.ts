import { expect, test } from 'vitest';
import type { Fleet, InventoryNode } from '../fleet/model.ts';
import type { Planned } from './planner.ts';
import { makeChildPlan, makePlan } from './planner.ts';
import { exampleCluster, exampleFleet, exampleInput, examplePolicy, exampleProcedure, hcaFirmware, hostOs } from './plan-example.ts';
import { tell } from '../../../test/tell-plan.ts';

const rules = (planned: Planned, severity = 'error'): string[] =>
  planned.findings.filter((finding) => finding.severity === severity).map(({ rule, target }) => `${rule} ${target}`);
const waves = (planned: Planned): string[] => planned.plan.waves.map(({ id, targets, after }) => `${id} ${targets} < ${after.join(' ')}`);
const lab = (nodes: string): Fleet => exampleFleet([exampleCluster('lab', nodes)]);

test('plan: the least example', () => {
  expect(tell(makePlan(exampleInput(lab('n[1-16]'), { policy: examplePolicy({ canary: { targets: 'n1', failed: 0 } }) }))))
    .toMatchInlineSnapshot(`
    "lab.node.canary: n1; 1 at once; back 1, failed 0, rate -
    lab.node.main: n[2-16] after lab.node.canary; 15 at once; back 14, failed -, rate 0.05
    phase canary: lab.node.canary
    phase main: lab.node.main
    node canary: n1 by policy.canary; none may fail, and every other node waits for its gate
    canary gate: goes on when all are back, and holds as soon as one has failed
    main gate: goes on with 95% of a wave back, and holds when more than 5% of the started fail; stragglers never hold up the others
    at once: no limit on acting targets: within a wave every target goes on as soon as it can"
  `);
});

test('plan: canary by default (8 nodes: none, 9 nodes: the first)', () => {
  expect(waves(makePlan(exampleInput(lab('n[1-8]'))))).toEqual(['lab.node.main n[1-8] < ']);
  expect(waves(makePlan(exampleInput(lab('n[1-9]'))))).toEqual(['lab.node.canary n1 < ', 'lab.node.main n[2-9] < lab.node.canary']);
});

test('plan: canary by default is a node that the inventory shows in service', () => {
  const nodes = Array.from({ length: 9 }, (_, i) => `n${i + 1}`).map((name): InventoryNode => ({
    name,
    cluster: 'lab',
    inService: name > 'n2',
    state: 'idle',
    reason: '',
    gpus: 8,
    versions: { 'host-os': '2024.12' },
    jobs: 0,
  }));
  const planned = makePlan(exampleInput(lab('n[1-9]'), { inventory: { id: 'i'.repeat(64), fleet: 'lab', at: 1_000, nodes } }));
  expect(waves(planned)[0]).toBe('lab.node.canary n3 < ');
  expect(planned.plan.inventory).toEqual({ id: 'i'.repeat(64), at: 1_000 });
  // All nodes run one version, so the way back names it.
  expect(planned.plan.procedures['host-os']?.back?.run).toEqual(['/site/rollback', '2024.12']);
  const partly = makePlan(
    exampleInput(lab('n[1-9]'), { inventory: { id: 'i'.repeat(64), fleet: 'lab', at: 1_000, nodes: nodes.slice(0, 3) } }),
  );
  expect(partly.plan.procedures['host-os']?.back?.run).toEqual(['/site/rollback', '{previous}']);
  expect(partly.report.why.at(-1)?.text).toContain('3 nodes seen, 2 of them not in service; nobody looked at n[4-9]');
});

const customers: Fleet['customers'] = [
  { name: 'beta', timezone: 'UTC', priority: 2, noticeMs: 0 },
  { name: 'aurora', timezone: 'UTC', priority: 1, noticeMs: 0 },
];
const three = exampleFleet(
  [
    exampleCluster('own', 'o[1-4]'),
    exampleCluster('phx', 'p[1-4]', { customer: 'beta' }),
    exampleCluster('atl', 'a[1-4]', { customer: 'aurora' }),
  ],
  customers,
);

test('plan: two customers (by priority, the operator last, all together after the canary)', () => {
  expect(waves(makePlan(exampleInput(three)))).toEqual([
    'atl.node.canary a1 < ',
    'atl.node.main a[2-4] < atl.node.canary',
    'phx.node.main p[1-4] < atl.node.canary',
    'own.node.main o[1-4] < atl.node.canary',
  ]);
});

test('plan: clusters at once 1 (each waits for the one before)', () => {
  const policy = examplePolicy({ atOnce: { ...examplePolicy().atOnce, clusters: 1 } });
  const planned = makePlan(exampleInput(three, { policy }));
  expect(waves(planned)).toEqual([
    'atl.node.canary a1 < ',
    'atl.node.main a[2-4] < atl.node.canary',
    'phx.node.main p[1-4] < atl.node.canary atl.node.main',
    'own.node.main o[1-4] < atl.node.canary phx.node.main',
  ]);
  expect(rules(planned)).toEqual([]);
});

test('plan: clusters at once 1 (canaries in every cluster go first)', () => {
  const policy = examplePolicy({ atOnce: { ...examplePolicy().atOnce, clusters: 1 }, canary: { targets: 'a1,p1', failed: 0 } });
  const planned = makePlan(exampleInput(three, { policy }));
  expect(waves(planned)).toEqual([
    'atl.node.canary a1 < ',
    'phx.node.canary p1 < atl.node.canary',
    'atl.node.main a[2-4] < atl.node.canary phx.node.canary',
    'phx.node.main p[2-4] < atl.node.canary phx.node.canary atl.node.main',
    'own.node.main o[1-4] < atl.node.canary phx.node.canary phx.node.main',
  ]);
  expect(rules(planned)).toEqual([]);
});

test('plan: host image with firmware, image server, switches before (kinds in order, limits that bind)', () => {
  const fleet = exampleFleet([
    exampleCluster('phx', 'p[01-16]', {
      switches: [
        { name: 'leaf1', role: 'leaf' },
        { name: 'spine1', role: 'spine' },
      ],
      links: ['p[01-16]/*--leaf1/*', 'leaf1/*--spine1/*'],
      drivers: { ...exampleCluster('', '').drivers, fabric: { use: 'infiniband', options: {} } },
    }),
  ]);
  const procedures = new Map(
    [
      hostOs({ after: ['switch-firmware'] }),
      hcaFirmware(),
      exampleProcedure('switch-firmware', {
        kind: 'switch',
        steps: exampleProcedure('switch-firmware').steps.map((step) => ({ ...step, by: 'fabric' })),
      }),
    ].map((procedure) => [procedure.component, procedure]),
  );
  const policy = examplePolicy({
    limits: {
      'image-server': { count: 4, per: 'fleet', owner: 'imaging', why: 'tested 2031-05', until: null },
      fabric: { count: 400, per: 'fleet', owner: null, why: null, until: null },
    },
    atOnce: { ...examplePolicy().atOnce, nodes: { kind: 'share', share: 0.5 } },
  });
  expect(tell(makePlan(exampleInput(fleet, { procedures, policy })))).toMatchInlineSnapshot(`
    "phx.switch.main: leaf1,spine1 once quiet phx.node.canary phx.node.main; 1 at once; back 1, failed -, rate 0.05; affects p[01-16]
    phx.node.canary: p01 held before apply for phx.switch.main; 1 at once; back 1, failed 0, rate -
    phx.node.main: p[02-16] held before apply for phx.switch.main phx.node.canary; 7 at once; back 14, failed -, rate 0.05
    phase switch main: phx.switch.main
    phase node canary: phx.node.canary
    phase node main: phx.node.main
    hca-firmware+host-os: host-os carries hca-firmware: its burn is saved (apply), its activation is not, and conform looks whether it RUNS
    hca-firmware+host-os: one activation (warm, activate of host-os) serves hca-firmware, host-os: 1 saved on each target
    hca-firmware+host-os: one look at what RUNS covers 2 components: 1 step saved
    hca-firmware+host-os: check quick is asked for by host-os too and runs once
    hca-firmware+host-os: no way back: {previous} could be that of any component; plan with an inventory of all nodes in which each component runs one version
    switch canary: none: 2 targets are not more than 8
    node canary: p01: one of 16, the first of phx, which is served first; it must come back before the others start
    switch quiet: a switch is worked on once every node that it takes something from is cleared or out of the run; then all of a wave go at once
    node hold: nodes are drained at once, and wait before apply until the switch waves have passed their gates
    node canary: its gate is a hold: the other nodes are drained with it, because the switch waves need them quiet anyhow, and wait for it before apply
    switch main gate: goes on with 95% of a wave back, and holds when more than 5% of the started fail; stragglers never hold up the others
    node canary gate: goes on when all are back, and holds as soon as one has failed
    node main gate: goes on with 95% of a wave back, and holds when more than 5% of the started fail; stragglers never hold up the others
    at once: policy.atOnce.nodes (50%) lets at most 7 targets of a wave act at the same time
    limit image-server: 4 per fleet at once in stage of hca-firmware+host-os (owner imaging, tested 2031-05): binds, 16 targets need it
    warning no-way-back: hca-firmware+host-os"
  `);
});

test('plan: a count that must be back is cut to the wave, and one must always be back', () => {
  const gates = { ...examplePolicy().gates, returned: { kind: 'count', count: 900 } } as const;
  const policy = examplePolicy({ gates, canary: { targets: 'n[1-2]', failed: 7 } });
  const planned = makePlan(exampleInput(lab('n[1-10]'), { policy }));
  expect(planned.plan.waves.map(({ gate }) => [gate.returnedMin, gate.failedMax])).toEqual([
    [1, 1],
    [8, null],
  ]);
  expect(rules(planned)).toEqual([]);
});

test('plan: bad input is found, not thrown', () => {
  const cycle = new Map(['a', 'b'].map((name, i, all) => [name, exampleProcedure(name, { after: [all[1 - i] ?? ''] })]));
  const cyclic = makePlan(exampleInput(lab('n[1-4]'), { procedures: cycle }));
  expect(cyclic.findings.find(({ rule }) => rule === 'after-cycle')?.message).toContain('a after b after a');
  const change = { name: 'x', targets: 'n[3-9],u1', want: { 'host-os': '2', ghost: '1' }, replace: { 'gpu-tray': 'n3' } };
  const planned = makePlan(exampleInput(lab('n[1-4]'), { change }));
  expect(rules(planned)).toEqual(['component-unknown ghost', 'target-unknown n[5-9],u1']);
  expect(rules(planned, 'warning')).toEqual(['replace-not-covered n3']);
  expect(waves(planned)).toEqual(['lab.node.main n[3-4] < ']);
  const switches = new Map([['switch-firmware', exampleProcedure('switch-firmware', { kind: 'switch' })]]);
  expect(rules(makePlan(exampleInput(lab('n[1-4]'), { procedures: switches })))).toEqual([
    'no-targets switch-firmware',
    'nothing-to-do image',
  ]);
  const broken = makePlan(exampleInput(lab('n[1-4]'), { change: { ...change, targets: 'n[1', want: { 'host-os': '2' } } }));
  expect(rules(broken)).toContain('targets-unreadable n[1');
  const canary = makePlan(exampleInput(lab('n[1-4]'), { policy: examplePolicy({ canary: { targets: 'n7', failed: 0 } }) }));
  expect(rules(canary)).toEqual(['canary-outside n7']);
});

test('plan: kinds that wait for each other are a cycle too', () => {
  const procedures = new Map([
    ['a', exampleProcedure('a', { after: ['s'] })],
    ['b', exampleProcedure('b')],
    ['s', exampleProcedure('s', { kind: 'switch', after: ['b'] })],
  ]);
  const fleet = exampleFleet([exampleCluster('lab', 'n[1-4]', { switches: [{ name: 'l1', role: 'leaf' }], links: ['n[1-4]/*--l1/*'] })]);
  expect(rules(makePlan(exampleInput(fleet, { procedures })))).toEqual(['after-cycle node']);
});

test('plan: targets of a kind that nothing is wanted for are named', () => {
  const fleet = exampleFleet([exampleCluster('lab', 'n[1-4]', { switches: [{ name: 'l1', role: 'leaf' }] })]);
  const change = { name: 'x', targets: 'n[1-4],l1', want: { 'host-os': '2' }, replace: {} };
  expect(rules(makePlan(exampleInput(fleet, { change })), 'warning')).toEqual(['target-idle l1']);
});

test('plan: the same input gives the same bytes, in whatever order it is written', () => {
  const procedures = [hostOs(), hcaFirmware()].map((procedure) => [procedure.component, procedure] as const);
  const bytes = [new Map(procedures), new Map(procedures.toReversed())].map((map) =>
    JSON.stringify(makePlan(exampleInput(three, { procedures: map })).plan.waves),
  );
  expect(bytes[0]).toBe(bytes[1]);
});

test('plan: a child with another policy keeps kinds, merge reasons and parentage', () => {
  const parent = { ...makePlan(exampleInput(three)).plan, id: 'a'.repeat(64) };
  const policy = examplePolicy({ canary: { targets: 'p1', failed: 0 } });
  const child = makeChildPlan({ parent, policy, calendars: {}, procedures: parent.procedures, defaults: [], nowMin: null });
  expect(child.plan.parent).toBe(parent.id);
  expect(waves(child)[0]).toBe('phx.node.canary p1 < ');
  expect(child.plan.procedures).toEqual(parent.procedures);
  const same = makeChildPlan({ parent, policy: parent.policy, calendars: {}, procedures: parent.procedures, defaults: [], nowMin: null });
  expect(same.plan.waves).toEqual(parent.waves);
});

test('plan: 100,000 nodes in less than two seconds, sets kept folded', () => {
  const clusters = Array.from({ length: 10 }, (_, i) =>
    exampleCluster(`c${i}`, `c${i}-[00001-10000]`, { domains: Array.from({ length: 100 }, (__, d) => domain(i, d)) }),
  );
  const input = exampleInput(exampleFleet(clusters));
  const start = performance.now();
  const planned = makePlan(input);
  expect(performance.now() - start).toBeLessThan(2_000);
  expect(planned.plan.waves.map(({ targets }) => targets)).toContain('c0-[00002-10000]');
  expect(rules(planned)).toEqual([]);
});

function domain(cluster: number, index: number): { name: string; nodes: string; switches: number } {
  const pad = (n: number): string => String(n).padStart(5, '0');
  return { name: `c${cluster}d${index}`, nodes: `c${cluster}-[${pad(index * 100 + 1)}-${pad(index * 100 + 100)}]`, switches: 9 };
}
