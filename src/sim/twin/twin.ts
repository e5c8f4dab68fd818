// The twin: a simulated fleet with a scheduler, nodes, BMCs, a fabric, an allocator and alerts behind the driver port, and the acts of everybody who is not Pitstop.
// Seeded, on any clock; it knows nothing of plans and runs, and outlives the runner that drives it.
import type { Driver } from '../../core/ports.ts';
import { must } from '../../std/assert.ts';
import type { Clock } from '../../std/clock.ts';
import type { JsonObject } from '../../std/json.ts';
import type { Happening } from './agenda.ts';
import { alertFires, silenceEnds } from './alerts.ts';
import { AlertsDriver } from './alerts-driver.ts';
import { AllocatorDriver } from './allocator-driver.ts';
import { BmcDriver } from './bmc-driver.ts';
import { Calls } from './calls.ts';
import type { Fault, TwinConfig } from './config.ts';
import { FabricDriver } from './fabric-driver.ts';
import { fabricHands, happensInFabric, type FabricHands } from './fabric-hands.ts';
import { updateEnds } from './firmware.ts';
import { startLinks } from './links.ts';
import { actsOfOthers, tenants, type ActsOfOthers, type Tenants } from './others.ts';
import { commandEnds, createCommands, type Commands } from './execution.ts';
import type { FeltEvent } from './felt-log.ts';
import { cancelJob, jobEnds, jobGoes, jobSaves, schedule, startFirstJobs, submit } from './jobs.ts';
import { comeUp, goDown, reboot, repair } from './power.ts';
import { SchedulerDriver } from './scheduler-driver.ts';
import { ShellDriver } from './shell-driver.ts';
import { restoreSnapshot, takeSnapshot } from './snapshot.ts';
import { ALWAYS } from './faults.ts';
import { createWorld, nodeOf, type TwinJob, type TwinNode, type World } from './world.ts';

export interface Twin extends ActsOfOthers, Tenants {
  readonly scheduler: Driver;
  readonly shell: Driver;
  readonly bmc: Driver;
  /** null: the configuration names no fabric. */
  readonly fabric: Driver | null;
  readonly allocator: Driver;
  readonly alerts: Driver;
  /** Grows; empty when the configuration says so. */
  readonly felt: readonly FeltEvent[];
  /** Cables, ports, switches and subnet managers in the hands of people; null: no fabric. */
  readonly hands: FabricHands | null;
  /** A job in line; starts on open nodes as soon as there are enough, or as soon as those named are open. Returns its id. */
  submitJob(job: { nodes: number | readonly string[]; durationMs: number; handlesSignal: boolean }): string;
  /** A one-node job named `planted` that starts the moment a node (this one, when given) is open. Returns its id. */
  plantJob(job?: { node?: string; durationMs?: number }): string;
  /** Its user cancels it. */
  endJob(id: string): void;
  jobState(id: string): TwinJob['state'];
  /** The node has the fault from now on, `times` times or always. */
  misbehave(node: string, fault: Fault, times?: number): void;
  /** Clears all faults and hangs, and boots the node if it was dead. */
  repair(node: string): void;
  /** Component -> version that runs on the node now. */
  versionsOf(node: string): { readonly [component: string]: string };
  /** The end of this world: nothing happens in it any more. */
  close(): void;
  snapshot(): JsonObject;
  restore(snapshot: JsonObject): void;
}

const PLANTED_MS = 60_000;

/** A twin on this clock; its first jobs run from now on. Throws PitstopBugError for a node that it does not have. */
export function createTwin(config: TwinConfig, clock: Clock): Twin {
  const commands = createCommands();
  const world: World = createWorld(config, clock, (what, subject, life) => happen(world, commands, what, subject, life));
  const calls = new Calls(world);
  startFirstJobs(world);
  if (world.fabric) startLinks(world, world.fabric);
  const find = (name: string): TwinNode => must(nodeOf(world, name), `node ${name} of the twin`);
  return {
    scheduler: new SchedulerDriver(world, calls),
    shell: new ShellDriver(world, calls, commands),
    bmc: new BmcDriver(world, calls, commands),
    fabric: world.fabric && new FabricDriver(world, world.fabric, calls),
    allocator: new AllocatorDriver(world, calls),
    alerts: new AlertsDriver(world, calls),
    felt: world.felt.events,
    hands: world.fabric && fabricHands(world, world.fabric),
    ...actsOfOthers(world, find),
    ...tenants(world, find),
    ...jobActs(world, find),
    misbehave: (name, fault, times = ALWAYS) => {
      const node = find(name);
      node.faults = { ...node.faults, [fault]: times };
    },
    repair: (name) => repair(world, find(name)),
    versionsOf: (name) => find(name).running,
    close: () => world.agenda.stop(),
    snapshot: () => takeSnapshot(world, commands),
    restore: (snapshot) => restoreSnapshot(world, commands, snapshot),
  };
}

function jobActs(world: World, find: (name: string) => TwinNode): Pick<Twin, 'submitJob' | 'plantJob' | 'endJob' | 'jobState'> {
  return {
    submitJob: ({ nodes, durationMs, handlesSignal }) => {
      const pinned = typeof nodes === 'number' ? null : nodes.map((name) => find(name).id);
      const reaction = handlesSignal ? 'checkpoint' : 'dies';
      return enter(world, { name: 'train', nodesWanted: pinned?.length ?? Number(nodes), pinned, workMs: durationMs, reaction });
    },
    plantJob: ({ node, durationMs = PLANTED_MS } = {}) => {
      const pinned = node === undefined ? null : [find(node).id];
      return enter(world, { name: 'planted', nodesWanted: 1, pinned, workMs: durationMs, reaction: 'dies' });
    },
    endJob: (id) => {
      const job = world.jobs.get(Number(id));
      if (job) cancelJob(world, job);
    },
    jobState: (id) => world.jobs.get(Number(id))?.state ?? 'gone',
  };
}

function enter(world: World, job: Parameters<typeof submit>[1]): string {
  const { id } = submit(world, job);
  schedule(world);
  return String(id);
}

/** What was planned for a life that is over does not happen. */
function happen(world: World, commands: Commands, what: Happening, subject: number, life: number): void {
  if (what === 'command-end') {
    commandEnds(world, commands, subject);
    return;
  }
  if (world.fabric && happensInFabric(world, world.fabric, what, subject, life)) return;
  if (what === 'silence-end') {
    silenceEnds(world, subject);
    return;
  }
  if (what === 'alert' || what === 'update-end') {
    const node = must(world.nodes[subject], 'a node of the agenda');
    if (what === 'alert') alertFires(world, node, life);
    else updateEnds(world, node, life);
    return;
  }
  if (what === 'down' || what === 'boot' || what === 'reboot-itself') {
    const node = must(world.nodes[subject], 'a node of the agenda');
    if (node.life !== life) return;
    if (what === 'down') goDown(world, commands, node);
    else if (what === 'boot') comeUp(world, node);
    else reboot(world, node, 'itself');
    return;
  }
  const job = world.jobs.get(subject);
  if (!job || job.life !== life) return;
  if (what === 'job-end') jobEnds(world, job);
  else if (what === 'job-gone') jobGoes(world, job);
  else if (what === 'checkpoint') jobSaves(world, job);
  else schedule(world);
}
