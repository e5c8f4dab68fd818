// Returns with a weight each, as a table: at what moment so many of them were back.

/** Weights are fractions, so a sum of a million of them may lack this much. */
const DUST = 1e-6;

/** Tables are made once and used again; `reset`, then `add`, then `sort`, then ask. */
export class Returns {
  #count = 0;
  #at = new Float64Array(0);
  #weight = new Float64Array(0);
  #cluster = new Int32Array(0);
  #isCounted = new Uint8Array(0);
  #order = new Int32Array(0);

  /** Empties it, with room for so many. */
  reset(room: number): void {
    this.#count = 0;
    if (this.#at.length >= room) return;
    this.#at = new Float64Array(2 * room);
    this.#weight = new Float64Array(2 * room);
    this.#cluster = new Int32Array(2 * room);
    this.#isCounted = new Uint8Array(2 * room);
    this.#order = new Int32Array(2 * room);
  }

  add(at: number, weight: number, cluster: number, isCounted: number): void {
    const point = this.#count++;
    this.#at[point] = at;
    this.#weight[point] = weight;
    this.#cluster[point] = cluster;
    this.#isCounted[point] = isCounted;
  }

  sort(): void {
    const at = this.#at;
    const order = this.#order.subarray(0, this.#count);
    for (let i = 0; i < order.length; i++) order[i] = i;
    order.sort((a, b) => (at[a] as number) - (at[b] as number));
  }

  /** The moments at which the weights of the returns of these clusters (null: all) come to these rising sums; Infinity: never. */
  when(needed: readonly number[], clusters: ReadonlySet<number> | null, countedOnly: boolean): number[] {
    const found: number[] = [];
    let sum = 0;
    for (let i = 0; i < this.#count && found.length < needed.length; i++) {
      const point = this.#order[i] as number;
      if (countedOnly && this.#isCounted[point] === 0) continue;
      if (clusters !== null && !clusters.has(this.#cluster[point] as number)) continue;
      sum += this.#weight[point] as number;
      while (found.length < needed.length && sum >= (needed[found.length] as number) - DUST) found.push(this.#at[point] as number);
    }
    return needed.map((_, i) => found[i] ?? Infinity);
  }
}
