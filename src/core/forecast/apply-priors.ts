// Puts what was learned in the place of what was stated, for a rehearsal: times and failures of steps, shares and times of mop-up. What a
// run would do (steps, time limits, attempts, tries) stays as the plan has it.
import type { MopUpWay, Prior, Step } from '../change/procedure.ts';
import type { LearnedStep, PriorSet } from '../learn/learn.ts';
import type { LearnedMopUp } from '../learn/mop-up.ts';
import type { LearnedPrior } from '../learn/predictive.ts';
import type { MergedProcedure, Plan } from '../plan/plan.ts';

/**
 * The plan with the learned priors wherever they speak of one of its steps. A step of a merged chain is looked for as its component's
 * (`host-os.apply` is `host-os/apply`), then as that of a chain of the same components, then as that of any of them, the slowest of several.
 * What was never tried keeps its stated share of failures. The id stays that of the plan as given: who writes the result down makes a new one.
 */
export function applyPriors(plan: Plan, priors: PriorSet): Plan {
  const learned: Learned = { steps: bySet(priors.steps), mopUp: bySet(priors.mopUp) };
  // Assumed jobs say how long the drains of this time take; learned drains are those of other jobs.
  const drains = plan.policy.assume?.jobs === undefined;
  const procedures = Object.entries(plan.procedures).map(([id, procedure]) => [id, procedureWith(procedure, learned, drains)] as const);
  const assume = { ...plan.policy.assume, together: priors.together };
  return { ...plan, policy: { ...plan.policy, assume }, procedures: Object.fromEntries(procedures) };
}

interface Learned {
  readonly steps: ReadonlyMap<string, LearnedStep>;
  readonly mopUp: ReadonlyMap<string, LearnedMopUp>;
}

function procedureWith(procedure: MergedProcedure, learned: Learned, drains: boolean): MergedProcedure {
  const components = Object.keys(procedure.components);
  const steps = procedure.steps.map((step) => {
    const found = drains || !isDrain(step) ? lookUp(learned, components, step.name) : null;
    return found ? stepWith(step, found) : step;
  });
  const back = procedure.back && { ...procedure.back, takes: takesOf(lookUp(learned, components, 'back')) ?? procedure.back.takes };
  const mopUp = learned.mopUp.get(setKey(components));
  return { ...procedure, steps, back, mopUp: mopUp && mopUp.n > 0 ? mopUpWith(procedure.mopUp, mopUp) : procedure.mopUp };
}

function stepWith(step: Step, found: LearnedStep): Step {
  return { ...step, takes: takesOf(found) ?? step.takes, fails: found.fails.n > 0 ? found.fails.share : step.fails };
}

/** Every way of the plan stays, since the run would try it; one that nobody came back by has no share left. */
function mopUpWith(stated: readonly MopUpWay[], { ways }: LearnedMopUp): MopUpWay[] {
  const byName = new Map(ways.map((way) => [way.way, way]));
  const known = stated.map((way): MopUpWay => {
    const found = byName.get(way.way);
    return found ? { ...way, share: found.share, takes: priorOf(found.takes) } : { ...way, share: 0 };
  });
  const names = new Set(stated.map(({ way }) => way));
  const unknown = ways.filter(({ way }) => !names.has(way));
  return [...known, ...unknown.map(({ way, share, takes }) => ({ way, share, takes: priorOf(takes), tries: [], crew: null, part: null }))];
}

function lookUp({ steps }: Learned, components: readonly string[], name: string): LearnedStep | null {
  const owner = components.find((component) => name.startsWith(`${component}.`));
  if (owner !== undefined) return steps.get(`${owner}/${name.slice(owner.length + 1)}`) ?? null;
  const together = steps.get(`${setKey(components)}/${name}`);
  if (together) return together;
  const alone = components.flatMap((component) => steps.get(`${component}/${name}`) ?? []);
  return alone.reduce<LearnedStep | null>((slowest, next) => (slowest && medianOf(slowest) >= medianOf(next) ? slowest : next), null);
}

/** By component and step, or by component alone; chains of the same components are the same, in whatever order they were named. */
function bySet<T>(record: { readonly [key: string]: T }): ReadonlyMap<string, T> {
  return new Map(
    Object.entries(record).map(([key, value]) => {
      const slash = key.indexOf('/');
      const components = (slash < 0 ? key : key.slice(0, slash)).split('+');
      return [setKey(components) + (slash < 0 ? '' : key.slice(slash)), value];
    }),
  );
}

function setKey(components: readonly string[]): string {
  return [...components].sort().join('+');
}

const medianOf = ({ takes }: LearnedStep): number => takes?.medianMs ?? 0;

function takesOf(found: LearnedStep | null): Prior | null {
  return found?.takes ? priorOf(found.takes) : null;
}

function priorOf({ medianMs, logSd, between, df, n, source }: LearnedPrior): Prior {
  return { medianMs: Math.max(1, Math.round(medianMs)), logSd, between, df, n, source };
}

const isDrain = ({ action }: Step): boolean => action.kind === 'do' && action.act === 'drain';
