// The state of the simulated fabric: switches, links, subnet managers, and which of them hang together.
import { parseLink } from '../../core/fleet/topology.ts';
import { must } from '../../std/assert.ts';
import type { TwinConfig } from './config.ts';
import { drawBy } from './draws.ts';
import type { FabricExecution } from './fabric-commands.ts';
import { fabricConfig, LINK_FAULTS, SWITCH_FAULTS, type FabricConfig, type LinkFault } from './fabric-config.ts';
import { ALWAYS, type Faulty } from './faults.ts';

/** null: something that is neither a node nor a switch of the twin, and never goes down. */
export type FabricEnd = { readonly kind: 'node' | 'switch'; readonly id: number } | null;

export interface FabricLink {
  readonly id: number;
  readonly name: string;
  readonly ends: readonly [FabricEnd, FabricEnd];
  state: 'down' | 'initialize' | 'active';
  /** Counts its ups and downs: what was planned before the last one is void. */
  life: number;
  /** Unplugged by hand. */
  cut: boolean;
  fault: LinkFault | null;
  /** Whether a flap is planned, and whether it is in its down part now. */
  flaps: 'no' | 'up' | 'down';
  downed: number;
  /** Symbol errors up to `errorsFrom`, which is set while they grow. */
  errors: number;
  errorsFrom: number | null;
}

export interface TwinSwitch extends Faulty {
  readonly id: number;
  readonly name: string;
  readonly role: string;
  readonly guid: string;
  up: boolean;
  life: number;
  running: { readonly [component: string]: string };
  /** What the next reload brings. */
  next: { readonly [component: string]: string } | null;
  /** How often each kind of thing was drawn for here. */
  draws: { [what: string]: number };
}

export interface TwinManager {
  readonly name: string;
  readonly guid: string;
  readonly on: string | null;
  readonly priority: number;
  config: string;
  state: 'master' | 'standby' | 'discovering' | 'not-active';
}

export interface Fabric {
  readonly config: FabricConfig;
  readonly links: readonly FabricLink[];
  readonly linkOf: ReadonlyMap<string, FabricLink>;
  readonly switches: readonly TwinSwitch[];
  readonly switchOf: ReadonlyMap<string, TwinSwitch>;
  /** Links by id of the node. */
  readonly ofNode: ReadonlyMap<number, readonly FabricLink[]>;
  /** Links by id of the switch. */
  readonly ofSwitch: readonly (readonly FabricLink[])[];
  readonly managers: readonly TwinManager[];
  /** By id: those that run, and those that must not run again. */
  readonly commands: Map<number, FabricExecution>;
  nextCommand: number;
  /** false: no sweep gets an answer. */
  answers: boolean;
}

/** null: the configuration names no fabric. Throws PitstopBugError for a link that is none. */
export function createFabric(config: TwinConfig, idOf: ReadonlyMap<string, number>): Fabric | null {
  if (!config.fabric) return null;
  const made = fabricConfig(config.fabric);
  const switches = made.switches.map(({ name, role }, id): TwinSwitch => freshSwitch(made, name, role, id));
  const switchOf = new Map(switches.map((one) => [one.name, one]));
  const endOf = (name: string): FabricEnd => {
    const node = idOf.get(name);
    if (node !== undefined) return { kind: 'node', id: node };
    const found = switchOf.get(name);
    return found ? { kind: 'switch', id: found.id } : null;
  };
  const links = made.links.map((name, id): FabricLink => freshLink(name, id, endOf));
  const ofNode = new Map<number, FabricLink[]>();
  const ofSwitch = switches.map((): FabricLink[] => []);
  for (const link of links) {
    for (const end of link.ends) {
      if (end?.kind === 'switch') ofSwitch[end.id]?.push(link);
      else if (end) ofNode.set(end.id, [...(ofNode.get(end.id) ?? []), link]);
    }
  }
  const linkOf = new Map(links.map((link) => [link.name, link]));
  const managers = managersOf(made);
  const fabric: Fabric = {
    config: made,
    links,
    linkOf,
    switches,
    switchOf,
    ofNode,
    ofSwitch,
    managers,
    commands: new Map(),
    nextCommand: 1,
    answers: true,
  };
  plantFaults(config, fabric);
  return fabric;
}

export const masterOf = ({ managers }: Fabric): TwinManager | null => managers.find(({ state }) => state === 'master') ?? null;

/** The switch that is next to this end of the link; null: a node, or something else. */
export function switchAcross(fabric: Fabric, link: FabricLink, from: TwinSwitch): TwinSwitch | null {
  const other = link.ends.find((end) => !(end?.kind === 'switch' && end.id === from.id));
  return other?.kind === 'switch' ? (fabric.switches[other.id] ?? null) : null;
}

/** Ids of the nodes with a link to this switch. */
export function nodesAt(fabric: Fabric, one: TwinSwitch): number[] {
  const nodes = (fabric.ofSwitch[one.id] ?? []).flatMap(({ ends }) => ends.flatMap((end) => (end?.kind === 'node' ? [end.id] : [])));
  return [...new Set(nodes)];
}

/** Ids of the nodes that feel it when this switch goes: its own, else those at the nearest switches that have some. */
export function nodesBehind(fabric: Fabric, one: TwinSwitch): number[] {
  const seen = new Set([one]);
  for (let ring = [one]; ring.length > 0;) {
    const nodes = ring.flatMap((at) => nodesAt(fabric, at));
    if (nodes.length > 0) return [...new Set(nodes)];
    const next = ring.flatMap((at) => (fabric.ofSwitch[at.id] ?? []).flatMap((link) => switchAcross(fabric, link, at) ?? []));
    ring = [...new Set(next)].filter((at) => !seen.has(at));
    for (const at of ring) seen.add(at);
  }
  return [];
}

export const guidOf = (kind: 'node' | 'switch' | 'manager', id: number): string =>
  `0x${{ node: 'b8599f0300', switch: 'ec0d9a0300', manager: '0002c90300' }[kind]}${(id + 1).toString(16).padStart(6, '0')}`;

function freshSwitch(config: FabricConfig, name: string, role: string, id: number): TwinSwitch {
  const guid = guidOf('switch', id);
  return { id, name, role, guid, up: true, life: 0, running: config.versions, next: null, faults: null, draws: {} };
}

function freshLink(name: string, id: number, endOf: (name: string) => FabricEnd): FabricLink {
  const { from, to } = must(parseLink(name), `a link of the twin's fabric: ${name}`);
  const start = { life: 0, cut: false, fault: null, flaps: 'no', downed: 0, errors: 0, errorsFrom: null } as const;
  return { id, name, ends: [endOf(from), endOf(to)], state: 'active', ...start };
}

function managersOf({ managers }: FabricConfig): TwinManager[] {
  const made = managers.map(({ name, on = null, priority = 0, config = 'default' }, id): TwinManager => {
    return { name, guid: guidOf('manager', id), on, priority, config, state: 'standby' };
  });
  const highest = Math.max(...made.map(({ priority }) => priority));
  const master = made.find(({ priority }) => priority === highest);
  if (master) master.state = 'master';
  return made;
}

/** Links have theirs before anything runs: what needs time begins when the twin does. */
function plantFaults(config: TwinConfig, fabric: Fabric): void {
  for (const [index, fault] of LINK_FAULTS.entries()) {
    const spec = fabric.config.linkFaults[fault];
    if (!spec) continue;
    const named = new Set(spec.links);
    for (const link of fabric.links) {
      const drawn = spec.share !== undefined && drawBy(config, 'link-fault', link.id, index) < spec.share;
      if (drawn || named.has(link.name)) link.fault = fault;
    }
  }
  for (const [index, fault] of SWITCH_FAULTS.entries()) {
    const spec = fabric.config.switchFaults[fault];
    if (!spec) continue;
    const named = new Set(spec.nodes);
    for (const one of fabric.switches) {
      const drawn = spec.share !== undefined && drawBy(config, 'switch-fault', one.id, index) < spec.share;
      if (drawn || named.has(one.name)) one.faults = { ...one.faults, [fault]: spec.times ?? ALWAYS };
    }
  }
}
