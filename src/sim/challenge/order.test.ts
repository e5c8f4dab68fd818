import { describe, expect, it } from 'vitest';
import { askedOf, askedPlan, childOf, gainOf, minutesOf, nodeProcedure } from '../../../test/asked.ts';
import type { Procedure } from '../../core/change/procedure.ts';
import type { Cluster } from '../../core/fleet/model.ts';
import { exampleCluster, exampleProcedure, exampleStep } from '../../core/plan/plan-example.ts';
import type { Plan } from '../../core/plan/plan.ts';

const TWO = [exampleCluster('one', 'a[1-4]'), exampleCluster('two', 'b[1-4]')];

describe('serial', () => {
  it.each([
    ['clusters', { clusters: 1 }, TWO, 'atOnce.clusters', 'policy.atOnce.clusters=2'],
    ['nodes', { nodes: 2 }, undefined, 'atOnce.nodes', 'policy.atOnce.nodes=100%'],
    ['nodes of a rack', { perRack: 1 }, [racked()], 'atOnce.perRack', 'policy.atOnce.perRack=100%'],
  ])('%s one after the other: as much sooner as the child of the set is', (_, atOnce, clusters, about, set) => {
    const plan = askedPlan({ policy: { atOnce }, ...(clusters && { clusters }) });
    const question = askedOf(plan, 'serial');
    expect(question).toMatchObject({ about, sets: [set] });
    expect(question?.numbers['gain95Min']).toBeCloseTo(gainOf(plan, childOf(plan, [set]), 95), 2);
  });

  it('is not asked where all go at once', () => {
    expect(askedOf(askedPlan({ clusters: TWO }), 'serial')).toBeUndefined();
  });
});

describe('overlap', () => {
  it('nodes that wait for switches: as much sooner as the child of the set is', () => {
    const plan = switched();
    const question = askedOf(plan, 'overlap');
    expect(question?.sets).toEqual(['policy.overlap=[[switch-firmware, host-os]]']);
    expect(question?.numbers['gain95Min']).toBeCloseTo(gainOf(plan, childOf(plan, question?.sets ?? []), 95), 2);
  });

  it('is not asked where they may', () => {
    expect(askedOf(switched({ overlap: [['switch-firmware', 'host-os']] }), 'overlap')).toBeUndefined();
  });
});

describe('one-activation', () => {
  const twice = askedPlan({ procedures: [rebooting(['first', 'second'])] });

  it('two reboots a node: as much sooner as with the last alone', () => {
    const once = withSteps(twice, (name) => name !== 'first');
    expect(askedOf(twice, 'one-activation')?.numbers['gain95Min']).toBeCloseTo(gainOf(twice, once, 95), 2);
  });

  it('is not asked where there is one', () => {
    expect(askedOf(askedPlan({ procedures: [rebooting(['second'])] }), 'one-activation')).toBeUndefined();
  });
});

function racked(): Cluster {
  const racks = [1, 2].map((rack) => ({ name: `r${rack}`, nodes: `n[${rack}1-${rack}4]` }));
  return exampleCluster('lab', 'n[11-14,21-24]', { racks });
}

function switched(policy: object = {}): Plan {
  const cluster = exampleCluster('lab', 'n[1-4]', {
    switches: [{ name: 's1', role: 'leaf' }],
    links: ['n1/h0--s1/1', 'n2/h0--s1/2', 'n3/h0--s1/3', 'n4/h0--s1/4'],
  });
  const firmware = exampleProcedure('switch-firmware', { kind: 'switch' });
  const steps = firmware.steps.map((step) => ({ ...step, takes: minutesOf(15), timeoutMs: 7_200_000 }));
  return askedPlan({ policy, clusters: [cluster], procedures: [{ ...firmware, steps, mopUp: [] }, nodeProcedure()] });
}

function rebooting(names: readonly string[]): Procedure {
  const { steps, ...rest } = nodeProcedure();
  const boots = names.map((name) =>
    exampleStep(name, 'rebooting', { kind: 'do', act: 'reboot' }, { destructive: true, takes: minutesOf(10), timeoutMs: 7_200_000 }),
  );
  return { ...rest, steps: steps.flatMap((step) => (step.name === 'activate' ? boots : [step])) };
}

function withSteps(plan: Plan, keep: (name: string) => boolean): Plan {
  const procedures = Object.entries(plan.procedures).map(([id, procedure]) => {
    return [id, { ...procedure, steps: procedure.steps.filter(({ name }) => keep(name)) }] as const;
  });
  return { ...plan, procedures: Object.fromEntries(procedures) };
}
