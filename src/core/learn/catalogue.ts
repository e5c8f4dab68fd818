// What the catalogue states, laid out as learning looks it up: by component and step, chains of several components included.
import type { MopUpWay, Prior, Procedure } from '../change/procedure.ts';
import { kindOf, type StepKind } from './observations.ts';

export interface StatedStep {
  readonly kind: StepKind;
  readonly takes: Prior | null;
  /** Share (0..1) of attempts that fail. */
  readonly fails: number;
  readonly attempts: number;
}

export interface Stated {
  /** By `component/step`. */
  readonly steps: { readonly [key: string]: StatedStep };
  readonly mopUp: { readonly [component: string]: readonly MopUpWay[] };
}

export function statedBy(procedures: readonly Procedure[]): Stated {
  return {
    steps: Object.fromEntries(
      procedures.flatMap(({ component, steps, back }) => [
        ...steps.map(({ name, action, takes, fails, attempts }): [string, StatedStep] => [
          keyOf(component, name),
          { kind: kindOf(action), takes, fails, attempts },
        ]),
        ...(back ? [[keyOf(component, 'back'), { kind: 'run', takes: back.takes, fails: 0, attempts: 1 }] as [string, StatedStep]] : []),
      ]),
    ),
    mopUp: Object.fromEntries(procedures.map(({ component, mopUp }) => [component, mopUp])),
  };
}

export function keyOf(component: string, step: string): string {
  return `${component}/${step}`;
}

/** The key under which a step of a chain is learned: its component's, where only one component of the chain has such a step. */
export function learnedKey(stated: Stated, component: string, step: string): string {
  const owners = partsOf(component).filter((part) => stated.steps[keyOf(part, step)]);
  return keyOf(owners.length === 1 ? (owners[0] as string) : component, step);
}

/** What is stated of a step; of a step that several components share, what the slowest of them states, as a merged plan does. */
export function statedStep(stated: Stated, key: string): StatedStep | null {
  const [component, step] = splitKey(key);
  const found = partsOf(component).flatMap((part) => stated.steps[keyOf(part, step)] ?? []);
  return found.reduce<StatedStep | null>(
    (slowest, next) => (slowest && (slowest.takes?.medianMs ?? 0) >= (next.takes?.medianMs ?? 0) ? slowest : next),
    null,
  );
}

export function statedMopUp(stated: Stated, component: string): readonly MopUpWay[] {
  return (
    partsOf(component)
      .map((part) => stated.mopUp[part] ?? [])
      .find((ways) => ways.length > 0) ?? []
  );
}

/** The share (0..1) of targets that the stated failures of all steps take off the happy path; null: nothing is stated. */
export function statedOff(stated: Stated, component: string): number | null {
  const steps = Object.entries(stated.steps).filter(([key]) => partsOf(component).includes(splitKey(key)[0]));
  if (steps.length === 0) return null;
  return 1 - steps.reduce((through, [, { fails, attempts }]) => through * (1 - fails ** attempts), 1);
}

function partsOf(component: string): string[] {
  return component.split('+');
}

function splitKey(key: string): [component: string, step: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}
