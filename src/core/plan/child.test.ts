import { expect, test } from 'vitest';
import { diffPlans } from './child.ts';
import { exampleCluster, exampleFleet, exampleInput, examplePolicy, exampleProcedure } from './plan-example.ts';
import { makePlan } from './planner.ts';

const fleet = exampleFleet([exampleCluster('lab', 'n[1-16]')]);
const parent = makePlan(exampleInput(fleet)).plan;

test('diff: a plan and itself (nothing)', () => {
  expect(diffPlans(parent, makePlan(exampleInput(fleet)).plan)).toEqual([]);
});

test('diff: another policy, another canary, another step', () => {
  const gates = { ...examplePolicy().gates, returned: { kind: 'share', share: 0.5 } } as const;
  const procedures = new Map([
    ['host-os', exampleProcedure('host-os', { steps: exampleProcedure('host-os').steps.map((step) => ({ ...step, attempts: 2 })) })],
  ]);
  const child = makePlan(
    exampleInput(fleet, { policy: examplePolicy({ gates, canary: { targets: 'n[1-2]', failed: 0 } }), procedures }),
  ).plan;
  expect(diffPlans(parent, child)).toEqual([
    'policy canary: null -> {failed: 0, targets: n[1-2]}',
    'policy gates.returned.share: 0.95 -> 0.5',
    'procedure host-os step apply.attempts: 1 -> 2',
    'procedure host-os step activate.attempts: 1 -> 2',
    'procedure host-os step conform.attempts: 1 -> 2',
    'wave lab.node.canary.affected: n1 -> n[1-2]',
    'wave lab.node.canary.atOnce: 1 -> 2',
    'wave lab.node.canary.gate.returnedMin: 1 -> 2',
    'wave lab.node.canary.targets: n1 -> n[1-2]',
    'wave lab.node.main.affected: n[2-16] -> n[3-16]',
    'wave lab.node.main.atOnce: 15 -> 14',
    'wave lab.node.main.gate.returnedMin: 14 -> 7',
    'wave lab.node.main.targets: n[2-16] -> n[3-16]',
  ]);
});

test('diff: a wave that is gone and one that is new', () => {
  const few = makePlan(exampleInput(exampleFleet([exampleCluster('lab', 'n[1-4]'), exampleCluster('new', 'm1')]))).plan;
  expect(diffPlans(parent, { ...few, fleet: parent.fleet })).toEqual(
    expect.arrayContaining(['wave lab.node.canary: gone', 'wave new.node.main: new']),
  );
});

test('diff: who waits for whom, and another cut', () => {
  const racks = [1, 2].map((r) => ({ name: `r${r}`, nodes: `n[${r * 2 - 1}-${r * 2}]` }));
  const drivers = { ...exampleCluster('', '').drivers, fabric: { use: 'infiniband', options: {} } };
  const leaf = { switches: [{ name: 'l1', role: 'leaf' as const }], links: ['n[1-4]/*--l1/*'], drivers };
  const small = exampleFleet([exampleCluster('lab', 'n[1-4]', { racks, ...leaf })]);
  const switches = exampleProcedure('switch-firmware', { kind: 'switch' });
  const procedures = new Map([
    ['host-os', exampleProcedure('host-os')],
    ['switch-firmware', switches],
  ]);
  const whole = makePlan(exampleInput(small, { procedures })).plan;
  const live = makePlan(
    exampleInput(small, { procedures: new Map([...procedures, ['switch-firmware', { ...switches, needs: 'live' as const }]]) }),
  );
  expect(diffPlans(whole, live.plan)).toEqual([
    'procedure switch-firmware needs: cleared -> live',
    'wave lab.node.main.holds: [{step: apply, until: [lab.switch.main]}] -> none',
    'wave lab.switch.main.quiet: [lab.node.main] -> none',
  ]);
  const cut = makePlan(exampleInput(small, { sequence: { cut: 'rack' } })).plan;
  expect(diffPlans(makePlan(exampleInput(small)).plan, cut)).toEqual(
    expect.arrayContaining(['plan sequence.cut: none -> rack', 'wave lab.node.main: gone', 'wave lab.node.r1.main: new']),
  );
});
