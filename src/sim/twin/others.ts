// What everybody who is not Pitstop does to the twin: drains, reboots, silences, placements, sessions, releases.
import { leaveSilence, setSilence } from './alerts.ts';
import { bmcOf } from './firmware.ts';
import { reconsider, schedule } from './jobs.ts';
import { reboot } from './power.ts';
import { evict, place, setForeignHold, setReleased, setSession } from './tenants.ts';
import { feel, type TwinNode, type World } from './world.ts';

export interface ActsOfOthers {
  foreignDrain(node: string, reason: string): void;
  liftForeignDrain(node: string): void;
  /** Somebody else's maintenance reservation over these nodes, or none again (name null). */
  foreignReservation(nodes: readonly string[], name: string | null): void;
  rebootBySomebodyElse(node: string): void;
  /** The controller does not answer and starts no jobs; jobs on nodes go on. */
  killScheduler(): void;
  reviveScheduler(): void;
  /** Somebody else's silence for these targets, for so long. */
  foreignSilence(targets: readonly string[], reason: string, ms: number): void;
  silences(): readonly { readonly id: string; readonly run: string | null; readonly targets: readonly string[] }[];
  /** Whoever made it, the silence is ended before its time. */
  endSilence(id: string): void;
  /** Its BMC answers nobody, or again. */
  muteBmc(node: string, isMute: boolean): void;
}

/** The allocator and its customers. */
export interface Tenants {
  /** Somebody wants to place something there; false: the allocator does not. */
  place(node: string, id: string, owner: string): boolean;
  evict(node: string, id: string): void;
  /** Somebody else's hold, or, with null, that one no more. */
  foreignHold(node: string, reason: string | null): void;
  /** Somebody begins to occupy the node, or, with null, ends it. */
  session(node: string, whose: string | null): void;
  /** The customer hands them over. */
  customerRelease(nodes: readonly string[], by: string): void;
  /** The customer has them back. */
  customerTake(nodes: readonly string[]): void;
}

/** A time that JSON can hold. */
const FOR_EVER = Number.MAX_SAFE_INTEGER;

export function actsOfOthers(world: World, find: (name: string) => TwinNode): ActsOfOthers {
  return {
    foreignDrain: (name, reason) => {
      const node = find(name);
      node.drain = { run: null, reason };
      feel(world, { what: 'drain', node: '', nodes: [name], actor: 'foreign', reason });
      reconsider(world, node);
    },
    liftForeignDrain: (name) => {
      const node = find(name);
      if (node.drain?.run !== null) return;
      node.drain = null;
      feel(world, { what: 'undrain', node: '', nodes: [name], actor: 'foreign' });
      reconsider(world, node);
    },
    foreignReservation: (names, reservation) => {
      feel(world, { what: reservation === null ? 'unreserve' : 'reserve', node: '', nodes: names, actor: 'foreign' });
      for (const name of names) {
        const node = find(name);
        node.reservation = reservation === null ? null : { run: null, name: reservation };
        reconsider(world, node);
      }
    },
    rebootBySomebodyElse: (name) => {
      reboot(world, find(name), 'somebody');
    },
    killScheduler: () => {
      world.schedulerAlive = false;
    },
    reviveScheduler: () => {
      world.schedulerAlive = true;
      schedule(world);
    },
    foreignSilence: (targets, reason, ms) => {
      setSilence(world, null, targets, world.clock.now() + ms, reason);
      feel(world, { what: 'silence', node: '', nodes: targets, actor: 'foreign', reason });
    },
    silences: () => [...world.alerts.silences.values()].map(({ id, run, targets }) => ({ id, run, targets: [...targets] })),
    endSilence: (id) => {
      const silence = world.alerts.silences.get(id);
      if (!silence) return;
      feel(world, { what: 'unsilence', node: '', nodes: [...silence.targets], actor: 'foreign' });
      leaveSilence(world, silence, [...silence.targets]);
    },
    muteBmc: (name, isMute) => {
      bmcOf(world, find(name)).silentUntil = isMute ? FOR_EVER : 0;
    },
  };
}

export function tenants(world: World, find: (name: string) => TwinNode): Tenants {
  return {
    place: (name, id, owner) => place(world, find(name), id, owner),
    evict: (name, id) => evict(world, find(name), id),
    foreignHold: (name, reason) => setForeignHold(world, find(name), reason),
    session: (name, whose) => setSession(world, find(name), whose),
    customerRelease: (names, by) => {
      for (const name of names) setReleased(world, find(name), by);
    },
    customerTake: (names) => {
      for (const name of names) setReleased(world, find(name), null);
    },
  };
}
