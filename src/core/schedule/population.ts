// The ways to do the project that the search keeps: no two with the same schedule, the worst gives way to a better one.
import type { Random } from './random.ts';
import type { Genes } from './vary.ts';

export class Population {
  readonly #genes: Genes[] = [];
  readonly #cost: number[] = [];
  readonly #key: number[] = [];
  readonly #keys = new Set<number>();
  #worst = 0;

  get size(): number {
    return this.#genes.length;
  }

  /** The highest cost kept. */
  get worstCost(): number {
    return this.#cost[this.#worst] ?? Infinity;
  }

  /** Whether a schedule with this key is kept. */
  has(key: number): boolean {
    return this.#keys.has(key);
  }

  /** Adds a copy. */
  add(genes: Genes, cost: number, key: number): void {
    this.#genes.push({ list: genes.list.slice(), modes: genes.modes.slice() });
    this.#cost.push(cost);
    this.#key.push(key);
    this.#keys.add(key);
    if (cost >= this.worstCost) this.#worst = this.size - 1;
  }

  /** Puts a copy in the place of the worst. */
  replaceWorst(genes: Genes, cost: number, key: number): void {
    const worst = this.#worst;
    const place = this.#genes[worst] as Genes;
    place.list.set(genes.list);
    place.modes.set(genes.modes);
    this.#keys.delete(this.#key[worst] as number);
    this.#cost[worst] = cost;
    this.#key[worst] = key;
    this.#keys.add(key);
    this.#findWorst();
  }

  /** The better of two drawn at random. */
  draw(random: Random): Genes {
    const a = random.below(this.size);
    const b = random.below(this.size);
    return this.#genes[(this.#cost[a] as number) <= (this.#cost[b] as number) ? a : b] as Genes;
  }

  #findWorst(): void {
    let worst = 0;
    for (let i = 1; i < this.#cost.length; i++) if ((this.#cost[i] as number) > (this.#cost[worst] as number)) worst = i;
    this.#worst = worst;
  }
}
