// What the policy says that a rehearsal may assume. Only what is written is kept: the rest stays with the forecast's own defaults, and the
// forecast lists those in force.
import type { Assumptions, ExpectedJobs } from '../core/forecast/assumptions.ts';
import type { WrittenPolicy } from './policy-schema.ts';

type WrittenAssumptions = NonNullable<WrittenPolicy['assume']>;

/** null: nothing is written. Defaults of a part that is written are noted. */
export function assumptionsOf(written: WrittenAssumptions | undefined, defaults: string[]): Partial<Assumptions> | null {
  if (written === undefined || Object.keys(written).length === 0) return null;
  const { jobs, stageLead, ...asWritten } = written;
  return {
    ...asWritten,
    ...(jobs === undefined ? {} : { jobs: jobs === 'none' ? null : jobsOf(jobs, defaults) }),
    ...(stageLead === undefined ? {} : { stageLeadMs: stageLead }),
  };
}

function jobsOf({ busy, nodesEach, remaining }: Exclude<WrittenAssumptions['jobs'], 'none' | undefined>, defaults: string[]): ExpectedJobs {
  if (busy === undefined) defaults.push('policy.assume.jobs.busy = 100%');
  if (nodesEach === undefined) defaults.push('policy.assume.jobs.nodesEach = all');
  return { busy: busy ?? 1, nodesEach: nodesEach === undefined || nodesEach === 'all' ? null : nodesEach, remaining };
}
