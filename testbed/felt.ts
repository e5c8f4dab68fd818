// What the nodes felt, read back: the only thing an outside checker of a run may look at.
import { readFileSync, statSync } from 'node:fs';
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
  // of a bound testbed: what BMCs, adapters, switches, movers and monitoring did
  'power-off',
  'power-on',
  'read-hca',
  'hca-stage',
  'hca-burn',
  'hca-reset',
  'hca-rollback',
  'switch-stage',
  'switch-burn',
  'switch-down',
  'switch-up',
  'mover',
  'alert',
  'alert-over',
] as const;

const record = z.strictObject({
  /** Milliseconds since 1970. */
  at: z.int(),
  /** switch-*: the switch. */
  node: z.string(),
  what: z.enum(things),
  /** stage, apply, rollback: wanted; read, booted, job-start: running. */
  version: z.string().optional(),
  /** bootid, booted. */
  boot: z.string().optional(),
  /** Job processes on the node at this moment: stage, apply, rollback, reboot, work, power-off, hca-*, mover; switch-*: on all nodes behind it. */
  work: z.int().optional(),
  /** apply, rollback, check. */
  exit: z.int().optional(),
  /** reboot, reboot-ignored, booted: ssh | scontrol | somebody | itself | start | repair | bmc. switch-*: fabric | somebody | repair. mover: which. */
  by: z.string().optional(),
  job: z.int().optional(),
  /** The job's name: `planted` for a planted one; check: pair, rail, all. */
  name: z.string().optional(),
  /** How often the job was requeued before. */
  restart: z.int().optional(),
  /** job-end: `done`, or `ended` when Slurm ended it. A job whose node went down leaves job-lost there instead, one killed by -9 nothing. */
  how: z.string().optional(),
  /** checkpoint: milliseconds of work that it saves. */
  doneMs: z.int().optional(),
  /** switch-down, switch-up: all nodes behind it; check: those that took part. Comma between them. */
  nodes: z.string().optional(),
  /** switch-down: of those the nodes that lost a link or their only way. */
  stranded: z.string().optional(),
  /** alert: what Alertmanager says of it from now on. */
  suppressed: z.boolean().optional(),
});

export type FeltRecord = z.infer<typeof record>;

/** Reads what was appended since the last time; what was read once stays known when the folder has gone. */
export class FeltReader {
  readonly #folder: string;
  readonly #offsets = new Map<string, number>();
  readonly #records: FeltRecord[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** All nodes' and switches' records so far, by time. */
  read(nodes: readonly string[], switches: readonly string[] = []): FeltRecord[] {
    for (const node of nodes) this.#readLog(join('nodes', node));
    for (const name of switches) this.#readLog(join('switches', name));
    this.#records.sort((a, b) => a.at - b.at);
    return [...this.#records];
  }

  #readLog(place: string): void {
    const path = join(this.#folder, place, 'felt.log');
    const offset = this.#offsets.get(place) ?? 0;
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= offset) return;
    const added = readFileSync(path).subarray(offset);
    const end = added.lastIndexOf('\n') + 1;
    const lines = added.subarray(0, end).toString().split('\n').slice(0, -1);
    this.#records.push(...lines.map((line) => record.parse(JSON.parse(line))));
    this.#offsets.set(place, offset + end);
  }
}
