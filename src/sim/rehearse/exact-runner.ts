// The exact engine as a runner: the plan as it is, every target.
import type { Plan } from '../../core/plan/plan.ts';
import { createExactEngine } from '../exact/engine.ts';
import { simModel, type SimOptions } from '../model.ts';
import type { ScenarioResult } from '../result.ts';
import { aboutOf } from './about.ts';
import type { ModelAbout } from './asking.ts';

/** A model ready to run scenarios, whichever engine does it. */
export interface Runner {
  readonly about: ModelAbout;
  /** The same scenario gives the same result, whatever was run before. */
  run(scenario: number): ScenarioResult;
}

export function exactRunner(plan: Plan, options: SimOptions): Runner {
  const model = simModel(plan, options);
  const engine = createExactEngine(model);
  return { about: aboutOf(model), run: (scenario) => engine.run(scenario) };
}
