// How new activity lists come from old ones: crossover and mutation. Both keep every activity behind those that it waits for.
import type { ActivityList } from './generate.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';

/** A way to do the project: the order in which activities are placed, and the mode of each. */
export interface Genes {
  readonly list: ActivityList;
  readonly modes: Int32Array;
}

export class Variation {
  readonly #network: Network;
  readonly #random: Random;
  /** Of each activity: the last mark it got; a new mark forgets all old ones at once. */
  readonly #marked: Int32Array;
  #mark = 0;

  constructor(network: Network, random: Random) {
    this.#network = network;
    this.#random = random;
    this.#marked = new Int32Array(network.count);
  }

  /**
   * Two-point crossover: the mother's order before and after a stretch, the father's within it. S. Hartmann, A competitive
   * genetic algorithm for resource-constrained project scheduling, Naval Research Logistics 45, 1998. A mode comes along with its place.
   */
  cross(mother: Genes, father: Genes, child: Genes): void {
    const count = this.#network.count;
    const length = Math.floor(count * (0.25 + 0.5 * this.#random.unit()));
    const begin = this.#random.below(count - length + 1);
    const mark = ++this.#mark;
    const first = this.#copyUnmarked(mother, child, 0, begin, mark);
    const second = this.#copyUnmarked(father, child, first, begin + length, mark);
    this.#copyUnmarked(mother, child, second, count, mark);
  }

  /** Moves some activities to a random place between the last that it waits for and the first that waits for it. */
  shift(list: ActivityList, times: number): void {
    for (let t = 0; t < times; t++) {
      const at = this.#random.below(list.length);
      const j = list[at] as number;
      const low = this.#lowestPlace(list, at);
      const to = low + this.#random.below(this.#highestPlace(list, at) - low + 1);
      if (to < at) list.copyWithin(to + 1, to, at);
      else list.copyWithin(at, at + 1, to + 1);
      list[to] = j;
    }
  }

  /** Gives each activity with several modes another one, with a probability that changes about one or two in all. */
  changeModes(modes: Int32Array): void {
    const { from } = this.#network.modes;
    for (let j = 0; j < modes.length; j++) {
      const first = from[j] as number;
      const choices = (from[j + 1] as number) - first;
      if (choices > 1 && this.#random.unit() * modes.length < 2) modes[j] = first + this.#random.below(choices);
    }
  }

  #copyUnmarked(parent: Genes, child: Genes, from: number, to: number, mark: number): number {
    const { list, modes } = parent;
    const marked = this.#marked;
    let filled = from;
    for (let i = 0; filled < to; i++) {
      const j = list[i] as number;
      if (marked[j] === mark) continue;
      marked[j] = mark;
      child.list[filled++] = j;
      child.modes[j] = modes[j] as number;
    }
    return filled;
  }

  #lowestPlace(list: ActivityList, at: number): number {
    const { from, at: rows } = this.#network.predecessors;
    const j = list[at] as number;
    const mark = ++this.#mark;
    for (let p = from[j] as number; p < (from[j + 1] as number); p++) this.#marked[rows[p] as number] = mark;
    let low = at;
    while (low > 0 && this.#marked[list[low - 1] as number] !== mark) low--;
    return low;
  }

  #highestPlace(list: ActivityList, at: number): number {
    const { from, at: rows } = this.#network.successors;
    const j = list[at] as number;
    const mark = ++this.#mark;
    for (let s = from[j] as number; s < (from[j + 1] as number); s++) this.#marked[rows[s] as number] = mark;
    let high = at;
    while (high < list.length - 1 && this.#marked[list[high + 1] as number] !== mark) high++;
    return high;
  }
}
