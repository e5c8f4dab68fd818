// One look at the whole cluster: its nodes, the jobs that hold them, its reservations, each by one command however many nodes there are.
import type { JobFacts } from '../../core/ports.ts';
import { SlurmCallError, type SlurmClient } from './client.ts';
import { jobQuery, type JobRow } from './job-rows.ts';
import { parseNodeRows, type NodeRow } from './node-rows.ts';
import { RestCallError } from './rest/http.ts';
import { parseReservationRows, type ReservationRow } from './reservation-rows.ts';

export interface Look {
  /** Unix milliseconds at which it began. */
  readonly at: number;
  /** null: Slurm's lines about the node contradict each other. */
  readonly nodes: ReadonlyMap<string, NodeRow | null>;
  readonly jobsByNode: ReadonlyMap<string, readonly JobFacts[]>;
  /** Active maintenance reservations. */
  readonly reservationsByNode: ReadonlyMap<string, readonly ReservationRow[]>;
}

/** An answer that is not in Slurm's form: a wrapper's words, a cut-off pipe, another program of that name. */
export class SlurmOutputError extends Error {
  override name = 'SlurmOutputError';
  constructor(command: string, output: string) {
    super(`${command} answered something that is not Slurm's: ${JSON.stringify(output.slice(0, 80))}`);
  }
}

/** Rejects with SlurmCallError or SlurmOutputError: then nothing at all is known. */
export async function lookAtCluster(client: SlurmClient, signal: AbortSignal): Promise<Look> {
  const look = await lookOnce(client, signal);
  const torn = [...look.nodes.values()].some((row) => row !== null && workUnexplained(row, look));
  return torn ? lookOnce(client, signal) : look;
}

/** The node shows work that no job accounts for: it began or ended between two commands, or we may not see the job (PrivateData). */
export function workUnexplained(row: NodeRow, look: Look): boolean {
  const works = row.cpusAllocated > 0 || row.state.flags.has('completing') || ['mixed', 'allocated'].includes(row.state.base);
  return works && !look.jobsByNode.has(row.name);
}

export async function readNodes(client: SlurmClient, signal: AbortSignal): Promise<ReadonlyMap<string, NodeRow | null>> {
  const byRest = client.rest && (await heard(client.rest.nodes(signal)));
  if (byRest) return byRest;
  const text = await client.read('scontrol', ['-a', '-d', '-o', 'show', 'node'], signal);
  const rows = parseNodeRows(text);
  if (rows.size === 0) throw new SlurmOutputError('scontrol show node', text);
  return rows;
}

export async function readReservations(client: SlurmClient, signal: AbortSignal): Promise<readonly ReservationRow[]> {
  const byRest = client.rest && (await heard(client.rest.reservations(signal)));
  if (byRest) return byRest;
  const text = await client.read('scontrol', ['-o', 'show', 'res'], signal);
  const rows = parseReservationRows(text);
  // "No reservations in the system" is said; silence is not an answer.
  if (rows === null || text.trim() === '') throw new SlurmOutputError('scontrol show res', text);
  return rows;
}

/** One job in whatever state; null: slurmctld knows no such job. */
export async function readJob(client: SlurmClient, job: string, signal: AbortSignal): Promise<JobRow | null> {
  const query = jobQuery(job);
  const said = await client.say({ command: 'squeue', args: query.args, signal, repeatable: true });
  if (!said.ok && /Invalid job id/i.test(said.words)) return null;
  if (!said.ok) throw new SlurmCallError(`squeue: ${said.words}`, false, false);
  const rows = query.parse(said.stdout);
  if (!rows) throw new SlurmOutputError('squeue', said.stdout);
  return rows.find((row) => row.id === job) ?? rows[0] ?? null;
}

/** Is it a maintenance reservation: does it keep jobs away whatever they ask for? */
export function isMaintenance(reservation: ReservationRow): boolean {
  return reservation.flags.includes('MAINT');
}

/** Active maintenance reservations by node. */
export function maintenanceByNode(reservations: readonly ReservationRow[]): Map<string, ReservationRow[]> {
  const byNode = new Map<string, ReservationRow[]>();
  for (const reservation of reservations) {
    if (reservation.active && isMaintenance(reservation)) addTo(byNode, reservation.nodes, reservation);
  }
  return byNode;
}

async function lookOnce(client: SlurmClient, signal: AbortSignal): Promise<Look> {
  const at = client.context.clock.now();
  const [nodes, jobs, reservations] = await Promise.all([
    readNodes(client, signal),
    readHoldingJobs(client, signal),
    readReservations(client, signal),
  ]);
  return { at, nodes, jobsByNode: factsByNode(jobs, nodes), reservationsByNode: maintenanceByNode(reservations) };
}

function factsByNode(jobs: readonly JobRow[], nodes: Look['nodes']): Map<string, JobFacts[]> {
  const jobsOn = new Map<string, number>();
  for (const job of jobs) for (const node of job.nodeNames) jobsOn.set(node, (jobsOn.get(node) ?? 0) + 1);
  const byNode = new Map<string, JobFacts[]>();
  for (const { nodeNames, reason: _, ...facts } of jobs) {
    // `--exclusive` hands out GPUs that no field of the job names: what its nodes have handed out, where it is alone on them.
    const alone = facts.gpus > 0 ? [] : nodeNames.filter((node) => jobsOn.get(node) === 1);
    const gpus = facts.gpus + alone.reduce((sum, node) => sum + (nodes.get(node)?.gpusUsed ?? 0), 0);
    addTo(byNode, nodeNames, { ...facts, gpus });
  }
  return byNode;
}

async function readHoldingJobs(client: SlurmClient, signal: AbortSignal): Promise<readonly JobRow[]> {
  const byRest = client.rest && (await heard(client.rest.jobs(signal)));
  if (byRest) return byRest;
  const query = jobQuery(null);
  const text = await client.read('squeue', query.args, signal);
  const rows = query.parse(text);
  if (!rows) throw new SlurmOutputError('squeue', text);
  return rows;
}

/** A slurmrestd that was chosen and then fell silent is as a slurmctld that does not answer. */
async function heard<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof RestCallError) throw new SlurmCallError(error.message, false, false);
    throw error;
  }
}

function addTo<T>(map: Map<string, T[]>, keys: readonly string[], item: T): void {
  for (const key of keys) {
    const list = map.get(key);
    if (list) list.push(item);
    else map.set(key, [item]);
  }
}
