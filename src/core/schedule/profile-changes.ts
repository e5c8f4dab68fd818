// The free units as a sorted list of changes: for long activities and long calendars.
import type { Network } from './network.ts';
import type { Profile } from './profile.ts';

export class ChangeProfile implements Profile {
  readonly #duration: Int32Array;
  readonly #useFrom: Int32Array;
  readonly #useWord: Int32Array;
  readonly #useUnits: Int32Array;
  readonly #guards: Int32Array;
  readonly #words: number;
  readonly #supply: Network['supply'];
  /** From #at[i] on, #free[i * words + w] is free, until #at[i + 1]; the last holds for ever. */
  readonly #at: Int32Array;
  readonly #free: Int32Array;
  #length = 0;

  constructor(network: Network) {
    const { duration, use, useUnits, packing, supply, count } = network;
    this.#duration = duration;
    this.#useFrom = use.from;
    this.#useWord = use.at;
    this.#useUnits = useUnits;
    this.#guards = packing.guards;
    this.#words = packing.words;
    this.#supply = supply;
    // An activity adds at most the changes at its start and its finish.
    this.#at = new Int32Array(supply.at.length + 2 * count);
    this.#free = new Int32Array(this.#words * this.#at.length);
    this.clear();
  }

  clear(): void {
    this.#at.set(this.#supply.at);
    this.#free.set(this.#supply.free);
    this.#length = this.#supply.at.length;
  }

  earliest(mode: number, from: number): number {
    const duration = this.#duration[mode] as number;
    let start = from;
    for (let i = this.#changeAt(from); i < this.#length && (this.#at[i] as number) < start + duration; i++)
      if (!this.#fits(mode, i)) start = this.#at[i + 1] as number;
    return start;
  }

  latest(mode: number, until: number): number {
    const duration = this.#duration[mode] as number;
    let finish = until;
    for (let i = this.#changeBefore(until); ; i--) {
      if (finish < duration) return -1;
      const since = this.#at[i] as number;
      if (!this.#fits(mode, i)) finish = since;
      else if (since <= finish - duration) return finish;
    }
  }

  take(mode: number, start: number, finish: number): void {
    const first = this.#split(start);
    const end = this.#split(finish);
    const uses = this.#useFrom[mode + 1] as number;
    for (let use = this.#useFrom[mode] as number; use < uses; use++) {
      const word = this.#useWord[use] as number;
      const units = this.#useUnits[use] as number;
      for (let i = first; i < end; i++) {
        const at = i * this.#words + word;
        this.#free[at] = (this.#free[at] as number) - units;
      }
    }
  }

  #fits(mode: number, i: number): boolean {
    const uses = this.#useFrom[mode + 1] as number;
    for (let use = this.#useFrom[mode] as number; use < uses; use++) {
      const word = this.#useWord[use] as number;
      const guards = this.#guards[word] as number;
      const left = (this.#free[i * this.#words + word] as number) - (this.#useUnits[use] as number);
      if ((left & guards) !== guards) return false;
    }
    return true;
  }

  /** The change that holds at a time. */
  #changeAt(time: number): number {
    let low = 0;
    let high = this.#length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#at[middle] as number) <= time) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The change that holds just before a time. */
  #changeBefore(time: number): number {
    const i = this.#changeAt(time);
    return i > 0 && (this.#at[i] as number) === time ? i - 1 : i;
  }

  /** The change that begins at a time; makes one when there is none. */
  #split(time: number): number {
    const i = this.#changeAt(time);
    if ((this.#at[i] as number) === time) return i;
    const words = this.#words;
    this.#at.copyWithin(i + 2, i + 1, this.#length);
    this.#at[i + 1] = time;
    this.#free.copyWithin((i + 1) * words, i * words, this.#length * words);
    this.#length++;
    return i + 1;
  }
}
