// What people do to the twin's fabric with their hands, and what happens in it by itself.
import { must } from '../../std/assert.ts';
import type { Happening } from './agenda.ts';
import { fabricCommandEnds } from './fabric-commands.ts';
import type { LinkFault, SwitchFault } from './fabric-config.ts';
import type { Fabric, FabricLink, TwinSwitch } from './fabric-state.ts';
import { ALWAYS } from './faults.ts';
import { linkConfigured, linkFlaps, misbehaves, repairLink, setCut, type LinkRepair } from './links.ts';
import { elect, startManager, stopManager } from './managers.ts';
import { reloadSwitch, repairSwitch, switchIsBack } from './switches.ts';
import { feel, type World } from './world.ts';

/** By the names of links, switches and subnet managers; each throws PitstopBugError for a name that the fabric does not have. */
export interface FabricHands {
  readonly links: readonly string[];
  /** Names of the subnet managers. */
  readonly managers: readonly string[];
  unlink(link: string): void;
  relink(link: string): void;
  /** The link has the fault from now on; null: it is well. */
  misbehave(link: string, fault: LinkFault | null): void;
  /** So many symbol errors more. */
  plantErrors(link: string, errors: number): void;
  /** False: it was not that. */
  repair(link: string, repair: LinkRepair): boolean;
  /** The switch has the fault from now on, `times` times or always. */
  switchMisbehaves(name: string, fault: SwitchFault, times?: number): void;
  /** Somebody else reloads it. */
  reloadBySomebodyElse(name: string): void;
  /** No faults, and it is back at once. */
  repairSwitch(name: string): void;
  /** Component -> version that runs on the switch now. */
  versionsOf(name: string): { readonly [component: string]: string };
  /** The subnet manager dies, or is started again, by nobody of ours. */
  killManager(name: string): void;
  reviveManager(name: string): void;
  configureManager(name: string, config: string): void;
  /** Whether sweeps get an answer. */
  answers(does: boolean): void;
}

export function fabricHands(world: World, fabric: Fabric): FabricHands {
  const linkOf = (name: string): FabricLink => must(fabric.linkOf.get(name), `link ${name} of the twin`);
  const switchOf = (name: string): TwinSwitch => must(fabric.switchOf.get(name), `switch ${name} of the twin`);
  const managerOf = (name: string): Fabric['managers'][number] =>
    must(
      fabric.managers.find((one) => one.name === name),
      `subnet manager ${name} of the twin`,
    );
  return {
    links: fabric.links.map(({ name }) => name),
    managers: fabric.managers.map(({ name }) => name),
    unlink: (name) => setCut(world, fabric, linkOf(name), true),
    relink: (name) => setCut(world, fabric, linkOf(name), false),
    misbehave: (name, fault) => misbehaves(world, fabric, linkOf(name), fault),
    plantErrors: (name, errors) => {
      linkOf(name).errors += errors;
    },
    repair: (name, repair) => repairLink(world, fabric, linkOf(name), repair),
    switchMisbehaves: (name, fault, times = ALWAYS) => {
      const one = switchOf(name);
      one.faults = { ...one.faults, [fault]: times };
    },
    reloadBySomebodyElse: (name) => void reloadSwitch(world, fabric, switchOf(name), null),
    repairSwitch: (name) => repairSwitch(world, fabric, switchOf(name)),
    versionsOf: (name) => switchOf(name).running,
    killManager: (name) => {
      feel(world, { what: 'sm-stop', node: name, actor: 'foreign' });
      stopManager(world, fabric, managerOf(name));
    },
    reviveManager: (name) => {
      feel(world, { what: 'sm-start', node: name, actor: 'foreign' });
      startManager(world, fabric, managerOf(name));
    },
    configureManager: (name, config) => {
      managerOf(name).config = config;
    },
    answers: (does) => {
      fabric.answers = does;
    },
  };
}

/** Whether it was something of the fabric. */
export function happensInFabric(world: World, fabric: Fabric, what: Happening, subject: number, life: number): boolean {
  if (what === 'link-active' || what === 'link-flap') {
    const link = must(fabric.links[subject], 'a link of the agenda');
    if (what === 'link-flap') linkFlaps(world, fabric, link);
    else if (link.life === life) linkConfigured(world, fabric, link);
  } else if (what === 'switch-up') {
    const one = must(fabric.switches[subject], 'a switch of the agenda');
    if (one.life === life) switchIsBack(world, fabric, one);
  } else if (what === 'sm-election') elect(world, fabric);
  else if (what === 'fabric-command-end') fabricCommandEnds(world, fabric, subject);
  else return false;
  return true;
}
