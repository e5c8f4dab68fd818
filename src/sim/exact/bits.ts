// A set of small whole numbers that knows its next member: a bit each, and a bit for each word of them that is not empty.

export class Bits {
  readonly #words: Int32Array;
  readonly #some: Int32Array;

  constructor(size: number) {
    this.#words = new Int32Array((size + 31) >>> 5);
    this.#some = new Int32Array((this.#words.length + 31) >>> 5);
  }

  reset(): void {
    this.#words.fill(0);
    this.#some.fill(0);
  }

  set(at: number): void {
    const word = at >>> 5;
    this.#words[word] = (this.#words[word] as number) | (1 << (at & 31));
    this.#some[word >>> 5] = (this.#some[word >>> 5] as number) | (1 << (word & 31));
  }

  clear(at: number): void {
    const word = at >>> 5;
    const left = (this.#words[word] as number) & ~(1 << (at & 31));
    this.#words[word] = left;
    if (left === 0) this.#some[word >>> 5] = (this.#some[word >>> 5] as number) & ~(1 << (word & 31));
  }

  /** The first member that is not less; there is one. */
  firstFrom(at: number): number {
    const word = at >>> 5;
    const near = (this.#words[word] as number) & (-1 << (at & 31));
    if (near !== 0) return (word << 5) + lowest(near);
    const after = word + 1;
    let group = after >>> 5;
    let some = (this.#some[group] as number) & (-1 << (after & 31));
    while (some === 0) some = this.#some[++group] as number;
    const found = (group << 5) + lowest(some);
    return (found << 5) + lowest(this.#words[found] as number);
  }
}

const lowest = (bits: number): number => 31 - Math.clz32(bits & -bits);
