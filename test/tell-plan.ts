// A plan as a story, for snapshots: one line a wave, then the reasons, then what was found.
import type { Wave } from '../src/core/plan/plan.ts';
import type { Planned } from '../src/core/plan/planner.ts';

export function tell({ plan, report, findings }: Planned): string {
  const phases = plan.phases.map((phase) => `phase ${phase.name}: ${phase.waves.join(' ')}`);
  return [
    ...plan.waves.map(tellWave),
    ...phases,
    ...report.why.map(({ about, text }) => `${about}: ${text}`),
    ...findings.map(({ severity, target, rule }) => `${severity} ${rule}: ${target}`),
  ].join('\n');
}

function tellWave({ id, targets, atOnce, gate, affected, ...wave }: Wave): string {
  const { returnedMin, failedMax, failureRateMax } = gate;
  return [
    `${id}: ${targets}${tellWaits(wave)}`,
    `${atOnce} at once`,
    `back ${returnedMin}, failed ${failedMax ?? '-'}, rate ${failureRateMax ?? '-'}${affected === targets ? '' : `; affects ${affected}`}`,
  ].join('; ');
}

/** " after A quiet B; holds apply for C" */
export function tellWaits({ after, quiet = [], holds = [] }: Pick<Wave, 'after' | 'quiet' | 'holds'>): string {
  return [
    after.length > 0 ? ` after ${after.join(' ')}` : '',
    quiet.length > 0 ? ` once quiet ${quiet.join(' ')}` : '',
    ...holds.map(({ step, until }) => ` held before ${step} for ${until.join(' ')}`),
  ].join('');
}
