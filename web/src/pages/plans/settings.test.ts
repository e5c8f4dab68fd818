import { describe, expect, it } from 'vitest';
import { consoleDemo } from '../../../../src/study/demo-console.ts';
import { childPlan } from '../../../../src/study/child-plan.ts';
import { planFrom } from '../../../../src/study/make-plan.ts';
import { freeSets, numberIn, saidOf, setOf, setsIn, settingsOf, withSet } from './settings.ts';

const NOW = Date.UTC(2031, 6, 1);
const { fleet, changes, policy } = consoleDemo();
const plan = planFrom({ fleet, change: changes.now, policy, catalogue: null, inventory: null, nowMs: NOW });
const settings = settingsOf(plan);

describe('settings of a plan', () => {
  it('are read from its policy', () => {
    expect(settings.map(({ key, value }) => [key, value])).toEqual([
      ['policy.canary', ''],
      ['policy.atOnce.nodes', 100],
      ['policy.limits.image-server.count', 200],
      ['policy.gates.soak', 5],
      ['policy.validation.mode', 'all'],
      ['policy.crew.hardware.count', 4],
      ['policy.gates.returned', 95],
    ]);
  });

  it('are sets that the plan takes, one and all', () => {
    const sets = settings.map((setting) => {
      const text = setting.kind === 'number' ? setting.text(setting.min) : (setting.choices.at(-1)?.text ?? '');
      return setOf(setting, text);
    });
    const child = childPlan(plan, sets, NOW);
    expect(child.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(child.policy).toMatchObject({ validation: 'none', gates: { soakMs: 0 }, crew: { hardware: { count: 1 } } });
    expect(child.waves).toHaveLength(1);
  });

  it('lift the canary of a change that names no targets, too', () => {
    const all = planFrom({
      fleet,
      change: { file: 'c', text: 'change: all\nwant: {host-os: "2025.07"}\n' },
      policy,
      catalogue: null,
      inventory: null,
      nowMs: NOW,
    });
    const canary = settingsOf(all).find(({ key }) => key === 'policy.canary');
    if (canary?.kind !== 'choice') throw new Error('no canary');
    const child = childPlan(all, [setOf(canary, canary.choices.at(-1)?.text ?? '')], NOW);
    expect(child.waves.every(({ after }) => after.length === 0)).toBe(true);
  });

  it('offer no canary where none goes first', () => {
    const small = { ...plan, waves: plan.waves.slice(0, 1), phases: plan.phases.slice(0, 1) };
    expect(settingsOf(small).some(({ key }) => key === 'policy.canary')).toBe(false);
  });
});

describe('sets', () => {
  const soak = settings.find(({ key }) => key === 'policy.gates.soak');
  const returned = settings.find(({ key }) => key === 'policy.gates.returned');
  it('say each setting once, and give it back', () => {
    if (!soak || !returned) throw new Error('the demo has lost its settings');
    const sets = withSet(withSet(withSet([], soak, '9m'), returned, '90%'), soak, '7m');
    expect(sets).toEqual(['policy.gates.returned=90%', 'policy.gates.soak=7m']);
    expect(numberIn(saidOf(sets, soak) ?? '')).toBe(7);
    expect(withSet(sets, soak, null)).toEqual(['policy.gates.returned=90%']);
  });

  it('that have no field stand in lines of their own', () => {
    const sets = ['policy.gates.soak=7m', 'catalogue.host-os.steps.apply.takes=20m'];
    expect(freeSets(sets, settings)).toEqual(['catalogue.host-os.steps.apply.takes=20m']);
    expect(setsIn('--set policy.redundant=true\n\nno set\n policy.northStar=3h ')).toEqual([
      'policy.redundant=true',
      'policy.northStar=3h',
    ]);
  });
});
