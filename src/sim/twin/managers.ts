// The twin's subnet managers: one is master, the others stand by; a new one takes over a while after the master has gone.
import type { Fabric, TwinManager } from './fabric-state.ts';
import { masterOf } from './fabric-state.ts';
import { configureAll } from './links.ts';
import { feel, type World } from './world.ts';

export function stopManager(world: World, fabric: Fabric, manager: TwinManager): void {
  if (manager.state === 'not-active') return;
  const wasMaster = manager.state === 'master';
  manager.state = 'not-active';
  if (wasMaster) world.agenda.add(fabric.config.takeoverMs, 'sm-election', 0, 0);
}

export function startManager(world: World, fabric: Fabric, manager: TwinManager): void {
  if (manager.state !== 'not-active') return;
  manager.state = 'discovering';
  world.agenda.add(fabric.config.takeoverMs, 'sm-election', 0, 0);
}

/** The one of the highest priority is master from now on; among equals the one that is, else the first one named. */
export function elect(world: World, fabric: Fabric): void {
  const running = fabric.managers.filter(({ state }) => state !== 'not-active');
  const highest = Math.max(...running.map(({ priority }) => priority));
  const equals = running.filter(({ priority }) => priority === highest);
  const before = masterOf(fabric);
  const master = equals.find(({ state }) => state === 'master') ?? equals[0];
  for (const one of running) one.state = one === master ? 'master' : 'standby';
  if (!master || master === before) return;
  feel(world, { what: 'sm-master', node: master.name, actor: 'world' });
  configureAll(world, fabric);
}

/** A node or switch went down or came up: the subnet managers on it with it. */
export function managersOnHost(world: World, host: string, isUp: boolean): void {
  const { fabric } = world;
  if (!fabric) return;
  for (const manager of fabric.managers) {
    if (manager.on !== host) continue;
    if (isUp) startManager(world, fabric, manager);
    else stopManager(world, fabric, manager);
  }
}
