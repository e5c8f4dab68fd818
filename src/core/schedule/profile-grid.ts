// The free units tick by tick: for projects whose activities last few ticks and whose resources share one word.
import type { Network } from './network.ts';
import type { Profile } from './profile.ts';

/** Grids longer than this cost more memory and time than a list of changes. */
const TICKS_MAX = 200_000;
/** With more ticks per mode on the average, a list of changes is scanned faster than a grid. */
const DURATION_MAX = 40;

export class GridProfile implements Profile {
  /** By tick; guards set. */
  readonly free: Int32Array;
  readonly guards: number;
  /** What each mode takes, packed. */
  readonly units: Int32Array;
  /** Nothing is taken from this tick on. Whoever writes into `free` says so here. */
  end = 0;
  readonly #duration: Int32Array;
  readonly #supply: Int32Array;

  constructor({ duration, use, useUnits, packing, supply }: Network) {
    this.guards = packing.guards[0] ?? 0;
    this.units = Int32Array.from(duration, (_, mode) =>
      use.from[mode + 1] === use.from[mode] ? 0 : (useUnits[use.from[mode] as number] as number),
    );
    this.#duration = duration;
    this.#supply = new Int32Array(supply.endTick + 1);
    for (const [i, at] of supply.at.entries()) this.#supply.fill(supply.free[i] ?? 0, at);
    this.free = this.#supply.slice();
  }

  static suits({ duration, packing, supply }: Network): boolean {
    const ticks = duration.reduce((sum, each) => sum + each, 0);
    return packing.words <= 1 && supply.endTick <= TICKS_MAX && ticks <= DURATION_MAX * duration.length;
  }

  clear(): void {
    for (let t = 0; t < this.end; t++) this.free[t] = this.#supply[t] as number;
    this.end = 0;
  }

  /** Looks from the window's end backwards, so that a tick that is short lets the window jump behind it at once. */
  earliest(mode: number, from: number): number {
    const { free, guards } = this;
    const units = this.units[mode] as number;
    const duration = this.#duration[mode] as number;
    let start = from;
    let finish = start + duration;
    for (let seen = start, t = finish - 1; t >= seen;) {
      if ((((free[t] as number) - units) & guards) === guards) t--;
      else {
        start = t + 1;
        seen = finish;
        finish = start + duration;
        t = finish - 1;
      }
    }
    return start;
  }

  latest(mode: number, until: number): number {
    const { free, guards } = this;
    const units = this.units[mode] as number;
    const duration = this.#duration[mode] as number;
    let finish = until;
    let start = finish - duration;
    for (let seen = finish, t = start; t < seen && start >= 0;) {
      if ((((free[t] as number) - units) & guards) === guards) t++;
      else {
        finish = t;
        seen = start;
        start = finish - duration;
        t = start;
      }
    }
    return start < 0 ? -1 : finish;
  }

  take(mode: number, start: number, finish: number): void {
    const units = this.units[mode] as number;
    for (let t = start; t < finish; t++) this.free[t] = (this.free[t] as number) - units;
    if (finish > this.end) this.end = finish;
  }
}
