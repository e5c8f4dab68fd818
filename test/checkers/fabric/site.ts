// How the site stood at a moment, folded from what was felt: work, switches, links, subnet managers, holds and silences.
import type { FeltEvent } from '../../../src/sim/twin/felt-log.ts';
import type { FabricEvidence } from './evidence.ts';

interface Manager {
  readonly name: string;
  readonly on: string | null;
  runs: boolean;
  /** By us, and not started since. */
  stopped: boolean;
}

export class Site {
  readonly jobs = new Map<string, Set<number>>();
  readonly placements = new Map<string, Set<string>>();
  /** Switches that are down, and whose doing it was. */
  readonly down = new Map<string, { readonly actor: FeltEvent['actor']; readonly at: number }>();
  /** Links that are not active, and since when. */
  readonly inactive = new Map<string, number>();
  /** Ours, by target. */
  readonly held = new Set<string>();
  readonly silenced = new Set<string>();
  readonly managers: readonly Manager[];
  master: string | null;
  /** When somebody else last had a hand on the subnet managers. */
  managersTouchedAt = Number.NEGATIVE_INFINITY;

  constructor(evidence: FabricEvidence) {
    this.managers = evidence.managers.map(({ name, on }) => ({ name, on, runs: true, stopped: false }));
    this.master = this.managers[0]?.name ?? null;
  }

  /** Jobs and placements, in words. */
  workOn(node: string): string[] {
    return [...[...(this.jobs.get(node) ?? [])].map((job) => `job ${job}`), ...(this.placements.get(node) ?? [])];
  }

  feel(event: FeltEvent): void {
    for (const node of event.nodes ?? [event.node]) this.#feelAt(node, event);
    this.#feelManagers(event);
  }

  #feelAt(node: string, { what, at, actor, job = -1, name = '', link = '' }: FeltEvent): void {
    if (what === 'job-start') setOf(this.jobs, node).add(job);
    else if (what === 'job-end' || what === 'job-lost') this.jobs.get(node)?.delete(job);
    else if (what === 'placed') setOf(this.placements, node).add(name);
    else if (what === 'evicted') this.placements.get(node)?.delete(name);
    else if (what === 'down') this.jobs.delete(node);
    else if (what === 'switch-down') this.down.set(node, { actor, at });
    else if (what === 'switch-up') this.down.delete(node);
    else if (what === 'link-down') this.inactive.set(link, at);
    else if (what === 'link-up') this.inactive.delete(link);
    // Somebody else's hold takes the place of ours.
    else if (what === 'hold' && actor === 'foreign') this.held.delete(node);
    else if (actor === 'pitstop') {
      if (what === 'hold') this.held.add(node);
      else if (what === 'release') this.held.delete(node);
      else if (what === 'silence') this.silenced.add(node);
      else if (what === 'unsilence') this.silenced.delete(node);
    }
  }

  #feelManagers({ what, node, at, actor }: FeltEvent): void {
    if (what === 'sm-master') this.master = node;
    for (const manager of this.managers) {
      const starts = (what === 'sm-start' && manager.name === node) || (what === 'switch-up' && manager.on === node);
      const stops = (what === 'sm-stop' && manager.name === node) || (what === 'switch-down' && manager.on === node);
      if (!starts && !stops) continue;
      const isOurs = what === 'sm-stop' && actor === 'pitstop';
      // Whoever stops what we had stopped before changes nothing.
      manager.stopped = stops && (isOurs || (manager.stopped && !manager.runs));
      manager.runs = starts;
      if (stops && this.master === manager.name) this.master = null;
      if (actor === 'foreign') this.managersTouchedAt = at;
    }
  }
}

function setOf<T>(map: Map<string, Set<T>>, key: string): Set<T> {
  const known = map.get(key) ?? new Set<T>();
  map.set(key, known);
  return known;
}
