// What the twin of a plan is like: its nodes run another version at first, and take as long as the plan's own priors say.
import type { Prior, StepAction } from '../core/change/procedure.ts';
import type { MergedProcedure, Plan } from '../core/plan/plan.ts';
import { twinConfig, type TwinConfig } from '../sim/twin/config.ts';

/** Overrides for `twinConfig`, as JSON. */
export function twinOptions(plan: Plan): Pick<TwinConfig, 'versions' | 'gpusPerNode' | 'durations'> {
  const procedures = plan.waves.filter((wave) => wave.kind === 'node').flatMap((wave) => plan.procedures[wave.procedure] ?? []);
  const usual = twinConfig([]);
  const components = [...new Set(procedures.flatMap((procedure) => Object.keys(procedure.components)))];
  const spread = (prior: Prior | null, other: TwinConfig['durations']['apply']): typeof other =>
    prior === null ? other : { medianMs: prior.medianMs, logSd: prior.logSd };
  const priorOf = (test: (action: StepAction, step: MergedProcedure['steps'][number]) => boolean): Prior | null =>
    procedures.flatMap(({ steps }) => steps).find((step) => step.takes !== null && test(step.action, step))?.takes ?? null;
  const check = procedures
    .flatMap(({ steps }) => steps.flatMap(({ action }) => (action.kind === 'check' ? action.checks : [])))
    .find(({ takes }) => takes !== null);
  return {
    versions: Object.fromEntries(components.map((component) => [component, 'before'])),
    gpusPerNode: plan.fleet.document.clusters.find(({ gpusPerNode }) => gpusPerNode !== null)?.gpusPerNode ?? usual.gpusPerNode,
    durations: {
      ...usual.durations,
      stage: spread(
        priorOf((action, { early }) => action.kind === 'run' && early),
        usual.durations.stage,
      ),
      apply: spread(
        priorOf((action, { destructive }) => action.kind === 'run' && destructive),
        usual.durations.apply,
      ),
      reboot: spread(
        priorOf((action) => action.kind === 'do' && action.act === 'reboot'),
        usual.durations.reboot,
      ),
      rollback: spread(procedures.find(({ back }) => back?.takes)?.back?.takes ?? null, usual.durations.rollback),
      check: spread(check?.takes ?? null, usual.durations.check),
    },
  };
}
