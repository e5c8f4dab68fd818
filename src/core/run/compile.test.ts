import { expect, test } from 'vitest';
import { testPlan, testProcedure, testStep, type PlanWishes } from '../../../test/plans.ts';
import type { Prior } from '../change/procedure.ts';
import type { Plan, Wave } from '../plan/plan.ts';
import { compile } from './compile.ts';

const prior: Prior = { medianMs: 60_000, logSd: 0.3, n: 7, source: 'lab', between: 0.2, df: 4 };

/** n1 and n2 behind the switches s1 and s2, of which only the first needs n1 quiet. */
function quietPlan(policy: NonNullable<PlanWishes['policy']> = {}): Plan {
  const plan = testPlan({ nodes: 2, canary: 1, policy });
  const [canary, main] = plan.waves;
  if (!canary || !main) throw new Error('the test plan has two waves');
  const switches = (id: string, targets: string, more: Partial<Wave>): Wave => ({
    ...main,
    id,
    targets,
    kind: 'switch',
    procedure: 'switch',
    after: [],
    atOnce: 1,
    ...more,
  });
  const steps = [
    testStep('burn', { kind: 'run', argv: ['/burn'] }, { destructive: true, takes: prior, uses: ['fabric'] }),
    testStep('look', { kind: 'check', checks: [{ name: 'links', run: ['/l'], nodes: 1, takes: prior, catches: 0.4 }] }),
  ];
  return {
    ...plan,
    procedures: { ...plan.procedures, switch: { ...testProcedure(), kind: 'switch', steps, back: null, mopUp: [] } },
    waves: [
      switches('first', 's1', { quiet: ['canary', 'canary'] }),
      switches('second', 's2', { after: ['first'] }),
      { ...canary, holds: [{ step: 'apply', until: ['first'] }] },
      {
        ...main,
        after: ['canary'],
        holds: [
          { step: 'apply', until: ['first', 'second'] },
          { step: 'apply', until: ['first'] },
          { step: 'return', until: ['second'] },
        ],
      },
    ],
  };
}
const fabric = { fabric: { count: 1, per: 'fleet', owner: null, why: null, until: null } } as const;

test('waves: who waits for whom, from both sides, each once', () => {
  const { waves, holds, steps } = compile(quietPlan({ limits: fabric }));
  expect(waves.map(({ after, quiet, followers, silences, lifts }) => ({ after, quiet, followers, silences, lifts }))).toEqual([
    { after: [], quiet: [2], followers: [1], silences: [], lifts: [0, 1] },
    { after: [0], quiet: [], followers: [], silences: [], lifts: [1, 2] },
    { after: [], quiet: [], followers: [3], silences: [0], lifts: [] },
    { after: [2], quiet: [], followers: [], silences: [], lifts: [] },
  ]);
  expect(holds.map(({ wave, step, until }) => [wave, steps[step]?.name, until])).toEqual([
    [2, 'apply', [0]],
    [3, 'apply', [0, 1]],
    [3, 'return', [1]],
  ]);
  expect(waves.map(({ kind }) => kind)).toEqual(['switch', 'switch', 'node', 'node']);
});

test('chains: where targets enter, what they take then, and where a mended one is looked at', () => {
  const { chains, steps, limits } = compile(quietPlan({ limits: fabric, unavailableAtMost: { kind: 'count', count: 1 } }));
  const names = chains.map(({ drain, entry, conform, entryLimits }) => ({
    drain: steps[drain]?.name,
    entry: steps[entry]?.name,
    conform: steps[conform]?.name,
    takes: entryLimits.map((limit) => limits[limit]?.name),
  }));
  expect(names).toEqual([
    { drain: undefined, entry: 'burn', conform: 'look', takes: ['fabric', 'at once', 'unavailable at most'] },
    { drain: 'drain', entry: 'drain', conform: 'conform', takes: ['at once', 'unavailable at most'] },
  ]);
});

test('steps: carry their whole priors, those of checks too', () => {
  const { steps } = compile(quietPlan({ limits: fabric }));
  expect(steps[0]?.takes).toEqual(prior);
  expect(steps[1]?.checks).toEqual([{ takes: prior, catches: 0.4 }]);
  expect(steps[0]?.checks).toEqual([]);
});

test('unavailable, and returns, are counted in nodes', () => {
  const program = compile(quietPlan({ limits: fabric, unavailableAtMost: { kind: 'share', share: 0.5 } }));
  const limit = program.limits.find(({ name }) => name === 'unavailable at most');
  expect([...(limit?.counterOf ?? [])].map((counter) => (counter < 0 ? null : program.capacity[counter]))).toEqual([null, null, 1, 1]);
  expect(program.scopes.map(({ members }) => [...members].map((target) => program.targets[target]))).toEqual([['n1', 'n2']]);
});
