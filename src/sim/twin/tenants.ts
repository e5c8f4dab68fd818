// What the twin's allocator knows of nodes: who may place work, what is placed, who sits on them, who handed them over.
import type { AllocatorFacts } from '../../core/ports.ts';
import { feel, type TwinNode, type World } from './world.ts';

export interface Tenancy {
  /** run null: somebody else's. */
  hold: { readonly run: string | null; readonly reason: string } | null;
  placements: readonly { readonly id: string; readonly owner: string }[];
  session: { readonly whose: string; readonly since: number } | null;
  released: { readonly by: string; readonly at: number } | null;
}

export function tenancyOf(world: World, node: TwinNode): Tenancy {
  const known = world.tenants.get(node.id);
  if (known) return known;
  const fresh: Tenancy = { hold: null, placements: [], session: null, released: null };
  world.tenants.set(node.id, fresh);
  return fresh;
}

/** VMs and containers on the node; none for a twin whose allocator was never used. */
export const placementsOn = (world: World, node: TwinNode): Tenancy['placements'] => world.tenants.get(node.id)?.placements ?? [];

/** Jobs and placements. */
export const workCount = (world: World, node: TwinNode): number => node.jobs.length + placementsOn(world, node).length;

export function allocatorFacts(world: World, node: TwinNode): AllocatorFacts {
  const { hold, placements, session, released } = world.tenants.get(node.id) ?? NOBODY;
  const claim = hold && { by: hold.run === null ? ('foreign' as const) : ('pitstop' as const), ...hold };
  return { role: 'allocator', open: hold === null, hold: claim, placements, session, released };
}

/** Somebody wants to place something; false: the node is held. */
export function place(world: World, node: TwinNode, id: string, owner: string): boolean {
  const tenancy = tenancyOf(world, node);
  if (tenancy.hold) return false;
  tenancy.placements = [...tenancy.placements, { id, owner }];
  feel(world, { what: 'placed', node: node.name, actor: 'world', name: id });
  return true;
}

export function evict(world: World, node: TwinNode, id: string): void {
  const tenancy = tenancyOf(world, node);
  if (!tenancy.placements.some((one) => one.id === id)) return;
  tenancy.placements = tenancy.placements.filter((one) => one.id !== id);
  feel(world, { what: 'evicted', node: node.name, actor: 'world', name: id });
}

/** null: the session ends. */
export function setSession(world: World, node: TwinNode, whose: string | null): void {
  tenancyOf(world, node).session = whose === null ? null : { whose, since: world.clock.now() };
  feel(world, { what: 'session', node: node.name, actor: 'foreign', name: whose ?? '' });
}

/** The customer hands the node over, or, with null, has it back. */
export function setReleased(world: World, node: TwinNode, by: string | null): void {
  tenancyOf(world, node).released = by === null ? null : { by, at: world.clock.now() };
  feel(world, { what: by === null ? 'customer-take' : 'customer-release', node: node.name, actor: 'foreign', name: by ?? '' });
}

/** Somebody else's hold; null lifts it, and only it. */
export function setForeignHold(world: World, node: TwinNode, reason: string | null): void {
  const tenancy = tenancyOf(world, node);
  if (reason === null && tenancy.hold?.run !== null) return;
  tenancy.hold = reason === null ? null : { run: null, reason };
  feel(world, { what: reason === null ? 'release' : 'hold', node: node.name, actor: 'foreign', reason: reason ?? '' });
}

const NOBODY: Tenancy = { hold: null, placements: [], session: null, released: null };
