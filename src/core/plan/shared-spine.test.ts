// Two customers behind one spine: a plan for one of them can be made, and says whom of the other it touches.
import { describe, expect, test } from 'vitest';
import type { Fleet } from '../fleet/model.ts';
import { exampleCluster, exampleFleet, exampleInput, examplePolicy, exampleProcedure, hostOs } from './plan-example.ts';
import { makePlan } from './planner.ts';
import type { Planned, PlanInput } from './planner.ts';

const drivers = { ...exampleCluster('', '').drivers, fabric: { use: 'infiniband', options: {} } };
const leaves = (...names: string[]) => names.map((name) => ({ name, role: 'leaf' as const }));

/** Aurora has two leaves and names the spines; borealis' one leaf hangs on the first of them, its cluster `far` on neither. */
const fleet: Fleet = exampleFleet(
  [
    exampleCluster('north', 'a[1-4]', {
      customer: 'aurora',
      drivers,
      switches: [...leaves('al1', 'al2'), { name: 's1', role: 'spine' }, { name: 's2', role: 'spine' }],
      links: ['a[1-2]/*--al1/*', 'a[3-4]/*--al2/*', 'al1/30--s1/1', 'al1/31--s2/1', 'al2/30--s1/2', 'al2/31--s2/2'],
    }),
    exampleCluster('south', 'b[1-4]', {
      customer: 'borealis',
      drivers,
      switches: leaves('bl1'),
      links: ['b[1-3]/*--bl1/*', 'bl1/30--s1/9'],
    }),
    exampleCluster('far', 'f[1-2]', { customer: 'borealis', drivers }),
  ],
  ['aurora', 'borealis'].map((name, i) => ({ name, timezone: 'UTC', priority: i + 1, noticeMs: 0 })),
);
const switchFirmware = exampleProcedure('switch-firmware', {
  kind: 'switch',
  steps: exampleProcedure('switch-firmware').steps.map((step) => ({ ...step, by: 'fabric' })),
});
const LIMITS = { 'image-server': { count: 99, per: 'fleet', owner: null, why: null, until: null } } as const;

function plan(targets: string | null, more: { policy?: Partial<PlanInput['policy']>; fleet?: Fleet; only?: string } = {}): Planned {
  const all = [hostOs({ after: more.only === undefined ? ['switch-firmware'] : [] }), switchFirmware];
  const procedures = new Map(all.filter(({ component }) => (more.only ?? component) === component).map((each) => [each.component, each]));
  const policy = examplePolicy({ limits: LIMITS, ...more.policy });
  const input = exampleInput(more.fleet ?? fleet, { procedures, policy });
  return makePlan({ ...input, change: { ...input.change, targets } });
}

const others = ({ findings }: Planned): string[] => {
  return findings.filter(({ rule }) => rule === 'affects-others').map((each) => `${each.severity} ${each.target}: ${each.message}`);
};
const errors = ({ findings }: Planned): string[] => findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule);
const affected = ({ plan: { waves } }: Planned, kind: string): string[] => {
  return waves.filter((wave) => wave.kind === kind).map((wave) => `${wave.id} affects ${wave.affected}`);
};

describe('a spine that two customers share', () => {
  test("one customer's maintenance: a plan, with a warning that names the other, the nodes and how many", () => {
    const planned = plan('a[1-4],al[1-2],s[1-2]');
    expect(errors(planned)).toEqual([]);
    expect(affected(planned, 'switch')).toEqual(['north.switch.main affects a[1-4],b[1-3]']);
    expect(others(planned)).toEqual([
      'warning b[1-3]: 3 nodes of customer borealis lose power, a link or the subnet manager in wave north.switch.main without being in this plan: ' +
        'customer borealis must consent to that before the run acts there',
    ]);
    expect(planned.plan.waves.filter(({ cluster }) => cluster !== 'north')).toEqual([]);
  });

  test('one spine after the other beside working nodes: the other customer is asked all the same', () => {
    const planned = plan('a[1-4],al[1-2],s[1-2]', { policy: { redundant: true } });
    expect(errors(planned)).toEqual([]);
    expect(others(planned).map((text) => text.split(' without')[0])).toEqual([
      'warning b[1-3]: 3 nodes of customer borealis lose power, a link or the subnet manager in wave north.switch.spine',
    ]);
  });

  test('the spine alone: nodes of its own customer are taken along, the other is asked', () => {
    const planned = plan('s1', { only: 'switch-firmware' });
    expect(errors(planned)).toEqual([]);
    expect(planned.plan.waves.map(({ id, targets }) => `${id} ${targets}`)).toEqual(['north.switch.main s1', 'north.node.behind a[1-4]']);
    expect(others(planned).map((text) => text.split(' of customer')[0])).toEqual(['warning b[1-3]: 3 nodes']);
  });

  test('a spine or leaf that is not shared, and a change for both customers: nobody else is touched', () => {
    expect(others(plan('a[1-4],al[1-2],s2'))).toEqual([]);
    expect(others(plan('al1', { only: 'switch-firmware' }))).toEqual([]);
    expect(others(plan(null))).toEqual([]);
    expect(errors(plan(null))).toEqual([]);
  });

  test('one cluster at a time: a plan that would wait for itself is refused, one that touches the other only as a stranger is not', () => {
    const atOnce = { ...examplePolicy().atOnce, clusters: 1 };
    expect(errors(plan(null, { policy: { atOnce } }))).toEqual(['wave-deadlock']);
    expect(errors(plan('a[1-4],al[1-2],s2', { policy: { atOnce } }))).toEqual([]);
  });

  test("a node that the subnet manager runs on: another customer's nodes of the same fabric, and none that is not joined to it", () => {
    const [north, ...rest] = fleet.clusters;
    const managed: Fleet = { ...fleet, clusters: [...(north ? [{ ...north, subnetManagers: 'a4' }] : []), ...rest] };
    const planned = plan('a[1-4]', { only: 'host-os', fleet: managed });
    expect(errors(planned)).toEqual([]);
    expect(affected(planned, 'node')).toEqual(['north.node.main affects a[1-4],b[1-4]']);
    expect(others(planned).map((text) => text.split(' lose')[0])).toEqual(['warning b[1-4]: 4 nodes of customer borealis']);
    expect(others(plan('a[1-3]', { only: 'host-os', fleet: managed }))).toEqual([]);
  });
});
