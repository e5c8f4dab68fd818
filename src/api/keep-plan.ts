// Plans and their fleets given to the desk, so that list, map and console know them.
import type { Plan } from '../core/plan/plan.ts';
import type { Desk } from '../desk/desk.ts';
import type { KeptPlan, Plans } from '../desk/plans.ts';
import { showPlan } from '../files/plan-file.ts';
import type { JsonObject } from '../std/json.ts';
import { countTargets } from '../study/make-plan.ts';

/** What lists show of a plan; the desk keeps it beside the plan. */
export interface Head {
  readonly parent: string | null;
  readonly change: string;
  readonly fleet: string;
  readonly nodes: number;
  readonly waves: number;
  readonly errors: number;
  readonly warnings: number;
}

export interface KeepOrder {
  /** As somebody wrote it; null: not known here. */
  readonly change: string | null;
  readonly policy: string | null;
  readonly by: string;
  readonly why: string;
}

export function headOf(plan: Plan): Head {
  const { parent, change, fleet, waves, findings } = plan;
  const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
  return {
    parent,
    change: change.name,
    fleet: fleet.document.name,
    nodes: countTargets(plan, 'node'),
    waves: waves.length,
    errors: count('error'),
    warnings: count('warning'),
  };
}

/** One that is kept already stays as it was. Rejects with DeskRefusedError. */
export function keepPlan(plans: Plans, plan: Plan, { change, policy, by, why }: KeepOrder): Promise<KeptPlan> {
  const written = (text: string | null) => (text === null ? null : { text });
  const summary = { ...headOf(plan) };
  return plans.keep({ id: plan.id, text: showPlan(plan), change: written(change), policy: written(policy), summary, by, why });
}

/** `folder`: where the relative paths of the plan's fleet begin. Rejects with DeskRefusedError. */
export async function keepFleetOf({ fleet: { document } }: Plan, folder: string, by: string, fleets: Desk['fleets']): Promise<void> {
  const known = fleets.get(document.name);
  await fleets.keep({
    fleet: document.name,
    // The plan came as JSON, and the fleet in it is JSON as well.
    document: document as unknown as JsonObject,
    folder,
    // A plan does not say where its site has its procedures; whoever handed the fleet in may have.
    catalogue: known?.folder === folder ? known.catalogue : null,
    by,
  });
}
