// What the nodes felt, read back: the only thing an outside checker of a run may look at.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const things = [
  'stage',
  'apply',
  'rollback',
  'read',
  'check',
  'bootid',
  'work',
  'reboot',
  'reboot-ignored',
  'down',
  'dead',
  'booted',
  'job-start',
  'job-signal',
  'job-lost',
  'checkpoint',
  'job-end',
] as const;

const record = z.strictObject({
  /** Milliseconds since 1970. */
  at: z.int(),
  node: z.string(),
  what: z.enum(things),
  /** stage, apply, rollback: wanted; read, booted, job-start: running. */
  version: z.string().optional(),
  /** bootid, booted. */
  boot: z.string().optional(),
  /** Job processes on the node at this moment: stage, apply, rollback, reboot, work. */
  work: z.int().optional(),
  /** apply, rollback, check. */
  exit: z.int().optional(),
  /** reboot, reboot-ignored, booted: ssh | scontrol | somebody | itself | start | repair. */
  by: z.string().optional(),
  job: z.int().optional(),
  /** The job's name: `planted` for a planted one. */
  name: z.string().optional(),
  /** How often the job was requeued before. */
  restart: z.int().optional(),
  /** job-end: `done`, or `ended` when Slurm ended it. A job whose node went down leaves job-lost there instead, one killed by -9 nothing. */
  how: z.string().optional(),
  /** checkpoint: milliseconds of work that it saves. */
  doneMs: z.int().optional(),
});

export type FeltRecord = z.infer<typeof record>;

/** All nodes' records by time. */
export function readFelt(folder: string): FeltRecord[] {
  const records = readdirSync(join(folder, 'nodes')).flatMap((node) => {
    const lines = readFileSync(join(folder, 'nodes', node, 'felt.log'), 'utf8').split('\n');
    return lines.slice(0, -1).map((line) => record.parse(JSON.parse(line)));
  });
  return records.sort((a, b) => a.at - b.at);
}
