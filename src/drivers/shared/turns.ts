// Turns: what is done at once is bounded, and the others wait in the order in which they came.

export class Turns {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** null: the signal ended before there was a turn. */
  async through<T>(body: () => Promise<T>, signal: AbortSignal): Promise<T | null> {
    if (signal.aborted) return null;
    if (this.#free > 0) this.#free -= 1;
    else if (!(await this.#turn(signal))) return null;
    try {
      return await body();
    } finally {
      const [next] = this.#waiting;
      if (next) next();
      else this.#free += 1;
    }
  }

  #turn(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (mine: boolean): void => {
        this.#waiting.delete(take);
        signal.removeEventListener('abort', leave);
        resolve(mine);
      };
      const take = (): void => end(true);
      const leave = (): void => end(false);
      this.#waiting.add(take);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
