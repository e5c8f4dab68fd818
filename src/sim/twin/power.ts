// Reboots and power of the twin's nodes, with everything that may go wrong between the order and the login prompt.
import { loseJobs, reconsider, unhang } from './jobs.ts';
import { nodeChanged } from './node-changed.ts';
import { cutOff, type Commands } from './execution.ts';
import { workCount } from './tenants.ts';
import { strikes } from './faults.ts';
import { bootIdOf, drawOn, durationOf, feel, isUp, type TwinNode, type World } from './world.ts';

/** How long a node takes to go down once it was told to reboot, at most. */
const STOP_MS = 2_000;
/** A node with `backTwice` reboots by itself within this time after a boot. */
const TWICE_WITHIN_MS = 60_000;

/** Somebody told the node to reboot. False: nothing will come of it. */
export function reboot(world: World, node: TwinNode, by: string, key?: string): boolean {
  const about = { node: node.name, by, ...actorOf(by), ...(key === undefined ? {} : { key }) };
  if (node.phase !== 'up' || ((by === 'ssh' || by === 'bmc') && strikes(node, 'rebootFails'))) {
    feel(world, { what: 'reboot-ignored', ...about });
    return false;
  }
  feel(world, { what: 'reboot', ...about, work: workCount(world, node) });
  node.phase = 'stopping';
  node.life++;
  node.bootBy = by;
  reconsider(world, node);
  // A told fate is the whole reboot, going down included.
  const stopMs = world.config.fateOf ? 0 : Math.round(drawOn(world, node, 'stop') * STOP_MS);
  world.agenda.add(stopMs, 'down', node.id, node.life);
  return true;
}

/** Takes the power away and, unless it stays off, gives it back: works on a dead node too. */
export function powerCycle(world: World, commands: Commands, node: TwinNode, key: string, stayOff: boolean): void {
  feel(world, { what: stayOff ? 'power-off' : 'reboot', node: node.name, actor: 'pitstop', by: 'bmc', key, work: workCount(world, node) });
  node.life++;
  node.bootBy = 'bmc';
  goDown(world, commands, node, stayOff);
}

export function powerOn(world: World, node: TwinNode, by: string, key?: string): void {
  if (isUp(node) || node.phase === 'down') return;
  feel(world, { what: 'power-on', node: node.name, by, ...actorOf(by), ...(key === undefined ? {} : { key }) });
  node.phase = 'down';
  node.life++;
  node.bootBy = by;
  bootLater(world, node);
}

/** The node is down from now on; what ran on it is lost. */
export function goDown(world: World, commands: Commands, node: TwinNode, stayOff = false): void {
  const wasUp = isUp(node);
  node.phase = stayOff ? 'off' : 'down';
  if (wasUp) {
    node.silentSince = world.clock.now();
    feel(world, { what: 'down', node: node.name, actor: 'world' });
    cutOff(world, commands, node);
    loseJobs(world, node);
    nodeChanged(world, node);
  }
  reconsider(world, node);
  if (!stayOff) bootLater(world, node);
}

/** The boot is over: the applied version runs, unless a fault is in the way, and the scheduler hears of the node again. */
export function comeUp(world: World, node: TwinNode): void {
  if (strikes(node, 'neverBack')) {
    node.phase = 'dead';
    feel(world, { what: 'dead', node: node.name, actor: 'world' });
    return;
  }
  node.phase = 'up';
  node.boots++;
  if (node.next && !strikes(node, 'oldVersion')) node.running = node.next;
  node.next = null;
  const first = Object.keys(world.config.versions)[0] ?? '';
  const shows = { version: node.running[first] ?? '', boot: bootIdOf(node) };
  feel(world, { what: 'booted', node: node.name, actor: 'world', by: node.bootBy, ...shows });
  registerAgain(world, node);
  nodeChanged(world, node);
  if (node.bootBy !== 'itself' && strikes(node, 'backTwice'))
    world.agenda.add(Math.round(drawOn(world, node, 'twice') * TWICE_WITHIN_MS), 'reboot-itself', node.id, node.life);
}

/** Somebody went there and mended it: no faults, nothing hangs, and it boots if it was dead. */
export function repair(world: World, node: TwinNode): void {
  node.faults = null;
  unhang(world, node);
  powerOn(world, node, 'repair');
}

/** Slurm sees a new boot time: with ReturnToService=2 the node takes work again and has lost our drain; else it stays DOWN. */
function registerAgain(world: World, node: TwinNode): void {
  node.schedulerDown = world.config.returnToService !== 2;
  if (world.config.returnToService === 2 && node.drain?.run) {
    feel(world, { what: 'undrain', node: '', nodes: [node.name], actor: 'world', run: node.drain.run });
    node.drain = null;
  }
  reconsider(world, node);
}

function bootLater(world: World, node: TwinNode): void {
  const fate = world.config.fateOf?.(node.name, 'boot');
  if (fate) {
    if (fate.exit === 0) world.agenda.add(fate.tookMs, 'boot', node.id, node.life);
    return;
  }
  const takes = durationOf(world.config.durations.reboot, drawOn(world, node, 'reboot'));
  world.agenda.add(strikes(node, 'lateBack') ? Math.round(takes * world.config.lateFactor) : takes, 'boot', node.id, node.life);
}

function actorOf(by: string): { actor: 'pitstop' | 'foreign' | 'world' } {
  if (by === 'ssh' || by === 'bmc') return { actor: 'pitstop' };
  return { actor: by === 'somebody' ? 'foreign' : 'world' };
}
