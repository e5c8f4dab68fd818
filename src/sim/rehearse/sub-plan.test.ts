import { describe, expect, it } from 'vitest';
import { testPlan } from '../../../test/plans.ts';
import { oneNodePlan } from './one-node.ts';
import { planSize, subPlan, targetsByWave } from './sub-plan.ts';

describe('sub-plan', () => {
  const plan = testPlan({ nodes: 100, canary: 4, canaryFailedMax: 1 });
  const targets = targetsByWave(plan);

  it('keeps names, and makes gates and places smaller with their waves', () => {
    const kept = new Map([...targets].map(([id, names]) => [id, names.filter((_, i) => i % 4 === 0)]));
    const { waves } = subPlan(plan, kept);
    expect(waves.map(({ id, targets: names, atOnce, gate }) => ({ id, names, atOnce, gate }))).toEqual([
      { id: 'canary', names: 'n1', atOnce: 1, gate: { failedMax: 0, returnedMin: 1, failureRateMax: null } },
      {
        id: 'main',
        names: 'n[5,9,13,17,21,25,29,33,37,41,45,49,53,57,61,65,69,73,77,81,85,89,93,97]',
        atOnce: 24,
        gate: { failedMax: null, returnedMin: 22, failureRateMax: null },
      },
    ]);
  });

  it('a count of places stays, a share of them shrinks', () => {
    const some = new Map([['main', (targets.get('main') ?? []).slice(0, 48)]]);
    const places = (atOnce: 'count' | 'share'): number | undefined => {
      const quantity = atOnce === 'count' ? ({ kind: 'count', count: 20 } as const) : ({ kind: 'share', share: 0.25 } as const);
      const narrow = testPlan({ nodes: 96, canary: 0, atOnce: 24, policy: { atOnce: { ...plan.policy.atOnce, nodes: quantity } } });
      return subPlan(narrow, some).waves[0]?.atOnce;
    };
    expect(places('count')).toBe(24);
    expect(places('share')).toBe(12);
  });

  it('a wave without targets is left out, and so is waiting for it', () => {
    const { waves, phases } = subPlan(plan, new Map([['main', ['n7']]]));
    expect(waves.map(({ id, after }) => [id, after])).toEqual([['main', []]]);
    expect(phases).toEqual([{ name: 'main', waves: ['main'] }]);
  });

  it('the whole is the plan itself', () => {
    expect(subPlan(plan, targets)).toEqual(plan);
    expect(planSize(plan)).toBe(100);
  });
});

describe('one node', () => {
  const limits = { server: { count: 2, per: 'fleet', owner: null, why: null, until: null } } as const;
  const windows = [{ cluster: 'lab', fromMin: 0, toMin: 60 }];
  const policy = { limits, windows, blackouts: [{ fromMin: 5, toMin: 9, why: '' }] };
  const plan = testPlan({ nodes: 20, canary: 2, policy });

  it('is the first of the largest wave, with nothing to wait for', () => {
    const one = oneNodePlan({ ...plan, calendars: { 'windows:lab': [[0, 60]] } });
    expect(one?.waves.map(({ id, targets, after }) => [id, targets, after])).toEqual([['main', 'n3', []]]);
    expect(one).toMatchObject({ calendars: {}, policy: { windows: [], blackouts: [], gates: { soakMs: 0 } } });
    expect(one?.policy.limits['server']?.count).toBeGreaterThan(1_000_000);
    expect(one?.procedures).toBe(plan.procedures);
  });

  it('brings one target of each other kind that it waits for, even through another wave', () => {
    const [canary, main] = plan.waves;
    if (!canary || !main) throw new Error('the test plan has two waves');
    const leaf = { ...main, id: 'leaf', kind: 'switch', targets: 's[1-4]', procedure: 'switch', after: [] } as const;
    const one = oneNodePlan({ ...plan, waves: [leaf, { ...canary, after: ['leaf'] }, main] });
    expect(one?.waves.map(({ id, targets, after }) => [id, targets, after])).toEqual([
      ['leaf', 's1', []],
      ['main', 'n3', ['leaf']],
    ]);
  });

  it('of no targets there is none', () => {
    expect(oneNodePlan({ ...plan, waves: [] })).toBeNull();
  });
});
