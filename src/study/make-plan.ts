// From documents to a plan: the files' readers, the planner and its checker, one after the other.
import { makePlan, type PlanInput } from '../core/plan/planner.ts';
import type { Plan } from '../core/plan/plan.ts';
import { nodeSetOf, size } from '../core/fleet/nodeset.ts';
import { expand } from '../core/plan/expand.ts';
import { hasErrors, type Finding } from '../core/finding.ts';
import { catalogueFolders, loadCatalogue, type Catalogue } from '../files/catalogue.ts';
import { parseChange } from '../files/change-file.ts';
import { parseFleetInForce, type FleetInForce } from '../files/fleet-file.ts';
import { inventoryId, readInventory } from '../files/inventory-file.ts';
import { fleetId, planId } from '../files/plan-file.ts';
import { parsePolicy } from '../files/policy-file.ts';
import { BadInputError, type FileProblem } from '../files/problem.ts';

/** A document's name for messages, and its text. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

export interface PlanSources {
  readonly fleet: Source;
  readonly change: Source;
  /** null: every default. */
  readonly policy: Source | null;
  /** A folder whose procedures go before all others. */
  readonly catalogue: string | null;
  readonly inventory: string | null;
  /** Unix milliseconds, to tell which windows are past. */
  readonly nowMs: number;
}

/** The plan, its findings within; one of severity error means that it must not be used. Throws BadInputError. */
export function planFrom(sources: PlanSources): Plan {
  return withId(makePlan(planInputFrom(sources)).plan);
}

/** What the planner makes a plan of. Throws BadInputError. */
export function planInputFrom({ fleet, catalogue, ...wishes }: PlanSources): PlanInput {
  const inForce = parseFleetInForce(fleet.text, fleet.file);
  return planInputOn({ inForce, procedures: loadCatalogue(catalogueFolders(fleet.file, catalogue)) }, wishes);
}

/** A fleet as it was read, with the procedures for it. */
export interface Ground {
  readonly inForce: FleetInForce;
  readonly procedures: Catalogue;
}

/** As `planInputFrom`, on a fleet and procedures that were read already. Throws BadInputError. */
export function planInputOn(
  { inForce, procedures }: Ground,
  { change, policy, inventory, nowMs }: Omit<PlanSources, 'fleet' | 'catalogue'>,
): PlanInput {
  // Both are read before either is refused, so that one look shows all that is wrong.
  const [wanted, limits] = allOf(
    () => parseChange(change.text, change.file, inForce.fleet, procedures),
    () => parsePolicy(policy?.text ?? '{}', policy?.file ?? 'no policy file', inForce.fleet, nowMs),
  );
  const observed = inventory === null ? null : readInventory(inventory);
  return {
    fleet: inForce.fleet,
    fleetId: fleetId(inForce.fleet),
    change: wanted.change,
    procedures: wanted.procedures,
    catalogue: wanted.catalogue,
    policy: limits.policy,
    calendars: limits.calendars,
    defaults: [...inForce.defaults, ...wanted.defaults, ...limits.defaults],
    inventory: observed && { ...observed, id: inventoryId(observed) },
    parent: null,
    nowMin: minuteOf(nowMs),
  };
}

export function withId(plan: Omit<Plan, 'id'>): Plan {
  return { ...plan, id: planId(plan) };
}

export function minuteOf(nowMs: number): number {
  return Math.floor(nowMs / 60_000);
}

/** How many targets of this kind the plan has. */
export function countTargets(plan: Plan, kind: Plan['waves'][number]['kind']): number {
  return size(nodeSetOf(plan.waves.filter((wave) => wave.kind === kind).flatMap((wave) => [...expand(wave.targets)])));
}

/** Throws the findings of severity error as bad input of the file that they came from. */
export function refuseErrors(findings: readonly Finding[], file: string): void {
  if (!hasErrors(findings)) return;
  const errors = findings.filter(({ severity }) => severity === 'error');
  throw new BadInputError(
    errors.map(({ target, message, rule }): FileProblem => ({
      file,
      line: 1,
      col: 1,
      value: target,
      why: `${message} (${rule})`,
      mend: '',
    })),
  );
}

/** Both results, or the problems of both. */
function allOf<A, B>(a: () => A, b: () => B): [A, B] {
  const problems: FileProblem[] = [];
  const results = [a, b].map((read) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error;
      problems.push(...error.problems);
      return null;
    }
  });
  if (problems.length > 0) throw new BadInputError(problems);
  return results as [A, B];
}
