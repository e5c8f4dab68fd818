// Plans in which something waits until nodes are quiet: switches with and without a change of their nodes, spines, feeds, and cuts.
import { expect, test } from 'vitest';
import { tell, tellWaits } from '../../../test/tell-plan.ts';
import type { Procedure } from '../change/procedure.ts';
import type { Cluster, Fleet } from '../fleet/model.ts';
import { exampleCluster, exampleFleet, exampleInput, examplePolicy, exampleProcedure, hcaFirmware, hostOs } from './plan-example.ts';
import type { Sequence } from './plan.ts';
import type { PlanInput, Planned } from './planner.ts';
import { makeChildPlan, makePlan } from './planner.ts';

const DRIVERS = { ...exampleCluster('', '').drivers, fabric: { use: 'infiniband', options: {} } };

/** Units of four nodes with a leaf each, racks of two, and two spines. */
function clusterOf(name: string, nodes: number, more: Partial<Cluster> = {}): Cluster {
  const groups = (of: number, kind: string): { name: string; nodes: string }[] =>
    Array.from({ length: nodes / of }, (_, g) => ({ name: `${name}${kind}${g + 1}`, nodes: `${name}[${g * of + 1}-${g * of + of}]` }));
  const units = groups(4, 'u');
  return exampleCluster(name, `${name}[1-${nodes}]`, {
    units,
    racks: groups(2, 'r'),
    switches: [
      ...units.map((unit) => ({ name: `${unit.name}leaf`, role: 'leaf' as const })),
      ...[1, 2].map((s) => ({ name: `${name}spine${s}`, role: 'spine' as const })),
    ],
    links: units.map((unit) => `${unit.nodes}/*--${unit.name}leaf/*`),
    drivers: DRIVERS,
    ...more,
  });
}

const procedures = (...list: Procedure[]): PlanInput['procedures'] => new Map(list.map((each) => [each.component, each]));
const switchFirmware = exampleProcedure('switch-firmware', {
  kind: 'switch',
  steps: exampleProcedure('switch-firmware').steps.map((step) => ({ ...step, by: 'fabric' })),
});
const both = procedures(hostOs({ after: ['switch-firmware'] }), switchFirmware);
const LIMITS = { 'image-server': { count: 99, per: 'fleet', owner: null, why: null, until: null } } as const;

function plan(fleet: Fleet, more: Partial<PlanInput> & { policy?: PlanInput['policy'] } = {}): Planned {
  const { policy = examplePolicy({ limits: LIMITS }), ...rest } = more;
  return makePlan(exampleInput(fleet, { procedures: both, policy, ...rest }));
}
const waves = ({ plan: { waves: list } }: Planned): string[] =>
  list.map(({ id, targets, ...wave }) => `${id} ${targets}${tellWaits(wave)}`);
const about = ({ report }: Planned, subject: string): string[] => report.why.filter((why) => why.about === subject).map(({ text }) => text);
const errors = ({ findings }: Planned): string[] =>
  findings.filter(({ severity }) => severity === 'error').map(({ rule, target }) => `${rule} ${target}`);

test('quiet: nodes are drained at once and held, switches wait for their silence, the canary is a hold', () => {
  expect(tell(plan(exampleFleet([clusterOf('a', 12)])))).toMatchInlineSnapshot(`
    "a.switch.main: aspine[1-2],au[1-3]leaf once quiet a.node.canary a.node.main; 5 at once; back 4, failed -, rate 0.05; affects a[1-12]
    a.node.canary: a1 held before apply for a.switch.main; 1 at once; back 1, failed 0, rate -
    a.node.main: a[2-12] held before apply for a.switch.main a.node.canary; 11 at once; back 10, failed -, rate 0.05
    phase switch main: a.switch.main
    phase node canary: a.node.canary
    phase node main: a.node.main
    switch canary: none: 5 targets are not more than 8
    node canary: a1: one of 12, the first of a, which is served first; it must come back before the others start
    switch quiet: a switch is worked on once every node that it takes something from is cleared or out of the run; then all of a wave go at once
    node hold: nodes are drained at once, and wait before apply until the switch waves have passed their gates
    node canary: its gate is a hold: the other nodes are drained with it, because the switch waves need them quiet anyhow, and wait for it before apply
    switch main gate: goes on with 95% of a wave back, and holds when more than 5% of the started fail; stragglers never hold up the others
    node canary gate: goes on when all are back, and holds as soon as one has failed
    node main gate: goes on with 95% of a wave back, and holds when more than 5% of the started fail; stragglers never hold up the others
    at once: no limit on acting targets: within a wave every target goes on as soon as it can"
  `);
});

test('quiet: two clusters (each waits for its own switches, all for the canary)', () => {
  expect(waves(plan(exampleFleet([clusterOf('a', 12), clusterOf('b', 4)])))).toMatchInlineSnapshot(`
    [
      "a.switch.main aspine[1-2],au[1-3]leaf once quiet a.node.canary a.node.main",
      "b.switch.main bspine[1-2],bu1leaf once quiet b.node.main",
      "a.node.canary a1 held before apply for a.switch.main",
      "a.node.main a[2-12] held before apply for a.switch.main a.node.canary",
      "b.node.main b[1-4] held before apply for b.switch.main a.node.canary",
    ]
  `);
});

test('quiet: clusters at once 1 (the second is drained when the first has passed its last gate)', () => {
  const policy = examplePolicy({ limits: LIMITS, atOnce: { ...examplePolicy().atOnce, clusters: 1 } });
  const planned = plan(exampleFleet([clusterOf('a', 12), clusterOf('b', 4)]), { policy });
  expect(waves(planned).slice(-1)).toEqual(['b.node.main b[1-4] after a.node.main held before apply for b.switch.main a.node.canary']);
  expect(errors(planned)).toEqual([]);
  const late = plan(exampleFleet([clusterOf('a', 12), clusterOf('b', 4)]), { policy: { ...policy, canary: { targets: 'b1', failed: 0 } } });
  expect(about(late, 'order')).toContain('b first all the same: there the canaries are');
  expect(errors(late)).toEqual([]);
  const spread = plan(exampleFleet([clusterOf('a', 12), clusterOf('b', 4)]), {
    policy: { ...policy, canary: { targets: 'a1,b1', failed: 0 } },
  });
  expect(errors(spread)).toContain('canary-spread a,b');
});

test('overlap: only the activation waits for the switches; a chain in which one component is not named waits as a whole', () => {
  const policy = examplePolicy({ limits: LIMITS, overlap: [['switch-firmware', 'host-os']] });
  const planned = plan(exampleFleet([clusterOf('a', 4)]), { policy });
  expect(waves(planned)).toContain('a.node.main a[1-4] held before activate for a.switch.main');
  expect(about(planned, 'node hold')).toEqual([
    'nodes are drained at once, and wait before activate until the switch waves have passed their gates; what comes before it goes on beside them (policy.overlap)',
  ]);
  const limits = { ...LIMITS, fabric: LIMITS['image-server'] };
  const merged = plan(exampleFleet([clusterOf('a', 4)]), {
    policy: { ...policy, limits },
    procedures: procedures(hostOs({ after: ['switch-firmware'] }), hcaFirmware(), switchFirmware),
  });
  expect(waves(merged)).toContain('a.node.main a[1-4] held before apply for a.switch.main');
  expect(about(merged, 'node hold')).toHaveLength(2);
});

test('redundant: spines one at a time beside working nodes, leaves once it is quiet; nodes wait for their leaves only', () => {
  const policy = examplePolicy({ limits: LIMITS, redundant: true });
  const planned = plan(exampleFleet([clusterOf('a', 8)]), { policy });
  expect(waves(planned)).toMatchInlineSnapshot(`
    [
      "a.switch.main au[1-2]leaf once quiet a.node.main",
      "a.switch.spine aspine[1-2]",
      "a.node.main a[1-8] held before apply for a.switch.main",
    ]
  `);
  expect(planned.plan.waves.find(({ id }) => id === 'a.switch.spine')?.atOnce).toBe(1);
  expect(errors(planned)).toEqual([]);
  const alone = clusterOf('a', 8);
  const single = { ...alone, switches: alone.switches.filter(({ name }) => name !== 'aspine2') };
  expect(waves(plan(exampleFleet([single]), { policy }))[0]).toBe('a.switch.main aspine1,au[1-2]leaf once quiet a.node.main');
});

test('switches alone: their nodes are taken along, stand still, and come back', () => {
  const planned = plan(exampleFleet([clusterOf('a', 4)]), { procedures: procedures(switchFirmware) });
  expect(tell(planned)).toMatchInlineSnapshot(`
    "a.switch.main: aspine[1-2],au1leaf once quiet a.node.behind; 3 at once; back 2, failed -, rate 0.05; affects a[1-4]
    a.node.behind: a[1-4] held before links for a.switch.main; 4 at once; back 3, failed -, rate 0.05
    phase switch main: a.switch.main
    phase node behind: a.node.behind
    switch canary: none: 3 targets are not more than 8
    switch quiet: a switch is worked on once every node that it takes something from is cleared or out of the run; then all of a wave go at once
    nodes behind: a[1-4]: nothing is done to them; they are drained, stand still while the switch behind which they lie is worked on, and are given back
    switch main gate: goes on with 95% of a wave back, and holds when more than 5% of the started fail; stragglers never hold up the others
    node behind gate: goes on with 95% of a wave back, and holds when more than 5% of the started fail; stragglers never hold up the others
    at once: no limit on acting targets: within a wave every target goes on as soon as it can"
  `);
  expect(planned.plan.procedures['nodes-behind']?.steps.map(({ name }) => name)).toEqual(['drain', 'links', 'return']);
});

test('a change for some nodes only: the others behind its switches are taken along', () => {
  const change = { name: 'x', targets: 'a[1-2],au1leaf', want: { 'host-os': '2', 'switch-firmware': '3' }, replace: {} };
  const planned = plan(exampleFleet([clusterOf('a', 8)]), { change });
  expect(waves(planned)).toEqual([
    'a.switch.main au1leaf once quiet a.node.main a.node.behind',
    'a.node.main a[1-2] held before apply for a.switch.main',
    'a.node.behind a[3-4] held before links for a.switch.main',
  ]);
  expect(errors(planned)).toEqual([]);
});

test('a feed that clusters share: quiet in all of them', () => {
  const feed = (nodes: string): Partial<Cluster> => ({ feeds: [{ name: 'feed1', nodes }] });
  const power = exampleProcedure('feed-power', { kind: 'feed' });
  const fleet = exampleFleet([exampleCluster('a', 'a[1-4]', feed('a[1-4]')), exampleCluster('b', 'b[1-4]', feed('b[1-2]'))]);
  expect(waves(plan(fleet, { procedures: procedures(power, exampleProcedure('host-os')) }))).toEqual([
    'a.node.main a[1-4] held before apply for a.feed.main',
    'b.node.main b[1-4] held before apply for a.feed.main',
    'a.feed.main feed1 once quiet a.node.main b.node.main',
  ]);
});

test('what drains by itself, or works on live targets, needs nobody quiet', () => {
  const domains = [{ name: 'd1', nodes: 'a[1-4]', switches: 9 }];
  const fleet = exampleFleet([clusterOf('a', 4, { domains })]);
  const drained = hostOs({ component: 'compute-bundle', kind: 'domain', carries: [], mopUp: [] });
  const [apply, activate] = exampleProcedure('compute-bundle').steps;
  const steps = [
    ...drained.steps.slice(0, 1),
    ...(apply ? [apply] : []),
    ...(activate ? [activate] : []),
    ...exampleProcedure('compute-bundle').steps.slice(2),
  ];
  expect(waves(plan(fleet, { procedures: procedures({ ...drained, steps }) }))).toEqual(['a.domain.main d1']);
  expect(waves(plan(fleet, { procedures: procedures({ ...switchFirmware, needs: 'live' }) }))).toEqual([
    'a.switch.main aspine[1-2],au1leaf',
  ]);
});

test('a domain without a drain of its own: its nodes are drained for it', () => {
  const fleet = exampleFleet([clusterOf('a', 4, { domains: [{ name: 'd1', nodes: 'a[1-4]', switches: 9 }] })]);
  const bundle = exampleProcedure('nvlink-bundle', { kind: 'domain' });
  const planned = plan(fleet, { procedures: procedures(bundle) });
  expect(waves(planned)).toEqual(['a.domain.main d1 once quiet a.node.behind', 'a.node.behind a[1-4] held before links for a.domain.main']);
  expect(errors(planned)).toEqual([]);
});

test('switches after nodes: cannot be, since the nodes would have to be back and quiet at once', () => {
  const late = procedures(exampleProcedure('host-os'), { ...switchFirmware, after: ['host-os'] });
  expect(errors(plan(exampleFleet([clusterOf('a', 4)]), { procedures: late }))).toEqual(['quiet-order switch-firmware']);
});

const sequenced = (sequence: Sequence, more: Partial<PlanInput> = {}): Planned =>
  plan(exampleFleet([clusterOf('a', 8), clusterOf('b', 4)]), { sequence, procedures: procedures(exampleProcedure('host-os')), ...more });

test('sequence: rack by rack, one after the other', () => {
  expect(waves(sequenced({ cut: 'rack' }))).toMatchInlineSnapshot(`
    [
      "a.node.ar1.canary a1",
      "a.node.ar1.main a2 after a.node.ar1.canary",
      "a.node.ar2.main a[3-4] after a.node.ar1.canary a.node.ar1.main",
      "a.node.ar3.main a[5-6] after a.node.ar1.canary a.node.ar2.main",
      "a.node.ar4.main a[7-8] after a.node.ar1.canary a.node.ar3.main",
      "b.node.br1.main b[1-2] after a.node.ar1.canary",
      "b.node.br2.main b[3-4] after a.node.ar1.canary b.node.br1.main",
    ]
  `);
});

test('sequence: units in two rows, clusters in another order, kept by a child', () => {
  const planned = sequenced(
    { order: ['b', 'a'], cut: 'unit', chains: 2 },
    { policy: examplePolicy({ canary: { targets: 'b1', failed: 0 } }) },
  );
  expect(waves(planned)).toEqual([
    'b.node.bu1.canary b1',
    'b.node.bu1.main b[2-4] after b.node.bu1.canary',
    'a.node.au1.main a[1-4] after b.node.bu1.canary',
    'a.node.au2.main a[5-8] after b.node.bu1.canary',
  ]);
  const parent = { ...planned.plan, id: 'a'.repeat(64) };
  const same = { parent, policy: parent.policy, procedures: parent.procedures, calendars: {}, defaults: [], nowMin: null };
  expect(makeChildPlan(same).plan.waves).toEqual(parent.waves);
  expect(makeChildPlan({ ...same, sequence: { cut: 'rack' } }).plan.waves).toHaveLength(7);
  expect(errors(sequenced({ order: ['c'] }))).toEqual(['order-unknown c']);
});

test('sequence: units with their leaves; spines that need all of a cluster quiet forbid the cut, redundant ones do not', () => {
  const policy = examplePolicy({ limits: LIMITS, redundant: true });
  const fleet = exampleFleet([clusterOf('a', 8)]);
  expect(waves(plan(fleet, { policy, sequence: { cut: 'unit' } }))).toMatchInlineSnapshot(`
    [
      "a.switch.au1.main au1leaf once quiet a.node.au1.main",
      "a.switch.au2.main au2leaf once quiet a.node.au2.main",
      "a.switch.spine aspine[1-2]",
      "a.node.au1.main a[1-4] held before apply for a.switch.au1.main",
      "a.node.au2.main a[5-8] after a.node.au1.main held before apply for a.switch.au2.main",
    ]
  `);
  const live = procedures(exampleProcedure('host-os', { after: ['switch-firmware'] }), { ...switchFirmware, needs: 'live' });
  const parent = { ...plan(fleet, { policy, procedures: live, sequence: { cut: 'unit' } }).plan, id: 'a'.repeat(64) };
  expect(parent.waves.find(({ id }) => id === 'a.node.au2.main')?.after).toContain('a.switch.au2.main');
  const child = makeChildPlan({ parent, policy, procedures: parent.procedures, calendars: {}, defaults: [], nowMin: null });
  expect(child.plan.waves).toEqual(parent.waves);
  const whole = plan(fleet, { sequence: { cut: 'unit' } });
  expect(waves(whole)).toHaveLength(2);
  expect(about(whole, 'a')).toEqual(['not cut to units: what needs its nodes quiet there lies across several of them']);
});

test('windows: clusters start in their own, said where it matters; short notice is warned of', () => {
  const customers = [{ name: 'aurora', timezone: 'UTC', priority: 1, noticeMs: 72 * 3_600_000 }];
  const fleet = exampleFleet([exampleCluster('a', 'a[1-2]', { customer: 'aurora' }), exampleCluster('b', 'b[1-2]')], customers);
  const at = (from: number): PlanInput['policy'] =>
    examplePolicy({
      windows: [
        { cluster: 'a', fromMin: from, toMin: from + 60 },
        { cluster: 'b', fromMin: 9_000, toMin: 9_060 },
      ],
    });
  const short = makePlan(exampleInput(fleet, { policy: at(5_319), nowMin: 1_000 }));
  expect(short.findings.find(({ rule }) => rule === 'notice-short')).toMatchObject({ severity: 'warning', target: 'a' });
  expect(about(short, 'windows')).toEqual(['each cluster starts in its own window, whatever the order of waves: a, b 3681 min after it']);
  const enough = makePlan(exampleInput(fleet, { policy: at(5_320), nowMin: 1_000 }));
  expect(enough.findings.map(({ rule }) => rule)).not.toContain('notice-short');
});

test('20,000 nodes rack by rack: planned and checked without looking at each pair of waves', () => {
  const racks = (cluster: string): Cluster['racks'] =>
    Array.from({ length: 2_500 }, (_, r) => ({ name: `${cluster}r${r}`, nodes: `${cluster}-[${pad(r * 4 + 1)}-${pad(r * 4 + 4)}]` }));
  const fleet = exampleFleet(
    Array.from({ length: 2 }, (_, i) => exampleCluster(`c${i}`, `c${i}-[00001-10000]`, { racks: racks(`c${i}`) })),
  );
  const planned = plan(fleet, { procedures: procedures(exampleProcedure('host-os')), sequence: { cut: 'rack' } });
  expect(planned.plan.waves).toHaveLength(5_001);
  expect(errors(planned)).toEqual([]);
});

function pad(n: number): string {
  return String(n).padStart(5, '0');
}
