// What plans state of the steps of their components: the catalogue as it was in force when they were made, a site's own included.
import type { Plan } from '../plan/plan.ts';
import { keyOf, type Stated, type StatedStep } from './catalogue.ts';
import { kindOf } from './observations.ts';

/**
 * What `catalogue` states, and over it what the plans do, the oldest first. What a plan of one component says of it goes before what a
 * merged chain says, where the slowest of several components speaks for all.
 */
export function statedByPlans(plans: readonly Plan[], catalogue: Stated): Stated {
  const steps: { [key: string]: StatedStep } = { ...catalogue.steps };
  const mopUp: { [component: string]: Stated['mopUp'][string] } = { ...catalogue.mopUp };
  const procedures = plans.flatMap((plan) => Object.values(plan.procedures));
  const size = (components: object): number => Object.keys(components).length;
  const merged = procedures.filter(({ components }) => size(components) > 1);
  const alone = procedures.filter(({ components }) => size(components) === 1);
  for (const procedure of [...merged, ...alone]) {
    const components = Object.keys(procedure.components);
    for (const { name, action, takes, fails, attempts } of procedure.steps) {
      const owner = components.find((component) => name.startsWith(`${component}.`));
      const step = owner === undefined ? name : name.slice(owner.length + 1);
      for (const component of owner === undefined ? components : [owner])
        steps[keyOf(component, step)] = { kind: kindOf(action), takes, fails, attempts };
    }
    for (const component of components) {
      if (procedure.back) steps[keyOf(component, 'back')] = { kind: 'run', takes: procedure.back.takes, fails: 0, attempts: 1 };
      mopUp[component] = procedure.mopUp;
    }
  }
  return { steps, mopUp };
}
