// The state of the simulated fleet: nodes, jobs, reservations and commands, and the few things that everything else here does to them.
import { logNormal } from '../../std/draw.ts';
import type { Clock } from '../../std/clock.ts';
import { Agenda, type Happening } from './agenda.ts';
import type { Alerts } from './alerts.ts';
import type { Tenancy } from './tenants.ts';
import { FAULTS, UPDATE_FAULT, type TwinConfig } from './config.ts';
import type { Spread } from './commands.ts';
import { drawBy, DRAWS, type DrawnFor } from './draws.ts';
import { createFabric, type Fabric } from './fabric-state.ts';
import { ALWAYS, type Faulty } from './faults.ts';
import type { BmcState } from './firmware.ts';
import { FeltLog, type FeltEvent } from './felt-log.ts';

/** stopping: asked to reboot, still up. down: boots. dead: did not come up. */
type Phase = 'up' | 'stopping' | 'down' | 'dead' | 'off';

interface Drain {
  /** null: not one of Pitstop's. */
  readonly run: string | null;
  readonly reason: string;
}

interface Reservation {
  readonly name: string;
  /** null: not one of Pitstop's. */
  readonly run: string | null;
}

export interface TwinNode extends Faulty {
  readonly id: number;
  readonly name: string;
  phase: Phase;
  /** Counts power lives: what was planned for an earlier one is void. */
  life: number;
  boots: number;
  /** Unix ms at which it fell silent; meaningless while it is up. */
  silentSince: number;
  /** Who the boot under way is due to. */
  bootBy: string;
  /** Component -> version; shared until it changes. */
  running: { readonly [component: string]: string };
  /** What the next boot brings. */
  next: { readonly [component: string]: string } | null;
  drain: Drain | null;
  /** Slurm's DOWN, which outlives the silence that caused it. */
  schedulerDown: boolean;
  reservation: Reservation | null;
  /** Ids of the jobs that hold it, completing ones included. */
  jobs: number[];
  /** An epilog that never ends. */
  hangs: boolean;
  /** How often each kind of thing was drawn for here, so that no order of events changes a draw. */
  draws: Uint16Array | null;
  /** Ids of commands: running ones, and the last few that must not run again. */
  commands: number[];
}

export interface TwinJob {
  readonly id: number;
  readonly name: string;
  readonly nodesWanted: number;
  /** Ids of the nodes it must run on; null = any. */
  readonly pinned: readonly number[] | null;
  readonly workMs: number;
  readonly reaction: 'checkpoint' | 'dies' | 'ignores';
  /** requeueing: completing, and pending afterwards. */
  state: 'pending' | 'held' | 'running' | 'completing' | 'requeueing' | 'requeueing-held' | 'gone';
  life: number;
  nodes: number[];
  startedAt: number;
  /** Work that the last checkpoint saved. */
  savedMs: number;
  checkpointAt: number | null;
  eligibleAt: number;
  restarts: number;
  /** Key of the last requeue, which is done once however often it is asked for. */
  requeueKey: string | null;
}

export interface World {
  readonly config: TwinConfig;
  readonly clock: Clock;
  readonly agenda: Agenda;
  readonly felt: FeltLog;
  readonly nodes: readonly TwinNode[];
  readonly idOf: ReadonlyMap<string, number>;
  readonly jobs: Map<number, TwinJob>;
  /** Ids of pending jobs in the order of submission. */
  readonly pending: Set<number>;
  /** Ids of nodes on which a job could start now. */
  readonly open: Set<number>;
  nextJob: number;
  schedulerAlive: boolean;
  /** Calls to each system so far; names their draws. */
  readonly calls: { scheduler: number; shell: number; bmc: number; fabric: number; allocator: number; alerts: number };
  /** null: this twin has none. */
  readonly fabric: Fabric | null;
  /** By id of the node; a node without an entry is open and empty. */
  readonly tenants: Map<number, Tenancy>;
  readonly alerts: Alerts;
  /** By id of the node; a BMC without an entry is as configured, and idle. */
  readonly bmcs: Map<number, BmcState>;
  nextUpdate: number;
}

export function createWorld(config: TwinConfig, clock: Clock, handle: (what: Happening, subject: number, life: number) => void): World {
  const nodes = config.nodes.map((name, id): TwinNode => freshNode(config, name, id));
  const idOf = new Map(config.nodes.map((name, id) => [name, id]));
  const world: World = {
    config,
    clock,
    agenda: new Agenda(clock, handle),
    felt: new FeltLog(config),
    nodes,
    idOf,
    jobs: new Map(),
    pending: new Set(),
    open: new Set(nodes.keys()),
    nextJob: 1,
    schedulerAlive: true,
    calls: { scheduler: 0, shell: 0, bmc: 0, fabric: 0, allocator: 0, alerts: 0 },
    fabric: createFabric(config, idOf),
    tenants: new Map(),
    alerts: { silences: new Map(), out: new Map(), next: 1 },
    bmcs: new Map(),
    nextUpdate: 1,
  };
  plantFaults(world);
  return world;
}

export const nodeOf = (world: World, name: string): TwinNode | null => world.nodes[world.idOf.get(name) ?? -1] ?? null;

export const isUp = (node: TwinNode): boolean => node.phase === 'up' || node.phase === 'stopping';

/** Names this boot of the node; another boot has another name. */
export const bootIdOf = (node: TwinNode): string => `${node.name}-boot-${node.boots}`;

export function feel(world: World, event: Omit<FeltEvent, 'at'>): void {
  world.felt.add({ at: world.clock.now(), ...event });
}

/** A uniform number for this purpose, its own for each subject and each time it is asked for. */
export function drawFor(world: World, what: DrawnFor, subject: number, attempt: number): number {
  return drawBy(world.config, what, subject, attempt);
}

/** As `drawFor` on a node, which counts the attempts itself. */
export function drawOn(world: World, node: TwinNode, what: DrawnFor): number {
  node.draws ??= new Uint16Array(DRAWS.length);
  const index = DRAWS.indexOf(what);
  const attempt = node.draws[index] as number;
  node.draws[index] = attempt + 1;
  return drawFor(world, what, node.id, attempt);
}

/** Whole milliseconds, never negative. */
export function durationOf(spread: Spread, u: number): number {
  return Math.round(logNormal(spread.medianMs, spread.logSd, u));
}

function freshNode(config: TwinConfig, name: string, id: number): TwinNode {
  return {
    id,
    name,
    phase: 'up',
    life: 0,
    boots: 1,
    silentSince: 0,
    bootBy: '',
    running: config.versions,
    next: null,
    drain: null,
    schedulerDown: false,
    reservation: null,
    jobs: [],
    hangs: false,
    faults: null,
    draws: null,
    commands: [],
  };
}

function plantFaults(world: World): void {
  for (const [index, fault] of ([...FAULTS, UPDATE_FAULT] as const).entries()) {
    const spec = world.config.faults[fault];
    if (!spec) continue;
    const named = new Set(spec.nodes);
    for (const node of world.nodes) {
      const drawn = spec.share !== undefined && drawFor(world, 'fault', node.id, index) < spec.share;
      if (drawn || named.has(node.name)) node.faults = { ...node.faults, [fault]: spec.times ?? ALWAYS };
    }
  }
}
