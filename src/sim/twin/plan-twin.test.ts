import { describe, expect, test } from 'vitest';
import { testPlan } from '../../../test/plans.ts';
import type { Cluster } from '../../core/fleet/model.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { must } from '../../std/assert.ts';
import { planTwin, playsRole } from './plan-twin.ts';

const ROLES = ['scheduler', 'shell', 'bmc', 'fabric', 'allocator', 'alerts'] as const;
const NAMED = { fabric: { use: 'infiniband', options: {} }, alerts: { use: 'alertmanager', options: {} } };
const CABLES = {
  switches: [
    { name: 'u1r1', role: 'leaf' },
    { name: 's1', role: 'spine' },
  ],
  links: ['n[1-6]/*--u1r1/*', 'n1/mlx5_9--u1r1/2', 'u1r1/*--s1/*'],
  subnetManagers: 's1,n2',
} as const;

describe('the twin of a plan', () => {
  test('whose clusters name no such drivers: its nodes, and nothing else', () => {
    const plan = planWith(CABLES);
    expect(planTwin(plan, { seed: 7 })).toMatchObject({ nodes: ['n1', 'n2', 'n3', 'n4'], fabric: null, alerts: null, seed: 7 });
    expect(ROLES.filter((role) => playsRole(plan, 'lab', role))).toEqual(['scheduler', 'shell', 'bmc']);
  });

  test('whose clusters do: cables folded out, adapters and ports numbered beside those that are known, managers on their hosts', () => {
    const plan = planWith({ ...CABLES, drivers: NAMED });
    const { nodes, fabric, alerts } = planTwin(plan, { fabric: { disturbs: 0.5 } }, ['n4', 'n3', 'n2', 'n1']);
    expect(nodes).toEqual(['n4', 'n3', 'n2', 'n1']);
    expect(alerts).not.toBeNull();
    expect(fabric).toMatchObject({
      disturbs: 0.5,
      managers: [
        { name: 'n2', on: 'n2' },
        { name: 's1', on: 's1' },
      ],
    });
    const cables = ['n1/h1--u1r1/1', 'n2/h1--u1r1/3', 'n3/h1--u1r1/4', 'n4/h1--u1r1/5', 'n1/mlx5_9--u1r1/2', 's1/1--u1r1/8'];
    expect(fabric?.links).toEqual(cables);
    expect(ROLES.filter((role) => playsRole(plan, 'lab', role))).toEqual(['scheduler', 'shell', 'bmc', 'fabric', 'alerts']);
  });

  test('which acts on switches: nodes behind them are there, too', () => {
    const plan = planWith({ ...CABLES, drivers: NAMED });
    const [wave] = plan.waves;
    const onSwitches = { ...plan, waves: [...plan.waves, { ...must(wave, 'a wave'), id: 's', kind: 'switch', targets: 'u1r1' } as const] };
    expect(planTwin(onSwitches, {}).nodes).toEqual(['n1', 'n2', 'n3', 'n4', 'n5', 'n6']);
  });
});

function planWith(more: Partial<Cluster>): Plan {
  const plan = testPlan({ nodes: 4 });
  const { document } = plan.fleet;
  const clusters = document.clusters.map((cluster) => ({ ...cluster, nodes: 'n[1-6]', ...more }));
  return { ...plan, fleet: { ...plan.fleet, document: { ...document, clusters } } };
}
