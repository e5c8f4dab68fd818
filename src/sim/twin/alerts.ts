// Alerts of the twin: every node that is out of service for a while fires one, and a silence keeps it from anybody's telephone.
import type { AlertsFacts } from '../../core/ports.ts';
import { feel, type TwinNode, type World } from './world.ts';

/** Absent from a configuration: nothing ever fires. */
export interface AlertsConfig {
  /** How long a node must be out of service before it fires. */
  readonly afterMs: number;
  /** Its name; absent: NodeOutOfService. */
  readonly name?: string;
}

export interface Silence {
  readonly id: string;
  /** null: somebody else's. */
  readonly run: string | null;
  readonly reason: string;
  readonly targets: Set<string>;
  until: number;
}

/** A node out of service. */
export interface NodeOut {
  readonly since: number;
  /** Names this time out of service. */
  readonly life: number;
  /** Since when its alert fires. */
  firing: number | null;
}

export interface Alerts {
  readonly silences: Map<string, Silence>;
  /** By id of the node. */
  readonly out: Map<number, NodeOut>;
  /** Counts times out of service, and silences. */
  next: number;
}

const alertOf = ({ config }: World): string => config.alerts?.name ?? 'NodeOutOfService';

/** To be called after anything that may take the node out of service or bring it back. */
export function watchNode(world: World, node: TwinNode): void {
  const { alerts, config } = world;
  if (!config.alerts) return;
  const isOut = node.phase !== 'up' || node.drain !== null || node.schedulerDown;
  const known = alerts.out.get(node.id);
  if (!isOut) alerts.out.delete(node.id);
  else if (!known) {
    const life = alerts.next++;
    alerts.out.set(node.id, { since: world.clock.now(), life, firing: null });
    world.agenda.add(config.alerts.afterMs, 'alert', node.id, life);
  }
}

/** The node has been out of service long enough. */
export function alertFires(world: World, node: TwinNode, life: number): void {
  const out = world.alerts.out.get(node.id);
  if (!out || out.life !== life) return;
  out.firing = world.clock.now();
  sound(world, node.name);
}

/** A silence is over: what it kept quiet sounds now. */
export function silenceEnds(world: World, number: number): void {
  const silence = world.alerts.silences.get(idOf(number));
  if (!silence || silence.until > world.clock.now()) return;
  leaveSilence(world, silence, [...silence.targets]);
}

/** A run has one silence, which is extended; a stranger (run null) makes a new one each time. */
export function setSilence(world: World, run: string | null, targets: readonly string[], until: number, reason: string): Silence {
  const { alerts } = world;
  const ours = run === null ? null : silenceOf(world, run);
  const silence = ours ?? { id: idOf(alerts.next++), run, reason, targets: new Set<string>(), until };
  alerts.silences.set(silence.id, silence);
  for (const target of targets) silence.targets.add(target);
  silence.until = Math.max(silence.until, until);
  world.agenda.add(Math.max(0, silence.until - world.clock.now()), 'silence-end', Number(silence.id.slice(SILENCE.length)), 0);
  return silence;
}

/** The silence of this run; null: it has none. */
export function silenceOf({ alerts }: World, run: string): Silence | null {
  for (const silence of alerts.silences.values()) if (silence.run === run) return silence;
  return null;
}

/** These targets no more; the last one removes it. */
export function leaveSilence(world: World, silence: Silence, targets: readonly string[]): void {
  const left = targets.filter((target) => silence.targets.delete(target));
  if (silence.targets.size === 0) world.alerts.silences.delete(silence.id);
  for (const target of left) sound(world, target);
}

export function alertsFacts(world: World, target: string): AlertsFacts {
  const silences = silencesOver(world, target);
  const firing = firingOf(world, target);
  return {
    role: 'alerts',
    silences: silences.map(({ id, run, reason, until }) => ({ id, by: { by: run === null ? 'foreign' : 'pitstop', run, reason }, until })),
    firing: firing === null ? [] : [{ alert: alertOf(world), since: firing, silenced: silences.length > 0 }],
  };
}

function sound(world: World, target: string): void {
  if (firingOf(world, target) === null || silencesOver(world, target).length > 0) return;
  feel(world, { what: 'alert', node: target, actor: 'world', name: alertOf(world) });
}

/** Since when its alert fires; null: it does not. */
function firingOf(world: World, target: string): number | null {
  return world.alerts.out.get(world.idOf.get(target) ?? -1)?.firing ?? null;
}

function silencesOver(world: World, target: string): Silence[] {
  const now = world.clock.now();
  return [...world.alerts.silences.values()].filter(({ targets, until }) => until > now && targets.has(target));
}

const SILENCE = 'silence-';

const idOf = (number: number): string => `${SILENCE}${number}`;
