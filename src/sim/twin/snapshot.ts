// The twin's world as JSON and back, so that it outlives the process that simulates it.
import type { Json, JsonObject } from '../../std/json.ts';
import { must } from '../../std/assert.ts';
import type { StoredHappening } from './agenda.ts';
import type { Commands, Execution } from './execution.ts';
import { reconsider } from './jobs.ts';
import type { TwinJob, TwinNode, World } from './world.ts';

type StoredNode = Omit<TwinNode, 'id' | 'name' | 'draws'> & { draws: number[] | null };

interface Stored {
  readonly at: number;
  readonly nodes: readonly StoredNode[];
  readonly jobs: readonly TwinJob[];
  readonly pending: readonly number[];
  readonly agenda: readonly StoredHappening[];
  readonly commands: readonly Execution[];
  readonly counters: { readonly nextJob: number; readonly nextCommand: number; readonly calls: World['calls'] };
  readonly schedulerAlive: boolean;
}

/** Everything but the felt log and the calls under way. */
export function takeSnapshot(world: World, commands: Commands): JsonObject {
  const stored: Stored = {
    at: world.clock.now(),
    nodes: world.nodes.map(({ id: _id, name: _name, draws, ...node }) => ({ ...node, draws: draws && [...draws] })),
    jobs: [...world.jobs.values()],
    pending: [...world.pending],
    agenda: world.agenda.dump(),
    commands: [...commands.all.values()].map((execution) => ({ ...execution, waiting: null })),
    counters: { nextJob: world.nextJob, nextCommand: commands.next, calls: world.calls },
    schedulerAlive: world.schedulerAlive,
  };
  return structuredClone(stored) as unknown as JsonObject;
}

/**
 * Puts the world into the state of a snapshot of a twin with the same configuration. What fell due meanwhile happens at once; where
 * the clock is behind the snapshot's (a sped-up one that started anew), all times move back with it.
 */
export function restoreSnapshot(world: World, commands: Commands, snapshot: Json): void {
  const stored = structuredClone(snapshot) as unknown as Stored;
  const shiftMs = Math.min(0, world.clock.now() - stored.at);
  for (const node of world.nodes) {
    const { draws, ...state } = must(stored.nodes[node.id], `node ${node.name} in the snapshot`);
    Object.assign(node, state, { silentSince: state.silentSince + shiftMs, draws: draws && Uint16Array.from(draws) });
  }
  world.jobs.clear();
  for (const job of stored.jobs) world.jobs.set(job.id, shiftJob(job, shiftMs));
  world.pending.clear();
  for (const id of stored.pending) world.pending.add(id);
  commands.all.clear();
  for (const execution of stored.commands) commands.all.set(execution.id, execution);
  commands.next = stored.counters.nextCommand;
  world.nextJob = stored.counters.nextJob;
  Object.assign(world.calls, stored.counters.calls);
  world.schedulerAlive = stored.schedulerAlive;
  world.agenda.load(stored.agenda, shiftMs);
  world.open.clear();
  for (const node of world.nodes) reconsider(world, node);
}

function shiftJob(job: TwinJob, shiftMs: number): TwinJob {
  job.startedAt += shiftMs;
  job.eligibleAt += shiftMs;
  if (job.checkpointAt !== null) job.checkpointAt += shiftMs;
  return job;
}
