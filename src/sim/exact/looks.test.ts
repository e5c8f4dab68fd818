import { describe, expect, it } from 'vitest';
import { testPlan, testStep } from '../../../test/plans.ts';
import { exactly, minutesOf, rehearseTest, type Rehearsal, type Says } from '../../../test/rehearsals.ts';
import type { Check } from '../../core/change/procedure.ts';
import type { MergedProcedure, Plan, Wave } from '../../core/plan/plan.ts';

const MINUTES: { readonly [step: string]: number } = {
  stage: 4,
  drain: 1,
  apply: 10,
  activate: 5,
  conform: 1,
  validate: 2,
  return: 0,
  flash: 6,
  settle: 3,
};
const says: Says = (_, step) => MINUTES[step] ?? null;
const NO_FAULTS = { faultsPerNodeDay: { share: 0, n: 0, source: 'test' } };
const ALL = { share: 1, n: 0, source: 'test' };
const NONE = { share: 0, n: 0, source: 'test' };

describe('defects', () => {
  it('are caught by checks as often as these say, and mended once', () => {
    const { fed } = rehearseTest(checked(1, { defects: ALL }), { says });
    expect(minutesOf(fed, 'failed', 'validate')).toEqual([23, 23, 23, 23]);
    expect(minutesOf(fed, 'soak-passed')).toHaveLength(4);
  });

  it('are not caught by a check that says nothing of what it catches', () => {
    const { fed, model } = rehearseTest(checked(null, { defects: ALL }), { says });
    expect(minutesOf(fed, 'failed')).toEqual([]);
    expect(model.notes.join()).toContain('taken to catch no defect');
  });

  it('come at the stated rate', () => {
    const plan = checked(0.5, { defects: { share: 0.2, n: 1_000_000, source: 'test' } }, 4_000);
    expect(Math.abs(rehearseTest(plan, { says }).result.stragglers / 4_000 - 0.1)).toBeLessThan(0.015);
  });
});

describe('switches and the links on them', () => {
  it('wait for quiet nodes, and nodes for their gates; whoever has a link to one is looked at', () => {
    const { lines } = rehearseTest(fabric(NONE), { says });
    expect(lines.filter((line) => /n1 |s1 /.test(line))).toEqual([
      '1 n1 done drain',
      '7 s1 done flash',
      '10 s1 done settle',
      '11 n1 done apply',
      '11 s1 soak-passed settle',
      '12 n1 done conform',
      '14 n1 done validate',
      '14 n1 done return',
      '16 n1 soak-passed return',
    ]);
  });

  it('disturb them: the first look after the work on the switch finds it, and no later one', () => {
    const { fed } = rehearseTest(fabric(ALL), { says });
    const failed = fed.filter(({ kind }) => kind === 'failed').map(({ target, step }) => `${target} ${step}`);
    // n4 has no link to a switch of the plan.
    expect(failed).toEqual(['n1 conform', 'n2 conform', 'n3 conform']);
    expect(minutesOf(fed, 'soak-passed')).toHaveLength(6);
  });

  it('disturb a node the more links it has', () => {
    const few = found(fabric({ share: 0.02, n: 1_000_000, source: 'test' }, 600, 1));
    const many = found(fabric({ share: 0.02, n: 1_000_000, source: 'test' }, 600, 8));
    expect(Math.abs(few / 600 - 0.02)).toBeLessThan(0.015);
    expect(Math.abs(many / 600 - (1 - 0.98 ** 8))).toBeLessThan(0.04);
  });
});

describe('faults of nodes by themselves', () => {
  it('are found out when the time of the step is up, and mended as any other trouble', () => {
    const plan = testPlan({
      nodes: 200,
      canary: 0,
      policy: { assume: { faultsPerNodeDay: { share: 0.9, n: 1_000_000, source: 'test' } } },
    });
    const { fed, result } = rehearseTest(plan, { says, fails: () => false });
    const expired = fed.filter(({ kind }) => kind === 'expired');
    // 2.3 a day, 19 minutes of work: some 3 % of the nodes; apply may take an hour.
    expect(expired.length).toBeGreaterThan(2);
    expect(expired.length).toBeLessThan(20);
    expect(expired.filter(({ step }) => step === 'apply').every(({ min }) => min === 5 + 60)).toBe(true);
    expect(result.stragglers).toBeGreaterThanOrEqual(new Set(expired.map(({ target }) => target)).size);
    expect(result.curve[99]).toBeLessThan(14 * 1_440);
  });

  it('take a return back that has not soaked', () => {
    const gates = { ...testPlan().policy.gates, soakMs: 6 * 60 * 60_000 };
    const plan = testPlan({
      nodes: 50,
      canary: 0,
      policy: { gates, assume: { faultsPerNodeDay: { share: 0.9, n: 1_000_000, source: 'test' } } },
    });
    const { fed, result } = rehearseTest(plan, { says, fails: () => false });
    const back = fed.filter(({ kind }) => kind === 'soak-failed').map(({ target }) => target);
    expect(back.length).toBeGreaterThan(5);
    // The mark counts the return that held.
    expect(result.curve[99]).toBeGreaterThan(6 * 60);
    expect(result.stragglers).toBeGreaterThanOrEqual(new Set(back).size);
  });

  it('do not touch switches', () => {
    const plan = fabric(NONE);
    const policy = { ...plan.policy, assume: { faultsPerNodeDay: ALL } };
    const { fed } = rehearseTest({ ...plan, policy }, { says, fails: () => false, horizonMs: 86_400_000 });
    const struck = fed.filter(({ kind }) => kind === 'expired' || kind === 'soak-failed').map(({ target }) => target);
    expect(struck.length).toBeGreaterThan(0);
    expect(struck.filter((name) => name.startsWith('s'))).toEqual([]);
  });
});

describe('jobs', () => {
  it('end together on the nodes they share, so many minutes after the window opened', () => {
    const jobs = { busy: 1, nodesEach: 4, remaining: exactly(50) };
    const steps = testPlan({ nodes: 8, canary: 0, atOnce: 4, policy: { assume: { ...NO_FAULTS, jobs } } });
    const noRound: Says = (target, step, attempt) => (step === 'drain' ? null : says(target, step, attempt));
    const { fed } = rehearseTest(steps, { says: noRound, fails: () => false });
    const drained = minutesOf(fed, 'done', 'drain');
    // The first four wait for their job; it is over before the others come to be drained.
    expect(drained.slice(0, 4).every((min) => min > 50 && min < 52)).toBe(true);
    expect(drained.slice(4).every((min) => min > 67 && min < 75)).toBe(true);
  });
});

function checked(catches: number | null, procedure: Partial<MergedProcedure>, nodes = 4): Plan {
  const check: Check = { name: 'health', run: ['/x'], nodes: 1, takes: null, catches };
  const plan = testPlan({ nodes, canary: 0, policy: { assume: NO_FAULTS }, procedure });
  const node = plan.procedures['node'] as MergedProcedure;
  const steps = node.steps.map((step) =>
    step.name === 'validate' ? { ...step, action: { kind: 'check', checks: [check] } as const } : step,
  );
  return { ...plan, procedures: { node: { ...node, steps } } };
}

/** Nodes n1..., two switches, `links` of each node to them by turns; the last node has none. Switches once all nodes are off work. */
function fabric(disturbs: { share: number; n: number; source: string }, nodes = 4, links = 2): Plan {
  const plan = testPlan({ nodes, canary: 0, policy: { assume: NO_FAULTS } });
  const main = plan.waves[0] as Wave;
  const cluster = plan.fleet.document.clusters[0] as Plan['fleet']['document']['clusters'][number];
  const node = plan.procedures['node'] as MergedProcedure;
  const cables = Array.from({ length: links }, (_, i) => `n[1-${nodes - 1}]/hca${i}--s${(i % 2) + 1}/*`);
  return {
    ...plan,
    fleet: {
      ...plan.fleet,
      document: {
        ...plan.fleet.document,
        clusters: [{ ...cluster, switches: [leaf('s1'), leaf('s2')], links: cables }],
      },
    },
    waves: [
      { ...main, holds: [{ step: 'conform', until: ['switches'] }] },
      {
        ...main,
        id: 'switches',
        kind: 'switch',
        targets: 's[1-2]',
        procedure: 'switch',
        quiet: ['main'],
        atOnce: 2,
        gate: { failedMax: 0, returnedMin: 2, failureRateMax: null },
      },
    ],
    procedures: {
      node: { ...node, steps: node.steps.filter(({ name }) => name !== 'stage' && name !== 'activate') },
      switch: {
        kind: 'switch',
        components: { 'switch-firmware': '2' },
        needs: 'cleared',
        steps: [
          testStep('flash', { kind: 'run', argv: ['x'] }, { to: 'updating', destructive: true }),
          testStep('settle', { kind: 'run', argv: ['y'] }, { to: 'conforming' }),
        ],
        back: null,
        mopUp: [],
        disturbs,
      },
    },
  };
}

const leaf = (name: string): { name: string; role: 'leaf' } => ({ name, role: 'leaf' });

function found(plan: Plan): number {
  const { fed }: Rehearsal = rehearseTest(plan, { says });
  return fed.filter(({ kind, step }) => kind === 'failed' && step === 'conform').length;
}
