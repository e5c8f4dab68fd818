// Jobs that hold nodes, from `squeue --Format`. Not from `squeue --json`: 22.05 ignores its filters, prints every core of every node
// (15 KB a node and job) and, with slurmctld dead, an empty list with exit code 0. Job names and comments are users' text with any
// character in it, so fields end with marks that nobody can guess.
import { randomBytes } from 'node:crypto';
import type { JobFacts } from '../../core/ports.ts';
import { gpusOfGres } from './node-rows.ts';
import { namesFromSlurm } from './node-set.ts';

/** States in which a job holds nodes; completing ones are in their epilogs. All known to every Slurm since 18.08. */
export const HOLDING_STATES: ReadonlySet<string> = new Set(
  'RUNNING,SUSPENDED,COMPLETING,CONFIGURING,RESIZING,SIGNALING,STAGE_OUT,STOPPED'.split(','),
);

const FIELDS = [
  'JobID',
  'State',
  'UserName',
  'NodeList',
  'BatchHost',
  'StartTime',
  'EndTime',
  'RestartCnt',
  'NumNodes',
  'NumTasks',
  'tres-alloc',
  'tres-per-job',
  'tres-per-node',
  'tres-per-task',
  'Reason',
  'Name',
  'Comment',
] as const;
export type JobField = (typeof FIELDS)[number];

const TEXT_CHARACTERS_MAX = 500;
const YEAR_MS = 365 * 86_400_000;

export interface JobRow extends JobFacts {
  readonly nodeNames: readonly string[];
  /** Why it does not run; "None" while it does. */
  readonly reason: string;
}

export interface JobQuery {
  readonly args: readonly string[];
  /** null: cut off, or not what was asked for. Never throws. */
  parse(text: string): JobRow[] | null;
}

/** Asks for one job in any state, or for all that hold nodes. */
export function jobQuery(job: string | null, mark = randomBytes(8).toString('hex')): JobQuery {
  const fieldEnd = `f${mark}`;
  const rowEnd = `r${mark}`;
  const format = FIELDS.map((field, i) => `${field}:${i === FIELDS.length - 1 ? rowEnd : fieldEnd}`).join(',');
  const which = job === null ? ['-t', [...HOLDING_STATES].join(',')] : ['-t', 'all', '-j', job];
  return { args: ['-a', '-h', ...which, '-O', format], parse: (text) => parseRows(text, fieldEnd, rowEnd) };
}

function parseRows(text: string, fieldEnd: string, rowEnd: string): JobRow[] | null {
  const pieces = text.split(rowEnd);
  if (pieces.pop()?.trim() !== '') return null;
  const rows: JobRow[] = [];
  for (const piece of pieces) {
    const values = piece.split(fieldEnd);
    const row = values.length === FIELDS.length ? jobRow((field) => (values[FIELDS.indexOf(field)] ?? '').trim()) : null;
    if (!row) return null;
    rows.push(row);
  }
  return rows;
}

/** As much of users' text as is kept, and an end only where somebody set one. */
export function shownJob(job: JobRow): JobRow {
  const [name, comment] = [job.name.slice(0, TEXT_CHARACTERS_MAX), job.comment.slice(0, TEXT_CHARACTERS_MAX)];
  return { ...job, name, comment, endsBy: endOf(job.startedAt, job.endsBy) };
}

function jobRow(field: (name: JobField) => string): JobRow | null {
  const nodeNames = namesFromSlurm(field('NodeList'));
  if (!nodeNames || !/^\d+$/.test(field('JobID')) || field('State') === '') return null;
  const batch = field('BatchHost');
  const comment = field('Comment');
  return shownJob({
    id: field('JobID'),
    name: field('Name'),
    user: field('UserName'),
    state: field('State').toLowerCase(),
    nodes: field('NodeList'),
    nodeNames,
    batchNode: batch === '' || batch === 'n/a' ? null : batch,
    startedAt: time(field('StartTime')),
    endsBy: time(field('EndTime')),
    restarts: count(field('RestartCnt')),
    gpus: gpusOf(field),
    comment: comment === '(null)' ? '' : comment,
    reason: field('Reason'),
  });
}

/** GPUs it got where the cluster accounts for them, else what it asked for; 0 when neither says. */
export function gpusOf(field: (name: JobField) => string): number {
  const allocated = /(?:^|,)gres\/gpu=(\d{1,9})/.exec(field('tres-alloc'))?.[1];
  if (allocated !== undefined) return Number(allocated);
  return (
    gpusOfGres(field('tres-per-job')) ??
    times(field('tres-per-node'), field('NumNodes')) ??
    times(field('tres-per-task'), field('NumTasks')) ??
    0
  );
}

function times(gres: string, factor: string): number | null {
  const each = gpusOfGres(gres);
  return each === null ? null : each * count(factor);
}

/** Unix milliseconds of the seconds that SLURM_TIME_FORMAT=%s makes; "N/A", "NONE", "Unknown" = null. */
function time(text: string): number | null {
  return /^\d{1,12}$/.test(text) ? Number(text) * 1000 : null;
}

/** Slurm's backfill writes a year's limit into jobs that have none. */
function endOf(startedAt: number | null, endsBy: number | null): number | null {
  return startedAt !== null && endsBy !== null && endsBy - startedAt >= YEAR_MS ? null : endsBy;
}

function count(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
