// Reads the answers of slurmrestd (data_parser v0.0.40 and later) into the rows that the command line gives.
import { z } from 'zod';
import { gpusOf, HOLDING_STATES, shownJob, type JobField, type JobRow } from '../job-rows.ts';
import { gpusOfGres, type NodeRow } from '../node-rows.ts';
import { namesFromSlurm } from '../node-set.ts';
import type { ReservationRow } from '../reservation-rows.ts';
import { parseNodeState } from '../state.ts';

/** Slurm's numbers that may be unset or infinite. */
const number = z.looseObject({ set: z.boolean(), infinite: z.boolean().default(false), number: z.number() });
const text = z.string().nullish();

const node = z.looseObject({
  name: z.string().min(1),
  state: z.array(z.string()),
  reason: text,
  gres: text,
  gres_used: text,
  cpus: z.int(),
  alloc_cpus: z.int(),
  real_memory: z.int(),
  partitions: z.array(z.string()).nullish(),
});

const job = z.looseObject({
  job_id: z.int(),
  name: text,
  user_name: text,
  job_state: z.array(z.string()).min(1),
  nodes: text,
  batch_host: text,
  start_time: number.nullish(),
  end_time: number.nullish(),
  restart_cnt: z.int().nullish(),
  node_count: number.nullish(),
  tasks: number.nullish(),
  tres_alloc_str: text,
  tres_per_job: text,
  tres_per_node: text,
  tres_per_task: text,
  state_reason: text,
  comment: text,
});

const reservation = z.looseObject({
  name: z.string().min(1),
  node_list: text,
  flags: z.array(z.string()),
  start_time: number,
  end_time: number,
});

const errors = z.array(z.looseObject({ error: text, description: text })).nullish();

/** What the server itself complains of; empty: nothing. */
export function complaintOf(answer: unknown): string {
  const parsed = z.looseObject({ errors }).safeParse(answer);
  if (!parsed.success) return 'it answered something that is not Slurm’s';
  const words = (parsed.data.errors ?? []).map(({ error, description }) => [error, description].filter(Boolean).join(': ') || 'an error');
  return words.join('; ').slice(0, 500);
}

/** Rows by name, null for a name that is there twice; or null: not the shape that was asked for. Never throws. */
export function nodesOf(answer: unknown): Map<string, NodeRow | null> | null {
  const parsed = z.looseObject({ nodes: z.array(node) }).safeParse(answer);
  if (!parsed.success) return null;
  const rows = new Map<string, NodeRow | null>();
  for (const one of parsed.data.nodes) {
    rows.set(one.name, rows.has(one.name) ? null : nodeRow(one));
  }
  return rows;
}

/** `all`: of every state, else those that hold nodes. null: not the shape that was asked for. Never throws. */
export function jobsOf(answer: unknown, all: boolean): JobRow[] | null {
  const parsed = z.looseObject({ jobs: z.array(job) }).safeParse(answer);
  if (!parsed.success) return null;
  const rows: JobRow[] = [];
  for (const one of parsed.data.jobs) {
    if (!all && !one.job_state.some((state) => HOLDING_STATES.has(state))) continue;
    const row = jobRow(one);
    if (!row) return null;
    rows.push(row);
  }
  return rows;
}

/** null: not the shape that was asked for. `now`: Unix ms. Never throws. */
export function reservationsOf(answer: unknown, now: number): ReservationRow[] | null {
  const parsed = z.looseObject({ reservations: z.array(reservation), last_update: number.nullish() }).safeParse(answer);
  if (!parsed.success) return null;
  // A reservation that begins "now" by slurmctld's clock is active, though ours may be behind.
  const at = Math.max(now / 1000, parsed.data.last_update?.number ?? 0);
  const rows: ReservationRow[] = [];
  for (const { name, node_list: list, flags, start_time: from, end_time: to } of parsed.data.reservations) {
    const nodes = namesFromSlurm(list ?? '');
    if (!nodes) return null;
    const active = from.number <= at && (to.infinite || !to.set || at <= to.number);
    rows.push({ name, nodes, flags: flags.map((flag) => flag.toUpperCase()), active });
  }
  return rows;
}

function nodeRow(one: z.output<typeof node>): NodeRow {
  return {
    name: one.name,
    state: parseNodeState(one.state.join('+')),
    reason: (one.reason ?? '').trim(),
    gpus: gpusOfGres(one.gres ?? ''),
    gpusUsed: gpusOfGres(one.gres_used ?? '') ?? 0,
    cpus: one.cpus,
    cpusAllocated: one.alloc_cpus,
    memoryMb: one.real_memory,
    partitions: one.partitions ?? [],
  };
}

function jobRow(one: z.output<typeof job>): JobRow | null {
  const nodeNames = namesFromSlurm(one.nodes ?? '');
  if (!nodeNames) return null;
  const fields: { readonly [field in JobField]?: string | null | undefined } = {
    'tres-alloc': one.tres_alloc_str,
    'tres-per-job': one.tres_per_job,
    'tres-per-node': one.tres_per_node,
    'tres-per-task': one.tres_per_task,
    NumNodes: String(one.node_count?.number ?? 0),
    NumTasks: String(one.tasks?.number ?? 0),
  };
  return shownJob({
    id: String(one.job_id),
    name: one.name ?? '',
    user: one.user_name ?? '',
    state: stateWord(one.job_state).toLowerCase(),
    nodes: one.nodes ?? '',
    nodeNames,
    batchNode: one.batch_host || null,
    startedAt: timeOf(one.start_time),
    endsBy: timeOf(one.end_time),
    restarts: one.restart_cnt ?? 0,
    gpus: gpusOf((field) => fields[field] ?? ''),
    comment: one.comment ?? '',
    reason: one.state_reason ?? '',
  });
}

/** The flag that squeue shows in the place of the state (job_state_string of Slurm), else the state. */
function stateWord(states: readonly string[]): string {
  return FLAGS.find((flag) => states.includes(flag)) ?? states[0] ?? '';
}

const FLAGS = [
  'COMPLETING',
  'STAGE_OUT',
  'CONFIGURING',
  'RESIZING',
  'REQUEUED',
  'REQUEUE_FED',
  'REQUEUE_HOLD',
  'SPECIAL_EXIT',
  'STOPPED',
  'REVOKED',
  'RESV_DEL_HOLD',
  'SIGNALING',
];

function timeOf(seconds: z.output<typeof number> | null | undefined): number | null {
  return seconds?.set === true && !seconds.infinite && seconds.number > 0 ? seconds.number * 1000 : null;
}
