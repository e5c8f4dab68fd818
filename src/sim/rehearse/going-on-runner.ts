// The exact engine as a runner that goes on from where a run under way stands, knowing what that run has shown.
import type { Plan } from '../../core/plan/plan.ts';
import { createExactEngine } from '../exact/engine.ts';
import type { Present } from '../exact/present.ts';
import { seenLaws } from '../laws/seen-laws.ts';
import { simModel, type SimModel } from '../model.ts';
import { aboutOf } from './about.ts';
import type { Runner } from './exact-runner.ts';

export function goingOnRunner(plan: Plan, present: Present, seed: number): Runner {
  const model = presentModel(plan, present, seed);
  const engine = createExactEngine(model);
  return { about: aboutOf(model), run: (scenario) => engine.run(scenario, { from: present }) };
}

const HORIZON_MS = 14 * 86_400_000;

/** The plan's model as of now: it begins when the run did, counts its baseline, and knows what the run has shown. */
function presentModel(plan: Plan, present: Present, seed: number): SimModel {
  const { beginMs, nowMs, baseline, seen } = present;
  const model = simModel(plan, { seed, startMs: beginMs, horizonMs: nowMs - beginMs + HORIZON_MS });
  const inBaseline = new Set(baseline);
  const counted = model.counted.filter((target) => inBaseline.has(target));
  return { ...model, beginMs, counted, laws: seenLaws(model.laws, model.program, seen) };
}
