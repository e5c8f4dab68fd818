// The life of the twin's links: carrier, configuration by a subnet manager, flaps and errors, and what hands do to them.
import { must } from '../../std/assert.ts';
import { drawBy } from './draws.ts';
import { LINK_FAULTS, type LinkFault } from './fabric-config.ts';
import { masterOf, type Fabric, type FabricEnd, type FabricLink } from './fabric-state.ts';
import { feel, isUp, type World } from './world.ts';

export type LinkRepair = 'reset' | 'reseat' | 'clean' | 'swap';

/** What mends what; a swap mends everything. */
const MENDS: { readonly [repair in LinkRepair]: readonly LinkFault[] } = {
  reset: ['staysInitialize'],
  reseat: ['staysInitialize', 'staysDown', 'flaps'],
  clean: ['errors', 'degraded'],
  swap: ['staysInitialize', 'staysDown', 'flaps', 'errors', 'degraded'],
};

/** Begins what the faults of the start do. */
export function startLinks(world: World, fabric: Fabric): void {
  for (const link of fabric.links) if (link.fault !== null) begin(world, fabric, link);
}

/** To be called after anything that may give the link a carrier or take it away. */
export function settle(world: World, fabric: Fabric, link: FabricLink): void {
  const carrier = hasCarrier(world, fabric, link);
  if (carrier === (link.state !== 'down')) return;
  link.life++;
  countErrors(world, fabric, link);
  if (carrier) {
    link.state = 'initialize';
    configureLater(world, fabric, link);
    return;
  }
  if (link.state === 'active') feel(world, { what: 'link-down', node: nodeOfLink(world, fabric, link), actor: 'world', link: link.name });
  link.state = 'down';
  link.downed++;
}

/** A subnet manager comes by: the link is active, if there is one and the link lets it. */
export function linkConfigured(world: World, fabric: Fabric, link: FabricLink): void {
  if (link.state !== 'initialize' || !masterOf(fabric) || link.fault === 'staysInitialize') return;
  link.state = 'active';
  if (link.fault === 'errors') link.errorsFrom = world.clock.now();
  feel(world, { what: 'link-up', node: nodeOfLink(world, fabric, link), actor: 'world', link: link.name });
}

/** The next part of a flap. */
export function linkFlaps(world: World, fabric: Fabric, link: FabricLink): void {
  if (link.fault !== 'flaps') link.flaps = 'no';
  else {
    link.flaps = link.flaps === 'up' ? 'down' : 'up';
    world.agenda.add(link.flaps === 'up' ? fabric.config.flapUpMs : fabric.config.flapDownMs, 'link-flap', link.id, 0);
  }
  settle(world, fabric, link);
}

/** Every link that waits for a subnet manager: there is a new one. */
export function configureAll(world: World, fabric: Fabric): void {
  for (const link of fabric.links) if (link.state === 'initialize') configureLater(world, fabric, link);
}

/** The link has the fault from now on; null: it is well. */
export function misbehaves(world: World, fabric: Fabric, link: FabricLink, fault: LinkFault | null): void {
  countErrors(world, fabric, link);
  link.fault = fault;
  if (fault === null) recovers(world, fabric, link);
  else begin(world, fabric, link);
}

/** False: it was not that. Whoever does it takes the link down for a moment. */
export function repairLink(world: World, fabric: Fabric, link: FabricLink, repair: LinkRepair): boolean {
  feel(world, { what: 'link-repair', node: nodeOfLink(world, fabric, link), actor: 'foreign', link: link.name, by: repair });
  const mended = link.fault === null || MENDS[repair].includes(link.fault);
  const was = link.cut;
  setCut(world, fabric, link, true);
  setCut(world, fabric, link, was);
  if (mended) misbehaves(world, fabric, link, null);
  return mended;
}

/** Unplugs the link, or plugs it in. */
export function setCut(world: World, fabric: Fabric, link: FabricLink, cut: boolean): void {
  link.cut = cut;
  settle(world, fabric, link);
}

/** Symbol errors of both ends, now. */
export function symbolErrors(world: World, fabric: Fabric, link: FabricLink): number {
  if (link.errorsFrom === null) return link.errors;
  return link.errors + Math.floor(((world.clock.now() - link.errorsFrom) / 60_000) * fabric.config.errorsPerMinute);
}

function hasCarrier(world: World, fabric: Fabric, link: FabricLink): boolean {
  if (link.cut || link.fault === 'staysDown' || link.flaps === 'down') return false;
  return link.ends.every((end) => endIsUp(world, fabric, end));
}

function endIsUp(world: World, fabric: Fabric, end: FabricEnd): boolean {
  if (!end) return true;
  return end.kind === 'node' ? isUp(must(world.nodes[end.id], 'a node of a link')) : must(fabric.switches[end.id], 'a switch of a link').up;
}

function begin(world: World, fabric: Fabric, link: FabricLink): void {
  if (link.fault === 'flaps' && link.flaps === 'no') {
    link.flaps = 'up';
    // Not all in the same moment.
    const first = drawBy(world.config, 'link-fault', link.id, LINK_FAULTS.length) * fabric.config.flapUpMs;
    world.agenda.add(Math.round(first), 'link-flap', link.id, 0);
  }
  if (link.fault === 'errors' && link.state === 'active') link.errorsFrom = world.clock.now();
  if (link.fault === 'staysInitialize' && link.state === 'active') {
    link.state = 'initialize';
    link.life++;
    feel(world, { what: 'link-down', node: nodeOfLink(world, fabric, link), actor: 'world', link: link.name });
  }
  settle(world, fabric, link);
}

function recovers(world: World, fabric: Fabric, link: FabricLink): void {
  link.flaps = link.flaps === 'no' ? 'no' : 'up';
  settle(world, fabric, link);
  if (link.state === 'initialize') configureLater(world, fabric, link);
}

function configureLater(world: World, fabric: Fabric, link: FabricLink): void {
  if (masterOf(fabric)) world.agenda.add(fabric.config.activeAfterMs, 'link-active', link.id, link.life);
}

function countErrors(world: World, fabric: Fabric, link: FabricLink): void {
  link.errors = symbolErrors(world, fabric, link);
  link.errorsFrom = null;
}

/** Where the link is felt: at its node, between switches at its first one. */
function nodeOfLink(world: World, fabric: Fabric, { ends, name }: FabricLink): string {
  const node = ends.find((end) => end?.kind === 'node') ?? ends[0];
  const at = node?.kind === 'node' ? world.nodes[node.id] : fabric.switches[node?.id ?? -1];
  return at?.name ?? name.split('/')[0] ?? '';
}
