import { describe, expect, it } from 'vitest';
import { askedOf, askedPlan, gainOf } from '../../../test/asked.ts';
import { exampleCluster } from '../../core/plan/plan-example.ts';

describe('canary-size', () => {
  const plan = askedPlan({ policy: { canary: { targets: 'n[01-02]', gate: { failed: 1 } } } });
  const question = askedOf(plan, 'canary-size');

  it('as much sooner as when nobody waits for it', () => {
    const waves = plan.waves.map((wave) => ({ ...wave, after: [], gate: { ...wave.gate, failedMax: null } }));
    const gain = gainOf(plan, { ...plan, waves }, 95);
    expect(gain).toBeGreaterThan(30);
    expect(question?.numbers['gain95Min']).toBeCloseTo(gain, 2);
  });

  it('how likely a fault of one in twenty shows on two nodes', () => {
    expect(question?.numbers).toMatchObject({ canary: 2, seenShare: 0.098, nodesForNineOfTen: 45 });
  });

  it('is not asked without a canary', () => {
    expect(askedOf(askedPlan({ clusters: [exampleCluster('lab', 'n[1-8]')] }), 'canary-size')).toBeUndefined();
  });
});
