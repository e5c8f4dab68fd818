// The twin's world as JSON and back, so that it outlives the process that simulates it.
import type { Json, JsonObject } from '../../std/json.ts';
import { must } from '../../std/assert.ts';
import type { StoredHappening } from './agenda.ts';
import type { Commands, Execution } from './execution.ts';
import { reconsider } from './jobs.ts';
import type { TwinJob, TwinNode, World } from './world.ts';
import type { NodeOut, Silence } from './alerts.ts';
import type { FabricExecution } from './fabric-commands.ts';
import type { Fabric, FabricLink, TwinManager, TwinSwitch } from './fabric-state.ts';
import type { BmcState } from './firmware.ts';
import type { Tenancy } from './tenants.ts';

type StoredNode = Omit<TwinNode, 'id' | 'name' | 'draws'> & { draws: number[] | null };

interface StoredFabric {
  readonly links: readonly Omit<FabricLink, 'id' | 'name' | 'ends'>[];
  readonly switches: readonly Omit<TwinSwitch, 'id' | 'name' | 'role' | 'guid'>[];
  readonly managers: readonly Pick<TwinManager, 'state' | 'config'>[];
  readonly commands: readonly FabricExecution[];
  readonly nextCommand: number;
  readonly answers: boolean;
}

interface Stored {
  readonly at: number;
  readonly nodes: readonly StoredNode[];
  readonly jobs: readonly TwinJob[];
  readonly pending: readonly number[];
  readonly agenda: readonly StoredHappening[];
  readonly commands: readonly Execution[];
  readonly counters: { readonly nextJob: number; readonly nextCommand: number; readonly calls: World['calls'] };
  readonly schedulerAlive: boolean;
  /** Absent in snapshots of older versions, like all below. */
  readonly fabric?: StoredFabric | null;
  readonly tenants?: readonly (readonly [number, Tenancy])[];
  readonly silences?: readonly (Omit<Silence, 'targets'> & { readonly targets: readonly string[] })[];
  readonly out?: readonly (readonly [number, NodeOut])[];
  readonly nextAlert?: number;
  readonly bmcs?: readonly (readonly [number, BmcState])[];
  readonly nextUpdate?: number;
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
    fabric: world.fabric && storedFabric(world.fabric),
    tenants: [...world.tenants],
    silences: [...world.alerts.silences.values()].map((silence) => ({ ...silence, targets: [...silence.targets] })),
    out: [...world.alerts.out],
    nextAlert: world.alerts.next,
    bmcs: [...world.bmcs].map(([id, bmc]) => [id, { ...bmc, update: bmc.update && { ...bmc.update, waiting: null } }]),
    nextUpdate: world.nextUpdate,
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
  restoreRest(world, stored, shiftMs);
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

function storedFabric({ links, switches, managers, commands, nextCommand, answers }: Fabric): StoredFabric {
  return {
    links: links.map(({ id: _id, name: _name, ends: _ends, ...state }) => state),
    switches: switches.map(({ id: _id, name: _name, role: _role, guid: _guid, ...state }) => state),
    managers: managers.map(({ state, config }) => ({ state, config })),
    commands: [...commands.values()].map((execution) => ({ ...execution, waiting: null })),
    nextCommand,
    answers,
  };
}

function restoreRest(world: World, stored: Stored, shiftMs: number): void {
  const { fabric, alerts } = world;
  if (fabric && stored.fabric) restoreFabric(fabric, stored.fabric, shiftMs);
  world.tenants.clear();
  for (const [id, { session, released, ...tenancy }] of stored.tenants ?? []) {
    const since = session && { ...session, since: session.since + shiftMs };
    world.tenants.set(id, { ...tenancy, session: since, released: released && { ...released, at: released.at + shiftMs } });
  }
  alerts.silences.clear();
  for (const silence of stored.silences ?? [])
    alerts.silences.set(silence.id, { ...silence, targets: new Set(silence.targets), until: silence.until + shiftMs });
  alerts.out.clear();
  for (const [id, out] of stored.out ?? [])
    alerts.out.set(id, { ...out, since: out.since + shiftMs, firing: out.firing === null ? null : out.firing + shiftMs });
  alerts.next = stored.nextAlert ?? 1;
  world.bmcs.clear();
  for (const [id, { update, silentUntil, ...bmc }] of stored.bmcs ?? [])
    world.bmcs.set(id, { ...bmc, silentUntil: silentUntil + shiftMs, update: update && { ...update, from: update.from + shiftMs } });
  world.nextUpdate = stored.nextUpdate ?? 1;
}

function restoreFabric(fabric: Fabric, stored: StoredFabric, shiftMs: number): void {
  for (const link of fabric.links) {
    const state = must(stored.links[link.id], `link ${link.name} in the snapshot`);
    Object.assign(link, state, { errorsFrom: state.errorsFrom === null ? null : state.errorsFrom + shiftMs });
  }
  for (const one of fabric.switches) Object.assign(one, must(stored.switches[one.id], `switch ${one.name} in the snapshot`));
  for (const [index, manager] of fabric.managers.entries())
    Object.assign(manager, must(stored.managers[index], `subnet manager ${manager.name} in the snapshot`));
  fabric.commands.clear();
  for (const execution of stored.commands) fabric.commands.set(execution.id, execution);
  fabric.nextCommand = stored.nextCommand;
  fabric.answers = stored.answers;
}
