// What a job of the testbed may be asked to do, as arguments and environment of sbatch.
import { join } from 'node:path';
import { gpusPerNode } from './slurm-files.ts';

export interface JobSettings {
  /** A node set in Slurm's notation (`n[1-4]`), or how many nodes, whichever are free. */
  readonly nodes: string | number;
  /** Seconds of work, less what a checkpoint has saved before; 0 = until `release`. */
  readonly seconds: number;
  /** `signal`: on USR1 (`scancel --signal=USR1 --batch`); `self`: every `everySeconds`, too; `never`: no handler, USR1 ends the job. */
  readonly checkpoint?: 'signal' | 'self' | 'never';
  readonly everySeconds?: number;
  /** USR1 has no effect. */
  readonly ignoreSignal?: boolean;
  /** The job ends after a checkpoint that was asked for; otherwise it goes on, as frameworks do. */
  readonly exitAfterCheckpoint?: boolean;
  /** May Slurm start it again? Default yes. */
  readonly requeue?: boolean;
  readonly name?: string;
}

export function sbatchArguments(folder: string, job: JobSettings): string[] {
  const where = typeof job.nodes === 'number' ? [`--nodes=${job.nodes}`] : [`--nodelist=${job.nodes}`, `--nodes=${count(job.nodes)}`];
  return [
    '--parsable',
    `--job-name=${job.name ?? 'training'}`,
    ...where,
    '--ntasks-per-node=1',
    `--gres=gpu:h100:${gpusPerNode}`, // all of a node, so jobs never share one
    job.requeue === false ? '--no-requeue' : '--requeue',
    `--output=${join(folder, 'log', 'job-%j.out')}`,
    `--chdir=${folder}`,
    `--wrap=exec ${join(folder, 'bin', 'job')}`,
  ];
}

export function jobEnvironment(folder: string, job: JobSettings): Record<string, string> {
  return {
    PITSTOP_TESTBED: folder,
    JOB_SECONDS: String(job.seconds),
    JOB_CHECKPOINT: job.checkpoint ?? 'signal',
    JOB_EVERY: String(job.everySeconds ?? 5),
    JOB_IGNORES: job.ignoreSignal === true ? '1' : '0',
    JOB_EXITS: job.exitAfterCheckpoint === true ? '1' : '0',
  };
}

/** How many nodes a set of the testbed has: `n[1-4,7],n9` -> 6. */
function count(set: string): number {
  const ranges = set.match(/\d+(?:-\d+)?/g) ?? [];
  return ranges.reduce((sum, range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return sum + last - first + 1;
  }, 0);
}
