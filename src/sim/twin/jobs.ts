// The life of jobs on the twin: they wait, start on open nodes, write checkpoints, end by themselves or because somebody ended them,
// and hold their nodes until the epilog is over.
import { must } from '../../std/assert.ts';
import { watchNode } from './alerts.ts';
import { strikes } from './faults.ts';
import { drawFor, durationOf, feel, type TwinJob, type TwinNode, type World } from './world.ts';

export interface NewJob {
  readonly name: string;
  readonly nodesWanted: number;
  readonly pinned: readonly number[] | null;
  readonly workMs: number;
  readonly reaction: TwinJob['reaction'];
}

/** The jobs that the nodes are busy with at the start: neighbours in the list share a job. */
export function startFirstJobs(world: World): void {
  const { busy, nodesEach, remaining, handlesSignal } = world.config.jobs;
  const [fewest, most] = nodesEach;
  let index = 0;
  for (let first = 0; first < world.nodes.length; index++) {
    const wanted = fewest + Math.floor(drawFor(world, 'job-nodes', index, 0) * (most - fewest + 1));
    const members = world.nodes.slice(first, first + wanted);
    first += wanted;
    if (drawFor(world, 'busy', index, 0) >= busy) continue;
    const job = submit(world, {
      name: 'train',
      nodesWanted: members.length,
      pinned: null,
      workMs: durationOf(remaining, drawFor(world, 'job-remaining', index, 0)),
      reaction: drawFor(world, 'job-handles', index, 0) < handlesSignal ? 'checkpoint' : 'dies',
    });
    start(world, job, members);
  }
}

/** A pending job; `schedule` starts it when its turn comes. */
export function submit(world: World, wanted: NewJob): TwinJob {
  const id = world.nextJob++;
  const job: TwinJob = {
    id,
    ...wanted,
    state: 'pending',
    life: 0,
    nodes: [],
    startedAt: 0,
    savedMs: 0,
    checkpointAt: null,
    eligibleAt: world.clock.now(),
    restarts: 0,
    requeueKey: null,
  };
  world.jobs.set(id, job);
  world.pending.add(id);
  return job;
}

/** Starts every pending job whose nodes are open. */
export function schedule(world: World): void {
  if (!world.schedulerAlive) return;
  for (const id of world.pending) {
    const job = must(world.jobs.get(id), 'a pending job');
    if (world.open.size < job.nodesWanted) continue;
    if (job.state !== 'pending' || job.eligibleAt > world.clock.now()) continue;
    if (job.pinned && !job.pinned.every((node) => world.open.has(node))) continue;
    const chosen = job.pinned ?? firstOpen(world, job.nodesWanted);
    start(
      world,
      job,
      chosen.map((node) => must(world.nodes[node], 'an open node')),
    );
  }
}

/** To be called after anything that may open a node to jobs or close it. */
export function reconsider(world: World, node: TwinNode): void {
  watchNode(world, node);
  const open = node.phase === 'up' && !node.drain && !node.schedulerDown && !node.reservation && node.jobs.length === 0;
  if (!open) world.open.delete(node.id);
  else if (!world.open.has(node.id)) {
    world.open.add(node.id);
    if (world.pending.size > 0) schedule(world);
  }
}

/** The work is done. */
export function jobEnds(world: World, job: TwinJob): void {
  if (job.state === 'running') finish(world, job, 'done', 'completing');
}

/** Somebody ends the job for good, wherever it stands. */
export function cancelJob(world: World, job: TwinJob): void {
  if (job.state === 'running') finish(world, job, 'ended', 'completing');
  else if (job.state === 'pending' || job.state === 'held') {
    world.pending.delete(job.id);
    world.jobs.delete(job.id);
    job.state = 'gone';
  } else job.state = 'completing';
}

/** The epilog is over: the nodes are free, but for those on which it hangs. */
export function jobGoes(world: World, job: TwinJob): void {
  const members = job.nodes.map((id) => must(world.nodes[id], 'a node of a job'));
  job.nodes = members.filter((node) => node.hangs).map(({ id }) => id);
  const { state } = job;
  if (job.nodes.length === 0) {
    if (state === 'completing') world.jobs.delete(job.id);
    job.state = state === 'completing' ? 'gone' : state === 'requeueing' ? 'pending' : 'held';
    if (job.state === 'pending') waitAgain(world, job);
  }
  for (const node of members) {
    if (node.hangs) continue;
    node.jobs = node.jobs.filter((id) => id !== job.id);
    reconsider(world, node);
  }
}

/** What a signal does to a job: a checkpoint, nothing, or its end. */
export function signalJob(world: World, job: TwinJob, signal: string): void {
  if (job.state !== 'running') return;
  feel(world, { what: 'job-signal', node: '', nodes: namesOf(world, job), actor: 'world', job: job.id });
  if (job.reaction === 'dies' || signal === 'KILL') finish(world, job, 'ended', 'completing');
  else if (job.reaction === 'checkpoint') {
    const takes = durationOf(world.config.jobs.checkpoint, drawFor(world, 'checkpoint', job.id, job.restarts));
    world.agenda.add(takes, 'checkpoint', job.id, job.life);
  }
}

export function jobSaves(world: World, job: TwinJob): void {
  if (job.state !== 'running') return;
  const now = world.clock.now();
  job.savedMs = Math.min(job.workMs, job.savedMs + now - (job.checkpointAt ?? job.startedAt));
  job.checkpointAt = now;
  feel(world, { what: 'checkpoint', node: '', nodes: namesOf(world, job), actor: 'world', job: job.id, doneMs: job.savedMs });
  if (world.config.jobs.afterCheckpoint === 'requeues') requeueJob(world, job, false);
}

/** Ends the job and puts it back in line; its work since the last checkpoint is lost. */
export function requeueJob(world: World, job: TwinJob, hold: boolean): void {
  finish(world, job, 'ended', hold ? 'requeueing-held' : 'requeueing');
}

/** The node went down under its jobs: they are lost on all their nodes and requeued, as Slurm does. */
export function loseJobs(world: World, node: TwinNode): void {
  node.hangs = false;
  for (const id of node.jobs) {
    const job = must(world.jobs.get(id), 'a job of a node');
    if (job.state === 'running') finish(world, job, 'lost', 'requeueing');
    job.nodes = job.nodes.filter((other) => other !== node.id);
    if (job.nodes.length === 0) jobGoes(world, job);
  }
  node.jobs = [];
}

/** What the job needs beside its nodes is gone: it is lost and requeued, and its nodes are free after its epilog. */
export function loseJob(world: World, job: TwinJob): void {
  if (job.state === 'running') finish(world, job, 'lost', 'requeueing');
}

/** Drained by Pitstop: where the fault is, the epilog of its job, or of a job just before, never ends. */
export function hangAtDrain(world: World, node: TwinNode): void {
  if (node.hangs || !strikes(node, 'hangDrain')) return;
  node.hangs = true;
  if (node.jobs.length > 0) return;
  const ghost = submit(world, { name: 'stuck', nodesWanted: 1, pinned: [node.id], workMs: 0, reaction: 'ignores' });
  world.pending.delete(ghost.id);
  ghost.state = 'completing';
  ghost.nodes = [node.id];
  node.jobs = [ghost.id];
  reconsider(world, node);
}

/** Somebody cleared what hung. */
export function unhang(world: World, node: TwinNode): void {
  if (!node.hangs) return;
  node.hangs = false;
  for (const id of node.jobs) {
    const job = must(world.jobs.get(id), 'a job of a node');
    if (job.state !== 'running') jobGoes(world, job);
  }
}

export const namesOf = (world: World, job: TwinJob): string[] => job.nodes.map((id) => must(world.nodes[id], 'a node of a job').name);

function start(world: World, job: TwinJob, nodes: readonly TwinNode[]): void {
  world.pending.delete(job.id);
  job.state = 'running';
  job.life++;
  job.nodes = nodes.map(({ id }) => id);
  job.startedAt = world.clock.now();
  job.checkpointAt = null;
  for (const node of nodes) {
    node.jobs.push(job.id);
    world.open.delete(node.id);
  }
  const about = { job: job.id, name: job.name, restart: job.restarts };
  feel(world, { what: 'job-start', node: '', nodes: namesOf(world, job), actor: 'world', ...about });
  world.agenda.add(job.workMs - job.savedMs, 'job-end', job.id, job.life);
}

function finish(world: World, job: TwinJob, how: 'done' | 'ended' | 'lost', next: 'completing' | 'requeueing' | 'requeueing-held'): void {
  const about = { job: job.id, name: job.name, restart: job.restarts, how };
  feel(world, { what: 'job-end', node: '', nodes: namesOf(world, job), actor: 'world', ...about });
  job.state = next;
  job.life++;
  world.agenda.add(durationOf(world.config.jobs.epilog, drawFor(world, 'epilog', job.id, job.restarts)), 'job-gone', job.id, job.life);
}

function waitAgain(world: World, job: TwinJob): void {
  job.restarts++;
  job.life++;
  job.eligibleAt = world.clock.now() + world.config.jobs.requeueDelayMs;
  world.pending.add(job.id);
  world.agenda.add(world.config.jobs.requeueDelayMs, 'eligible', job.id, job.life);
}

function firstOpen(world: World, count: number): number[] {
  const nodes: number[] = [];
  for (const id of world.open) {
    if (nodes.length === count) break;
    nodes.push(id);
  }
  return nodes;
}
