import { describe, expect, it } from 'vitest';
import { maintenancePlan } from '../../../test/maintenance.ts';
import { testPlan, testProcedure } from '../../../test/plans.ts';
import { exactly } from '../../../test/rehearsals.ts';
import type { Step } from '../../core/change/procedure.ts';
import { must } from '../../std/assert.ts';
import { createExactEngine } from '../exact/engine.ts';
import { simModel } from '../model.ts';
import { finite } from './collect.ts';
import { createWitness } from './lived.ts';
import { createPartWatch } from './part-of-fleet.ts';
import { answerHere } from './runner.ts';
import { answerAll } from './asking.ts';
import { rehearsing } from './rehearse.ts';
import { createWaveWatch } from './wave-times.ts';

const SCENARIOS = 20;
const ALL = new Set(['lab']);

describe('a scenario as its targets lived through it', () => {
  it('counted over the whole fleet, it is what the engine counts: curve, gate, GPU-hours, stragglers', () => {
    const plan = maintenancePlan({ nodes: 60, canary: 2, fails: 0.1 });
    const model = simModel(plan, { seed: 5 });
    const [engine, witness] = [createExactEngine(model), createWitness(model)];
    const part = createPartWatch(model, { clusters: ALL, originMs: null });
    const results = Array.from({ length: SCENARIOS }, (_, scenario) => {
      part.note(witness(scenario));
      return engine.run(scenario);
    });
    for (const q of [1, 50, 95, 99, 100]) {
      expect([...part.mark(q)]).toEqual(results.map(({ curve }) => curve[q - 1]));
    }
    for (const [i, hours] of part.gpuHours().entries()) expect(hours).toBeCloseTo(must(results[i], 'a result').gpuHoursNotReturned, 6);
    const whole = answerAll(rehearsing(plan, { seed: 5, scenarios: SCENARIOS, engine: 'exact' }), answerHere());
    const { gateMin, stragglers, milestones, clusters, curve } = part.forecast(whole);
    expect({ gateMin, stragglers, milestones, curve }).toEqual({
      gateMin: whole.gateMin,
      stragglers: whole.stragglers,
      milestones: whole.milestones,
      curve: whole.curve,
    });
    expect(clusters[0]?.milestones['95']).toMatchObject(must(whole.clusters[0]?.milestones['95'], 'the cluster'));
  });

  it('a window that is over too soon shows as such', () => {
    const windows = [{ cluster: 'lab', fromMin: 1_000, toMin: 1_060 }];
    const plan = maintenancePlan({ nodes: 30, policy: { windows } });
    const model = simModel(plan, { seed: 5 });
    const [engine, witness] = [createExactEngine(model), createWitness(model)];
    const part = createPartWatch(model, { clusters: ALL, originMs: null });
    const results = Array.from({ length: 8 }, (_, scenario) => {
      part.note(witness(scenario));
      return engine.run(scenario);
    });
    const whole = answerAll(rehearsing(plan, { seed: 5, scenarios: 8, engine: 'exact' }), answerHere());
    expect(part.forecast(whole).short).toBe(results.reduce((sum, { short }) => sum + short, 0) / 8);
    expect(part.forecast(whole).short).toBe(1);
  });
});

/** Every step takes a known time: stage 10, drain 5, apply 20, activate 10, the rest 1 each. */
function timed(steps: readonly Step[]): Step[] {
  const minutes: { readonly [step: string]: number } = { stage: 10, drain: 5, apply: 20, activate: 10 };
  return steps.map((step) => ({ ...step, takes: exactly(minutes[step.name] ?? 1) }));
}

describe('when each wave begins and is back', () => {
  const { steps } = testProcedure();
  const plan = testPlan({
    nodes: 5,
    canary: 1,
    procedure: { steps: timed(steps) },
    policy: {
      assume: { faultsPerNodeDay: { share: 0, n: 0, source: 'test' }, jobs: null },
      windows: [{ cluster: 'lab', fromMin: 2_000, toMin: 3_000 }],
    },
  });
  const model = simModel(plan, {
    seed: 1,
    // A slow night would stretch them all.
    instead: {
      fails: () => false,
      takesMs: (_, __, step) => must(model.program.steps[step], 'a step').takes?.medianMs ?? null,
    },
  });
  const watch = createWaveWatch(model, [[0], [1], [0, 1]]);
  watch.note(createWitness(model)(0));
  const [canary, main, both] = watch.times();
  const at = (min: number) => ({ p10Min: min, p50Min: min, p90Min: min });

  it('the canary from the opening of the window, the others from its soak', () => {
    // drain 5, apply 20, activate 10, conform 1, validate: one check, return 1
    const back = 5 + 20 + 10 + 1 + 1 + 1;
    const soak = 2;
    expect(canary).toMatchObject({ start: at(0), change: at(5), end: at(back) });
    expect(main).toMatchObject({ start: at(back + soak), change: at(back + soak + 5), end: at(2 * back + soak) });
    expect(both).toMatchObject({ start: at(0), change: at(5), end: at(2 * back + soak) });
  });

  it('what is done early lies before time zero', () => {
    const begun = -24 * 60;
    expect(canary?.staging).toEqual({ start: at(begun), end: at(begun + 10) });
    expect(main?.staging).toEqual({ start: at(begun), end: at(begun + 10) });
  });

  it('an origin of somebody else shifts all of it', () => {
    const shifted = createWaveWatch(model, [[0]], 1_990 * 60_000);
    shifted.note(createWitness(model)(0));
    expect(shifted.times()[0]?.start).toEqual(at(10));
  });

  it('without early steps there is no staging; what never came back is not within the horizon', () => {
    const bare = simModel(
      { ...plan, procedures: { node: testProcedure({ steps: timed(steps.filter(({ early }) => !early)) }) } },
      { seed: 1, horizonMs: 15 * 60_000 },
    );
    const cut = createWaveWatch(bare, [[0]]);
    cut.note(createWitness(bare)(0));
    expect(cut.times()[0]).toMatchObject({ staging: null, start: at(0), end: { p50Min: finite(Infinity) } });
  });
});
