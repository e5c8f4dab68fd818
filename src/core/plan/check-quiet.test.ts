import { describe, expect, test } from 'vitest';
import { checkPlan } from './check.ts';
import { exampleCluster, exampleFleet, exampleInput, examplePolicy, exampleProcedure } from './plan-example.ts';
import type { Plan, Wave } from './plan.ts';
import { makePlan } from './planner.ts';

type Draft = Omit<Plan, 'id'>;

const SPINES = [1, 2].map((s) => ({ name: `spine${s}`, role: 'spine' as const }));
const FLEET = exampleFleet([
  exampleCluster('lab', 'n[1-16]', {
    switches: [{ name: 'leaf1', role: 'leaf' }, ...SPINES],
    links: ['n[1-16]/*--leaf1/*'],
    drivers: { ...exampleCluster('', '').drivers, fabric: { use: 'infiniband', options: {} } },
  }),
]);
const switchFirmware = exampleProcedure('switch-firmware', {
  kind: 'switch',
  steps: exampleProcedure('switch-firmware').steps.map((step) => ({ ...step, by: 'fabric' })),
});
const plan = (more: Parameters<typeof exampleInput>[1] = {}): Draft =>
  makePlan(
    exampleInput(FLEET, {
      procedures: new Map([
        ['host-os', exampleProcedure('host-os', { after: ['switch-firmware'] })],
        ['switch-firmware', switchFirmware],
      ]),
      ...more,
    }),
  ).plan;
const GOOD = plan();
const REDUNDANT = plan({ policy: examplePolicy({ redundant: true }) });
const ALONE = plan({ procedures: new Map([['switch-firmware', switchFirmware]]) });

const withWave = (id: string, change: Partial<Wave>, from: Draft = GOOD): Draft => ({
  ...from,
  waves: from.waves.map((wave) => (wave.id === id ? { ...wave, ...change } : wave)),
});
const held = (step: string, ...until: string[]): Partial<Wave> => ({ holds: [{ step, until }] });
const rulesOf = (draft: Draft): string[] => checkPlan(draft, null).map(({ rule, target }) => `${rule} ${target}`);
const away = (count: number): Draft => ({ ...GOOD, policy: { ...GOOD.policy, unavailableAtMost: { kind: 'count', count } } });

test('check: plans of the planner with switches, redundant spines, and switches alone (nothing to say)', () => {
  for (const plan of [GOOD, REDUNDANT, ALONE]) expect(rulesOf(plan).filter((rule) => !rule.startsWith('never-seen-here'))).toEqual([]);
});

/** Rule and target, the plan with the fault, and a plan like it that has none. */
const CASES: readonly (readonly [string, Draft, Draft?])[] = [
  ['error wait-unknown lab.switch.main', withWave('lab.switch.main', { quiet: ['lab.node.canary', 'lab.node.main', 'ghost'] })],
  ['error wait-unknown lab.node.main', withWave('lab.node.main', held('apply', 'lab.switch.main', 'lab.node.canary', 'ghost'))],
  ['error quiet-wrong lab.switch.spine', withWave('lab.switch.spine', { quiet: ['lab.switch.main'] }, REDUNDANT)],
  ['error hold-wrong lab.node.main', withWave('lab.node.main', held('drain', 'lab.switch.main', 'lab.node.canary'))],
  ['error hold-wrong lab.node.main', withWave('lab.node.main', held('nowhere', 'lab.switch.main', 'lab.node.canary'))],
  ['error quiet-missing n1', withWave('lab.switch.main', { quiet: ['lab.node.main'] })],
  ['error quiet-missing n[1-16]', withWave('lab.switch.main', { quiet: [] }), REDUNDANT],
  // Two spines at a time have no peer left that carries.
  ['error quiet-missing n[1-16]', withWave('lab.switch.spine', { atOnce: 2 }, REDUNDANT), REDUNDANT],
  ['error quiet-missing n[1-16]', { ...REDUNDANT, policy: { ...REDUNDANT.policy, redundant: false } }, REDUNDANT],
  ['error quiet-lost lab.node.main', withWave('lab.node.main', held('apply', 'lab.node.canary'))],
  ['error quiet-impossible lab.switch.main', away(15), away(16)],
  ['error wave-deadlock lab.switch.main', withWave('lab.node.canary', { after: ['lab.switch.main'] })],
  ['error wave-deadlock lab.node.canary', withWave('lab.node.canary', held('apply', 'lab.switch.main', 'lab.node.main'))],
  ['error wave-deadlock lab.node.canary', withWave('lab.node.canary', held('apply', 'lab.switch.main', 'lab.node.canary'))],
  // Held only before its last step, a main wave would have been changed long before the canary's gate spoke.
  ['warning canary-missing node', withWave('lab.node.main', held('return', 'lab.switch.main', 'lab.node.canary'))],
];

describe('check: every rule of silence and holds finds what it is for, and nothing where it is not', () => {
  test.each(CASES.map(([expected, bad, good]) => ({ expected, bad, clean: good ?? GOOD })))(
    'check: $expected',
    ({ expected, bad, clean }) => {
      const [severity = '', rule = '', ...target] = expected.split(' ');
      expect(checkPlan(bad, null)).toContainEqual({ severity, rule, target: target.join(' '), message: expect.stringMatching(/\w{3}/) });
      expect(rulesOf(clean)).not.toContain(`${rule} ${target.join(' ')}`);
    },
  );
});
