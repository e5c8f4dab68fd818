// The free units tick by tick: for projects whose activities last few ticks.
import type { Network } from './network.ts';
import type { Profile } from './profile.ts';

export class GridProfile implements Profile {
  readonly #duration: Int32Array;
  readonly #useFrom: Int32Array;
  readonly #useWord: Int32Array;
  readonly #useUnits: Int32Array;
  readonly #guards: Int32Array;
  readonly #words: number;
  /** Ticks; word w at tick t is [w * ticks + t]. */
  readonly #ticks: number;
  readonly #supply: Int32Array;
  readonly #free: Int32Array;
  /** Nothing is taken from this tick on. */
  #end = 0;

  constructor(network: Network) {
    const { duration, use, useUnits, packing, supply } = network;
    this.#duration = duration;
    this.#useFrom = use.from;
    this.#useWord = use.at;
    this.#useUnits = useUnits;
    this.#guards = packing.guards;
    this.#words = packing.words;
    this.#ticks = supply.endTick + 1;
    this.#supply = new Int32Array(this.#words * this.#ticks);
    for (let w = 0; w < this.#words; w++)
      for (const [i, at] of supply.at.entries())
        this.#supply.fill(supply.free[i * this.#words + w] as number, w * this.#ticks + at, (w + 1) * this.#ticks);
    this.#free = this.#supply.slice();
  }

  clear(): void {
    for (let w = 0; w < this.#words; w++) {
      const first = w * this.#ticks;
      const end = first + this.#end;
      for (let i = first; i < end; i++) this.#free[i] = this.#supply[i] as number;
    }
    this.#end = 0;
  }

  earliest(mode: number, from: number): number {
    const first = this.#useFrom[mode] as number;
    const end = this.#useFrom[mode + 1] as number;
    let start = from;
    // Each word may push the start on, and then all the others have to agree with it again.
    for (let use = first, agreed = 0; agreed < end - first; use = use + 1 === end ? first : use + 1) {
      const next = this.#earliestInWord(mode, use, start);
      agreed = next === start ? agreed + 1 : 1;
      start = next;
    }
    return start;
  }

  latest(mode: number, until: number): number {
    const first = this.#useFrom[mode] as number;
    const end = this.#useFrom[mode + 1] as number;
    let finish = until;
    for (let use = first, agreed = 0; agreed < end - first && finish >= 0; use = use + 1 === end ? first : use + 1) {
      const next = this.#latestInWord(mode, use, finish);
      agreed = next === finish ? agreed + 1 : 1;
      finish = next;
    }
    return finish < (this.#duration[mode] as number) ? -1 : finish;
  }

  take(mode: number, start: number, finish: number): void {
    const free = this.#free;
    const uses = this.#useFrom[mode + 1] as number;
    for (let use = this.#useFrom[mode] as number; use < uses; use++) {
      const units = this.#useUnits[use] as number;
      const base = (this.#useWord[use] as number) * this.#ticks;
      for (let i = base + start; i < base + finish; i++) free[i] = (free[i] as number) - units;
    }
    if (finish > this.#end) this.#end = finish;
  }

  /** Looks from the window's end backwards, so that a tick that is short lets the window jump behind it at once. */
  #earliestInWord(mode: number, use: number, from: number): number {
    const free = this.#free;
    const word = this.#useWord[use] as number;
    const guards = this.#guards[word] as number;
    const units = this.#useUnits[use] as number;
    const duration = this.#duration[mode] as number;
    const base = word * this.#ticks;
    let start = base + from;
    let end = start + duration;
    let seen = start;
    let i = end - 1;
    while (i >= seen) {
      if ((((free[i] as number) - units) & guards) === guards) i--;
      else {
        start = i + 1;
        seen = end;
        end = start + duration;
        i = end - 1;
      }
    }
    return start - base;
  }

  #latestInWord(mode: number, use: number, until: number): number {
    const free = this.#free;
    const word = this.#useWord[use] as number;
    const guards = this.#guards[word] as number;
    const units = this.#useUnits[use] as number;
    const duration = this.#duration[mode] as number;
    const base = word * this.#ticks;
    let end = base + until;
    let start = end - duration;
    let seen = end;
    let i = start;
    while (i < seen) {
      if (start < base) return -1;
      if ((((free[i] as number) - units) & guards) === guards) i++;
      else {
        end = i;
        seen = start;
        start = end - duration;
        i = start;
      }
    }
    return end - base;
  }
}
