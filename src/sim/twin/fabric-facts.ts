// What a sweep of the twin's fabric shows of a node, a switch, a link or a subnet manager.
import type { FabricFacts, LinkFacts, SubnetManager } from '../../core/ports.ts';
import { guidOf, type Fabric, type FabricLink } from './fabric-state.ts';
import { symbolErrors } from './links.ts';
import type { World } from './world.ts';

/** null: the fabric has nothing of this name. A link without a carrier is not seen, as no tool could tell what hangs on the port. */
export function fabricFacts(world: World, fabric: Fabric, target: string, managers: readonly SubnetManager[]): FabricFacts | null {
  const node = world.idOf.get(target);
  if (node !== undefined) {
    const own = fabric.ofNode.get(node) ?? [];
    if (own.length === 0) return null;
    return shown(world, fabric, own, { guid: guidOf('node', node), lid: fabric.switches.length + node + 1 }, managers);
  }
  const one = fabric.switchOf.get(target);
  if (one) {
    const facts = shown(world, fabric, fabric.ofSwitch[one.id] ?? [], { guid: one.guid, lid: one.id + 1 }, managers);
    return one.up ? { ...facts, present: true, guid: one.guid, lid: one.id + 1 } : facts;
  }
  const link = fabric.linkOf.get(target);
  if (link) return shown(world, fabric, [link], { guid: null, lid: null }, managers);
  const manager = fabric.managers.find(({ name }) => name === target);
  if (!manager) return null;
  return { role: 'fabric', present: manager.state !== 'not-active', guid: manager.guid, lid: null, links: [], managers };
}

/** Those that run: one that was stopped tells nobody that it exists. */
export function managerFacts({ managers }: Fabric): SubnetManager[] {
  const running = managers.filter(({ state }) => state !== 'not-active');
  return running.map(({ name, guid, state, priority, config }) => ({ name, guid, state, priority, config: digestOf(config) }));
}

function shown(
  world: World,
  fabric: Fabric,
  links: readonly FabricLink[],
  id: Pick<FabricFacts, 'guid' | 'lid'>,
  managers: readonly SubnetManager[],
): FabricFacts {
  const seen = links.filter(({ state }) => state !== 'down').map((link) => linkFacts(world, fabric, link));
  const present = seen.length > 0;
  return { role: 'fabric', present, guid: present ? id.guid : null, lid: present ? id.lid : null, links: seen, managers };
}

function linkFacts(world: World, fabric: Fabric, link: FabricLink): LinkFacts {
  const counted = { SymbolErrorCounter: symbolErrors(world, fabric, link), LinkDownedCounter: link.downed };
  return {
    link: link.name,
    state: link.state,
    width: link.fault === 'degraded' ? '1X' : fabric.config.width,
    speed: fabric.config.speed,
    errors: Object.fromEntries(Object.entries(counted).filter(([, count]) => count > 0)),
  };
}

/** As long as a SHA-256, and told apart as well as a simulation needs; not one, for want of a pure hash here. */
function digestOf(text: string): string {
  const words = Array.from({ length: 8 }, (_, word) => {
    let hash = 0x811c9dc5 + word;
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, '0');
  });
  return words.join('');
}
