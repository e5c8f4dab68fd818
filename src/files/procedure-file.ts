// From a written procedure to the normalised one: every default filled in and said, every rule between the parts of a step checked.
import { builtInStep, STEP_STATES } from '../core/change/procedure.ts';
import type { Check, MopUpWay, Prior, Procedure, Step, StepAction, WayBack } from '../core/change/procedure.ts';
import type { Path } from './document.ts';
import { writeDuration, writeShare } from './written.ts';
import { Refusal } from './schema.ts';
import type { Problems } from './schema.ts';
import { STEP_ACTIONS } from './procedure-schema.ts';
import type { WrittenBack, WrittenCheck, WrittenMopUp, WrittenProcedure, WrittenStep } from './procedure-schema.ts';
import { checkStep, roleOf, stateOf, stopsTarget } from './step-rules.ts';

export interface Normalised {
  readonly procedure: Procedure;
  /** `catalogue.host-os.steps.apply.timeout = 32m`, one for each default in force. */
  readonly defaults: readonly string[];
}

const TIMEOUT_FACTOR = 4;
const TIMEOUT_MS_MIN = 5 * 60_000;

export const DRAIN_STEP = builtInStep('drain', { kind: 'do', act: 'drain' }, 'draining');

/** `placeOf` tells where in its file a step's key stands, also where the step was merged from two files. */
export function normalise(
  written: WrittenProcedure,
  problems: Problems,
  placeOf: (step: string, index: number, key?: string) => Path,
): Normalised {
  const prefix = `catalogue.${written.component}`;
  const defaults: string[] = [];
  const needs = written.needs ?? 'cleared';
  if (written.needs === undefined) defaults.push(`${prefix}.needs = cleared`);
  const steps = written.steps.map((step, i) => {
    const place = (key?: string): Path => placeOf(step.step, i, key);
    return toStep(step, `${prefix}.steps.${step.step}`, problems, place, defaults);
  });
  checkSequence(written, steps, problems, placeOf);
  const drains = (written.kind === 'node' || written.kind === 'domain') && needs !== 'live';
  if (drains && !steps.some(isDrain)) steps.unshift(DRAIN_STEP);
  checkShares(written.mopUp ?? [], problems);
  if (written.disturbs && written.kind !== 'switch') {
    problems.add(
      ['disturbs'],
      new Refusal(`is said of a ${written.kind}`, 'only work on a switch disturbs links; take it out', { value: 'disturbs' }),
    );
  }
  const { defects, disturbs } = written;
  const procedure: Procedure = {
    component: written.component,
    kind: written.kind,
    carries: written.carries ?? [],
    activates: written.activates ?? 'none',
    needs,
    after: written.after ?? [],
    steps,
    back: written.back ? toWayBack(written.back, `${prefix}.back`, defaults) : null,
    mopUp: (written.mopUp ?? []).map(toMopUpWay),
    ...(defects && { defects }),
    ...(disturbs && { disturbs }),
  };
  return { procedure, defaults };
}

/** One step with its defaults; `place` gives the path of the step or of one of its keys. */
export function toStep(written: WrittenStep, prefix: string, problems: Problems, place: (key?: string) => Path, defaults: string[]): Step {
  const action = actionOf(written, problems, place);
  const by = written.by ?? roleOf(action);
  const early = written.early ?? false;
  const drains = action.kind === 'do' && action.act === 'drain';
  const destructive = written.destructive ?? (stopsTarget(action) || (action.kind === 'update' && !early));
  const takes = written.takes ?? null;
  const timeoutMs = drains ? null : (written.timeout ?? defaultTimeoutMs(takes, action));
  if (!drains && written.timeout === undefined) defaults.push(`${prefix}.timeout = ${writeDuration(timeoutMs ?? 0)}`);
  if (!drains && written.attempts === undefined) defaults.push(`${prefix}.attempts = 1`);
  const step = {
    name: written.step,
    to: written.to ?? (early ? null : stateOf(action)),
    by,
    action,
    early,
    destructive,
    shared: written.shared ?? false,
  };
  checkStep(step, written, problems, place);
  return { ...step, uses: written.uses ?? [], takes, timeoutMs, attempts: written.attempts ?? 1, fails: written.fails ?? 0 };
}

export function toWayBack(written: WrittenBack, prefix: string, defaults: string[]): WayBack {
  const takes = written.takes ?? null;
  const timeoutMs = written.timeout ?? fourMedians(takes?.medianMs ?? 0);
  if (written.timeout === undefined) defaults.push(`${prefix}.timeout = ${writeDuration(timeoutMs)}`);
  return { run: written.run, takes, timeoutMs };
}

export function toMopUpWay({ way, share, takes, tries, crew, part }: WrittenMopUp): MopUpWay {
  const acts = (tries ?? []).map(({ by, do: act }) => ({ by, act }));
  return { way, share, takes: takes ?? null, tries: acts, crew: crew ?? null, part: part ?? null };
}

/** Four times the median of the step, at least five minutes; the checks of one step run one after the other. */
export function defaultTimeoutMs(takes: Prior | null, action: StepAction): number {
  const checks = action.kind === 'check' ? action.checks.reduce((sum, check) => sum + (check.takes?.medianMs ?? 0), 0) : 0;
  return fourMedians(takes?.medianMs ?? checks);
}

/** Four times the median, at least five minutes. */
export function fourMedians(medianMs: number): number {
  return Math.max(TIMEOUT_MS_MIN, TIMEOUT_FACTOR * medianMs);
}

function isDrain(step: Step): boolean {
  return step.action.kind === 'do' && step.action.act === 'drain';
}

function actionOf(written: WrittenStep, problems: Problems, place: (key?: string) => Path): StepAction {
  const given = STEP_ACTIONS.filter((key) => written[key] !== undefined);
  if (given.length !== 1) {
    const why = given.length === 0 ? 'a step that does nothing' : `a step with ${given.join(' and ')}`;
    problems.add(place(given[1]), new Refusal(why, `give it exactly one of ${STEP_ACTIONS.join(', ')}`, { value: written.step }));
  }
  if (written.do !== undefined) return { kind: 'do', act: written.do };
  if (written.run !== undefined) return { kind: 'run', argv: written.run };
  if (written.push !== undefined) return { kind: 'push', ...written.push };
  if (written.update !== undefined) return { kind: 'update', image: written.update.image, components: written.update.components ?? [] };
  if (written.read !== undefined) return { kind: 'read', read: written.read };
  return { kind: 'check', checks: (written.check ?? []).map(toCheck) };
}

function toCheck({ name, run, nodes, takes, catches, before, as, busbwMin }: WrittenCheck): Check {
  return {
    name,
    run,
    nodes: nodes ?? 1,
    takes: takes ?? null,
    catches: catches ?? null,
    ...(before === true && { before }),
    ...(as !== undefined && { as }),
    ...(busbwMin !== undefined && { busbwMin }),
  };
}

function checkSequence(
  written: WrittenProcedure,
  steps: readonly Step[],
  problems: Problems,
  placeOf: (step: string, index: number, key?: string) => Path,
): void {
  const seen = new Set<string>();
  let furthest = 0;
  for (const [i, step] of steps.entries()) {
    if (seen.has(step.name)) problems.add(placeOf(step.name, i, 'step'), new Refusal('two steps of this name', 'name each step once'));
    seen.add(step.name);
    const rank = step.to === null ? furthest : STEP_STATES.indexOf(step.to);
    if (rank < furthest)
      problems.add(
        placeOf(step.name, i, 'to'),
        new Refusal('goes back in the order of states', `put it earlier: ${STEP_STATES.join(', ')}`),
      );
    furthest = Math.max(furthest, rank);
  }
  const { component } = written;
  if (!steps.some(({ action }) => action.kind === 'read' && Object.hasOwn(action.read, component))) {
    const mend = `add {step: conform, to: conforming, by: shell, read: {${component}: [...]}}`;
    problems.add(['steps'], new Refusal('no step reads which version runs', mend, { value: component }));
  }
}

/** So far from 100 % the sum of written shares may be, because thirds are written as 33.3%. */
const SHARES_OFF_MAX = 0.001;

/** Why these shares of stragglers cannot be all of them, or null. */
export function sharesOff(ways: readonly Pick<MopUpWay, 'share'>[]): Refusal | null {
  const sum = ways.reduce((total, { share }) => total + share, 0);
  if (ways.length === 0 || Math.abs(sum - 1) <= SHARES_OFF_MAX + 1e-9) return null;
  return new Refusal(`the shares add up to ${writeShare(sum)}`, 'make them add up to 100%: each straggler is settled one way', {
    value: 'mopUp',
  });
}

function checkShares(ways: readonly WrittenMopUp[], problems: Problems): void {
  const off = sharesOff(ways);
  if (off) problems.add(['mopUp'], off);
}
