import { describe, expect, it } from 'vitest';
import { exampleCluster, exampleFleet } from '../../core/plan/plan-example.ts';
import { fold, nodeSetOf } from '../../core/fleet/nodeset.ts';
import type { Plan, Wave } from '../../core/plan/plan.ts';
import { must } from '../../std/assert.ts';
import { testPlan } from '../../../test/plans.ts';
import { AURORA, BOREALIS, twoCustomersPlan } from '../../../test/two-customers.ts';
import { ActRefusedError } from './act-refused.ts';
import { ownPlan, soonerPlan } from './own-plan.ts';
import { customersOf, devicesWith, isOnlyTheirs, nodesNamed, ownTargets, planHas, targetsOfNodes } from './own-targets.ts';
import { shifted, soonerThan } from './shifted.ts';

/** NVL domains of two nodes and a leaf switch for aurora, nodes of borealis beside them. */
function racks(): Plan {
  const plan = testPlan();
  const own = exampleCluster('nvl', 'd[1-4]', {
    customer: AURORA,
    domains: [
      { name: 'dom1', nodes: 'd[1-2]', switches: 0 },
      { name: 'dom2', nodes: 'd[3-4]', switches: 0 },
    ],
    switches: [
      { name: 'leaf1', role: 'leaf' },
      { name: 'spine1', role: 'spine' },
    ],
    links: ['d[1-4]/hca--leaf1/*'],
  });
  const fleet = exampleFleet([own, exampleCluster('south', 'zz[1-2]', { customer: BOREALIS })]);
  const wave = (id: string, cluster: string, kind: Wave['kind'], targets: string): Wave => ({
    ...must(plan.waves[0], 'a wave'),
    id,
    cluster,
    kind,
    targets,
    affected: targets,
  });
  const waves = [wave('d', 'nvl', 'domain', 'dom[1-2]'), wave('s', 'nvl', 'switch', 'leaf1,spine1'), wave('z', 'south', 'node', 'zz[1-2]')];
  return { ...plan, fleet: { ...plan.fleet, document: fleet }, waves };
}

describe("what is a customer's", () => {
  it('targets, nodes inside domains, and devices, of their clusters alone', () => {
    const own = ownTargets(racks(), AURORA);
    expect([own.all, fold(own.nodes), own.devices]).toEqual([['dom1', 'dom2', 'leaf1', 'spine1'], 'd[1-4]', ['leaf1', 'spine1']]);
    expect([planHas(racks(), AURORA), planHas(racks(), 'nobody'), isOnlyTheirs(racks(), AURORA)]).toEqual([true, false, false]);
    expect(customersOf(racks())).toEqual([AURORA, BOREALIS]);
  });

  it('a domain goes whole', () => {
    const own = ownTargets(racks(), AURORA);
    expect(targetsOfNodes(own, nodesNamed(own, 'd[1-2]'))).toEqual(['dom1']);
    expect(fold(nodesNamed(own, '@domain:dom2'))).toBe('d[3-4]');
    expect(() => targetsOfNodes(own, nodesNamed(own, 'd[1-3]'))).toThrow(ActRefusedError);
    expect(() => nodesNamed(own, '@domain:dom2,zz1')).toThrow(/not among your nodes/);
  });

  it('a device goes with the last node behind it, one behind which there is none with the last of all', () => {
    const own = ownTargets(racks(), AURORA);
    expect(devicesWith(own, nodeSetOf(['d1', 'd2', 'd3']))).toEqual([]);
    expect(devicesWith(own, nodeSetOf(['d1', 'd2', 'd3', 'd4']))).toEqual(['leaf1', 'spine1']);
  });
});

describe('the part of a plan that is theirs', () => {
  it('has their waves and windows and an id of its own; without neighbours it is the plan', () => {
    const plan = twoCustomersPlan();
    const windows = ['north', 'south'].map((cluster) => ({ cluster, fromMin: 10, toMin: 20 }));
    const own = must(ownPlan({ ...plan, policy: { ...plan.policy, windows } }, BOREALIS, {}), 'a plan');
    expect([own.waves.map(({ targets }) => targets), own.policy.windows.map(({ cluster }) => cluster)]).toEqual([['zz[1-4]'], ['south']]);
    expect(own.id).not.toBe(plan.id);
    expect(own.id).not.toBe(ownPlan(plan, AURORA, {})?.id);
    const alone = { ...plan, waves: plan.waves.slice(0, 1), phases: [{ name: 'main', waves: ['north'] }] };
    expect(ownPlan(alone, AURORA, {})).toBe(alone);
    expect(ownPlan(alone, AURORA, { only: 'a1' })?.waves[0]?.targets).toBe('a1');
    expect(ownPlan(plan, 'nobody', {})).toBeNull();
  });

  it('unvalidated: without its checks, under another id', () => {
    const own = must(ownPlan(twoCustomersPlan(), AURORA, {}), 'a plan');
    const sooner = soonerPlan(own);
    const kinds = (plan: Plan) => Object.values(plan.procedures).flatMap(({ steps }) => steps.map(({ action }) => action.kind));
    expect([kinds(own).includes('check'), kinds(sooner).includes('check')]).toEqual([true, false]);
    expect([sooner.policy.validation, sooner.id === own.id]).toEqual(['none', false]);
  });
});

describe('estimates on another clock', () => {
  const marks = (p50Min: number, p90Min: number | null) => ({ '95': { p50Min, p90Min } });

  it('are moved, and what is not known stays so', () => {
    const moved = shifted({ marks: marks(60, null), curve: [{ share: 1, p10Min: 1, p50Min: 2, p90Min: null }] }, 30);
    expect(moved?.marks['95']).toEqual({ p50Min: 90, p90Min: null });
    expect(moved?.curve).toEqual([{ share: 1, p10Min: 31, p50Min: 32, p90Min: null }]);
    expect(shifted(null, 30)).toBeNull();
  });

  it('sooner by as much as beforehand, and never later', () => {
    expect(soonerThan(marks(100, 200), marks(60, 80), marks(50, 90))['95']).toEqual({ p50Min: 90, p90Min: 200 });
    expect(soonerThan(marks(100, null), marks(60, 80), marks(50, 70))['95']).toEqual({ p50Min: 90, p90Min: null });
  });
});
