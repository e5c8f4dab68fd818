// The stragglers of one scenario as a table: real targets of the full fleet, and newcomers who stand for those that are only counted.
import { Chance } from '../laws/chance.ts';
import type { SimModel } from '../model.ts';

/** Moments are ms since the begin. The tables grow, and are used again by every scenario. */
export class FallenTable {
  count = 0;
  /** Of targets and newcomers, by `who`. */
  chance: Chance;
  // by straggler
  who: Int32Array;
  stratum: Int32Array;
  /** The step at which it left the happy path, and when. */
  step: Int32Array;
  fellAt: Float64Array;
  /** -1: before it was drained. */
  drainedAt: Float64Array;
  readonly #model: SimModel;
  readonly #targets: number;
  // by who: targets, then newcomers
  #keys: Int32Array;
  #chains: Int32Array;
  #newcomers = 0;
  /** By target: the reset after which it fell last. */
  readonly #fellIn: Int32Array;
  #resets = 0;
  #scenario = 0;

  constructor(model: SimModel, keys: Int32Array, chains: Int32Array) {
    this.#model = model;
    this.#targets = keys.length;
    this.#keys = keys;
    this.#chains = chains;
    this.#fellIn = new Int32Array(keys.length);
    this.chance = this.#newChance();
    const size = 256;
    this.who = new Int32Array(size);
    this.stratum = new Int32Array(size);
    this.step = new Int32Array(size);
    this.fellAt = new Float64Array(size);
    this.drainedAt = new Float64Array(size);
  }

  reset(scenario: number): void {
    this.count = 0;
    this.#newcomers = 0;
    this.#scenario = scenario;
    this.#resets++;
    this.chance.reset(scenario);
  }

  /** Whether this target of the fleet has fallen since the reset. */
  has(who: number): boolean {
    return this.#fellIn[who] === this.#resets;
  }

  chainOf(who: number): number {
    return this.#chains[who] as number;
  }

  /** Somebody with this key of chance and this chain; the `who` to add. */
  newcomer(key: number, chain: number): number {
    const who = this.#targets + this.#newcomers++;
    if (who >= this.#keys.length) this.#growKeys();
    this.#keys[who] = key;
    this.#chains[who] = chain;
    return who;
  }

  add(who: number, stratum: number, step: number, fellAt: number, drainedAt: number): void {
    if (this.count === this.who.length) this.#growRows();
    const at = this.count++;
    if (who < this.#targets) this.#fellIn[who] = this.#resets;
    this.who[at] = who;
    this.stratum[at] = stratum;
    this.step[at] = step;
    this.fellAt[at] = fellAt;
    this.drainedAt[at] = drainedAt;
  }

  /** Chance reads keys and chains where they are written, so a newcomer has its luck as soon as it is here. */
  #newChance(): Chance {
    const { seed, program, laws } = this.#model;
    return new Chance(seed, { ...program, chainOf: this.#chains }, { ...laws, targetKeys: this.#keys });
  }

  #growKeys(): void {
    this.#keys = larger(this.#keys, 256);
    this.#chains = larger(this.#chains, 256);
    this.chance = this.#newChance();
    this.chance.reset(this.#scenario);
  }

  #growRows(): void {
    this.who = larger(this.who);
    this.stratum = larger(this.stratum);
    this.step = larger(this.step);
    this.fellAt = largerFloats(this.fellAt);
    this.drainedAt = largerFloats(this.drainedAt);
  }
}

function larger(table: Int32Array, least = 0): Int32Array {
  const grown = new Int32Array(Math.ceil(table.length * 1.5) + least);
  grown.set(table);
  return grown;
}

function largerFloats(table: Float64Array): Float64Array {
  const grown = new Float64Array(Math.ceil(table.length * 1.5));
  grown.set(table);
  return grown;
}
