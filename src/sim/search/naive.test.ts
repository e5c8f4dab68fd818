import { describe, expect, it } from 'vitest';
import { naivePlans } from './naive.ts';
import { searchExample } from './search-example.ts';

describe('naivePlans', () => {
  const { rules } = searchExample({ clusters: { a: { nodes: 24 }, b: { nodes: 12 } }, places: 3 });
  const [serial, together] = naivePlans(rules);

  it('one rack after the other, one cluster after the other', () => {
    expect(serial?.name).toBe('rack by rack');
    const main = serial?.plan.waves.filter(({ gate }) => gate.failedMax === null) ?? [];
    expect(main.length).toBe(9);
    const waitsForNobody = serial?.plan.waves.filter(({ after }) => after.length === 0) ?? [];
    expect(waitsForNobody.length).toBe(1);
  });

  it('all at once: nobody waits for a canary', () => {
    expect(together?.name).toBe('all at once');
    expect(together?.plan.waves.every(({ after }) => after.length === 0)).toBe(true);
  });

  it('what could be staged before the window is done in it, after the drain', () => {
    for (const plan of [serial?.plan, together?.plan]) {
      const steps = plan?.procedures['host-os']?.steps.map(({ name, early }) => `${name}${early ? ' early' : ''}`);
      expect(steps?.slice(0, 3)).toEqual(['drain', 'stage', 'apply']);
    }
  });

  it("limits and gates are the plan's", () => {
    for (const { plan } of naivePlans(rules)) {
      expect(plan.policy.limits).toEqual(rules.policy.limits);
      expect(plan.policy.gates).toEqual(rules.policy.gates);
    }
  });

  it('without racks or units it goes cluster by cluster', () => {
    const fleet = { ...rules.fleet.document, clusters: rules.fleet.document.clusters.map((cluster) => ({ ...cluster, racks: [] })) };
    const [first] = naivePlans({ ...rules, fleet: { ...rules.fleet, document: fleet } });
    expect(first?.name).toBe('cluster by cluster');
  });
});
