// A stream of random numbers for the search, which takes some hundred for each schedule. draw() of std gives a number to each place of a
// simulation, whatever the order; a search has only an order, and needs each number in about a nanosecond.

export class Random {
  #state: number;

  /** Equal seeds give equal streams. */
  constructor(seed: number) {
    // Seeds are small and alike; multiplied by an odd number and stirred they are not. The state must not be 0.
    this.#state = Math.imul(seed | 0, 0x9e3779b1) ^ 0x6a09e667 || 1;
    for (let i = 0; i < 8; i++) this.#next();
  }

  /** A whole number from 0 to below count. */
  below(count: number): number {
    return Math.floor(this.unit() * count);
  }

  /** A number from 0 to below 1. */
  unit(): number {
    return (this.#next() >>> 0) / 4_294_967_296;
  }

  /** xorshift32; G. Marsaglia, Xorshift RNGs, Journal of Statistical Software 8(14), 2003. */
  #next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x;
  }
}
