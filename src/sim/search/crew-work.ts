// How much a cluster's stragglers will want of each crew, in the mean.
import type { MergedProcedure, Plan } from '../../core/plan/plan.ts';
import { waveSize } from '../rehearse/sub-plan.ts';

export interface CrewWork {
  readonly cluster: string;
  readonly crew: string;
  readonly people: number;
  readonly durationMin: number;
}

const MINUTE_MS = 60_000;

/** By crew of the policy; none for a crew that is expected to have nothing to do. */
export function crewWork(plan: Plan, cluster: string): CrewWork[] {
  const jobs = plan.waves
    .filter((wave) => wave.cluster === cluster)
    .flatMap((wave) => {
      const procedure = plan.procedures[wave.procedure];
      if (!procedure) return [];
      const stragglers = waveSize(wave) * straggling(procedure);
      return procedure.mopUp.flatMap(({ crew, share, takes }) =>
        crew === null || !takes
          ? []
          : [{ crew, jobs: stragglers * share, minutes: (takes.medianMs / MINUTE_MS) * Math.exp(takes.logSd ** 2 / 2) }],
      );
    });
  return [...Map.groupBy(jobs, ({ crew }) => crew)].flatMap(([crew, own]): CrewWork[] => {
    const count = plan.policy.crew[crew]?.count ?? 0;
    const wanted = Math.round(own.reduce((sum, each) => sum + each.jobs, 0));
    const minutes = own.reduce((sum, each) => sum + each.jobs * each.minutes, 0);
    if (count === 0 || wanted === 0) return [];
    const people = Math.min(count, wanted);
    return [{ cluster, crew, people, durationMin: Math.ceil(minutes / people) }];
  });
}

/** Share of targets that use up the attempts of some step. */
function straggling({ steps }: MergedProcedure): number {
  return 1 - steps.reduce((well, { fails, attempts }) => well * (1 - fails ** attempts), 1);
}
