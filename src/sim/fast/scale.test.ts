import { describe, expect, it } from 'vitest';
import { maintenancePlan } from '../../../test/maintenance.ts';
import type { Limit } from '../../core/change/policy.ts';
import { foldNames } from '../../core/fleet/nodeset.ts';
import { compile } from '../../core/run/compile.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { planSize, targetsByWave } from '../rehearse/sub-plan.ts';
import { canSample, plainName, scalePlan } from './scale.ts';

const limit = (count: number, per: Limit['per'] = 'fleet'): Limit => ({ count, per, owner: null, why: null, until: null });

function withLimits(plan: Plan, limits: { readonly [name: string]: Limit }): Plan {
  return { ...plan, policy: { ...plan.policy, limits: { ...plan.policy.limits, ...limits } } };
}

/** The plan's cluster in racks of eight. */
function racked(plan: Plan): Plan {
  const { document } = plan.fleet;
  const names = [...targetsByWave(plan).values()].flat();
  const racks = Array.from({ length: names.length / 8 }, (_, r) => ({ name: `r${r}`, nodes: foldNames(names.slice(8 * r, 8 * r + 8)) }));
  const clusters = document.clusters.map((cluster) => ({ ...cluster, racks }));
  return { ...plan, fleet: { ...plan.fleet, document: { ...document, clusters } } };
}

describe('scaling', () => {
  const plan = maintenancePlan({ nodes: 20_000, canary: 16 });

  it('keeps a sample spread over the wave, and the limits in proportion', () => {
    const scaled = scalePlan(plan);
    const main = scaled?.strata.find(({ wave }) => wave === 'main');
    const part = (main?.kept ?? 0) / (main?.all ?? 1);
    expect(main?.all).toBe(19_984);
    expect(main?.kept).toBeGreaterThanOrEqual(600);
    expect(main?.keys).toHaveLength(19_984);
    for (const name of ['image-server', 'bmc']) {
      const [before, after] = [plan.policy.limits[name]?.count ?? 0, scaled?.plan.policy.limits[name]?.count ?? 0];
      expect(Math.abs(after / before / part - 1)).toBeLessThan(0.01);
    }
    expect(scaled?.plan.policy.crew['hands']?.count).toBeGreaterThan(1_000_000);
  });

  it('keeps a canary whole, with all the places it had', () => {
    const scaled = scalePlan(plan);
    const program = compile(scaled?.plan ?? plan);
    const canary = program.waves.findIndex(({ id }) => id === 'canary');
    expect(scaled?.strata[canary]).toMatchObject({ all: 16, kept: 16 });
    expect(scaled?.plan.waves[canary]).toMatchObject({ targets: plan.waves[0]?.targets, gate: plan.waves[0]?.gate });
    const target = program.waves[canary]?.members[0] ?? -1;
    const places = program.limits.flatMap(({ name, counterOf }) => {
      const counter = counterOf[target] ?? -1;
      return plainName(name) === 'image-server' && counter >= 0 ? [[name, program.capacity[counter]]] : [];
    });
    expect(places).toContainEqual(['image-server (whole)', 1_000]);
  });

  it('takes more targets where a limit has few places, and none at all where it would take half of them', () => {
    const kept = (count: number): number => planSize(scalePlan(withLimits(plan, { bmc: limit(count) }))?.plan ?? plan);
    expect(kept(100)).toBeGreaterThan(1_500);
    expect(canSample(withLimits(plan, { bmc: limit(16) }))).toBe(false);
    expect(scalePlan(withLimits(plan, { bmc: limit(16) }))).toBeNull();
    expect(canSample(maintenancePlan({ nodes: 1_000 }))).toBe(false);
  });

  it('keeps racks whole where racks have a limit', () => {
    const byRack = withLimits(racked(maintenancePlan({ nodes: 20_000 })), { bmc: limit(2, 'rack') });
    const scaled = scalePlan(byRack);
    const names = new Set([...targetsByWave(scaled?.plan ?? byRack).values()].flat());
    const racks = byRack.fleet.document.clusters[0]?.racks ?? [];
    const whole = racks.filter(({ nodes }) =>
      [...targetsByWave({ ...byRack, waves: [{ ...(byRack.waves[0] as Plan['waves'][0]), targets: nodes }] }).values()]
        .flat()
        .every((name) => names.has(name)),
    );
    expect(8 * whole.length).toBe(names.size);
    expect(scaled?.plan.policy.limits['bmc']?.count).toBe(2);
  });
});
