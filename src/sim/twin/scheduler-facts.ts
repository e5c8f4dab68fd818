// How the twin's scheduler words what it knows of a node and its jobs, as Slurm would.
import { foldNames } from '../../core/fleet/nodeset.ts';
import type { Claim, JobFacts, SchedulerFacts } from '../../core/ports.ts';
import { must } from '../../std/assert.ts';
import { namesOf } from './jobs.ts';
import { isUp, type TwinJob, type TwinNode, type World } from './world.ts';

/** Facts of jobs as long as nothing about the job changes: folding their nodes is dear. */
const CACHE = new WeakMap<TwinJob, { readonly state: string; readonly facts: JobFacts }>();

/** What the scheduler believes of the node now; a node that just fell silent still looks well to it. */
export function schedulerFacts(world: World, node: TwinNode): SchedulerFacts {
  const responding = isUp(node) || world.clock.now() - node.silentSince < world.config.silentAfterMs;
  const down = node.schedulerDown || !responding;
  return {
    role: 'scheduler',
    inService: !down && !node.drain && (!node.reservation || node.reservation.run !== null),
    responding,
    state: stateWord(world, node, down, responding),
    drain: node.drain && claimOf(node.drain),
    reservation: node.reservation && claimOf({ run: node.reservation.run, reason: node.reservation.name }),
    jobs: node.jobs.map((id) => jobFacts(world, must(world.jobs.get(id), 'a job of a node'))),
    gpus: world.config.gpusPerNode,
  };
}

function claimOf({ run, reason }: { run: string | null; reason: string }): Claim {
  return { by: run === null ? 'foreign' : 'pitstop', run, reason };
}

function stateWord(world: World, node: TwinNode, down: boolean, responding: boolean): string {
  const jobs = node.jobs.map((id) => world.jobs.get(id)?.state);
  const base = down ? 'down' : jobs.includes('running') ? 'allocated' : 'idle';
  const flags = [responding ? base : `${base}*`];
  if (jobs.some((state) => state !== undefined && state !== 'running')) flags.push('completing');
  if (node.drain) flags.push('drain');
  if (node.reservation) flags.push('maintenance');
  return flags.join('+');
}

function jobFacts(world: World, job: TwinJob): JobFacts {
  const state = `${job.life} ${job.nodes.length} ${job.checkpointAt}`;
  const known = CACHE.get(job);
  if (known?.state === state) return known.facts;
  const names = namesOf(world, job);
  const facts: JobFacts = {
    id: String(job.id),
    name: job.name,
    user: 'research',
    state: job.state === 'running' ? 'running' : 'completing',
    nodes: foldNames(names),
    batchNode: names[0] ?? null,
    startedAt: job.startedAt,
    endsBy: job.startedAt + 2 * job.workMs,
    restarts: job.restarts,
    gpus: names.length * world.config.gpusPerNode,
    comment: job.checkpointAt === null ? '' : `checkpoint ${job.checkpointAt}`,
  };
  CACHE.set(job, { state, facts });
  return facts;
}
