import { describe, expect, it } from 'vitest';
import { askedOf, askedPlan, childOf, gainOf, lived, nodeProcedure } from '../../../test/asked.ts';
import { exampleCluster } from '../../core/plan/plan-example.ts';
import type { Plan } from '../../core/plan/plan.ts';

function limited(limit: object | number, nodes = 'n[01-16]', policy: object = {}): Plan {
  const { steps, ...rest } = nodeProcedure();
  const served = steps.map((step) => (step.name === 'apply' ? { ...step, uses: ['image-server'] } : step));
  return askedPlan({
    policy: { limits: { 'image-server': limit }, ...policy },
    clusters: [exampleCluster('lab', nodes)],
    procedures: [{ ...rest, steps: served }],
  });
}

describe('lift-limit', () => {
  const plan = limited({ count: 3, owner: 'imaging', until: '2031-09-01' });
  const question = askedOf(plan, 'lift-limit');

  it('as much sooner as the child of its set is, which has room for all', () => {
    expect(question?.sets).toEqual(['policy.limits.image-server.count=16']);
    expect(question?.numbers['gain95Min']).toBeCloseTo(gainOf(plan, childOf(plan, question?.sets ?? []), 95), 2);
  });

  it('says what twice as many places win', () => {
    const twice = childOf(plan, ['policy.limits.image-server.count=6']);
    expect(question?.numbers['doubledGain95Min']).toBeCloseTo(gainOf(plan, twice, 95), 2);
  });

  it('names the owner and the day', () => {
    expect(question?.text).toContain("It is imaging's, to be mended by 2031-09-01.");
    expect(askedOf(limited({ count: 3 }), 'lift-limit')?.text).toContain('It has no owner, and no date by which it is mended.');
  });

  it('is not asked where there is room for all', () => {
    expect(askedOf(limited({ count: 16 }), 'lift-limit')).toBeUndefined();
  });
});

describe('window-short', () => {
  const windowed = (length: string): Plan =>
    limited(1, 'n[1-8]', { windows: [{ cluster: 'lab', start: '2031-07-08T09:00Z', for: length }] });
  const shortShare = (plan: Plan): number => lived(plan).reduce((sum, { short }) => sum + short, 0) / lived(plan).length;

  it('in so many nights as the window is too short for, and without one limit in so many', () => {
    const plan = windowed('95m');
    const question = askedOf(plan, 'window-short');
    expect(question?.numbers['shortShare']).toBeCloseTo(shortShare(plan), 3);
    expect(question?.numbers['lift']).toBe('image-server');
    expect(question?.numbers['liftedShare']).toBeCloseTo(shortShare(childOf(plan, ['policy.limits.image-server.count=8'])), 3);
  });

  it('says by how much in one of ten', () => {
    const plan = windowed('95m');
    const gates = lived(plan)
      .map(({ gateMin }) => gateMin)
      .sort((a, b) => a - b);
    expect(askedOf(plan, 'window-short')?.numbers['missingP90Min']).toBeCloseTo((gates[21] ?? 0) - 95, 2);
  });

  it('says no such number where the windows of two clusters end apart', () => {
    const windows = [
      { cluster: 'one', start: '2031-07-08T09:00Z', for: '40m' },
      { cluster: 'two', start: '2031-07-08T09:00Z', for: '50m' },
    ];
    const clusters = [exampleCluster('one', 'a[1-4]'), exampleCluster('two', 'b[1-4]')];
    expect(askedOf(askedPlan({ policy: { windows }, clusters }), 'window-short')?.numbers).not.toHaveProperty('missingP90Min');
  });

  it('is not asked of a window that holds it all', () => {
    expect(askedOf(windowed('30h'), 'window-short')).toBeUndefined();
  });
});
