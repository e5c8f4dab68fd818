// How much of a search's time is left: by the work it has asked for, and by the clock where somebody looks at one.

export class Budget {
  readonly #workMs: number;
  readonly #timeLeft: () => number;
  #spentMs = 0;

  /** `timeLeft`: part (0..1) of the time that is left. */
  constructor(workMs: number, timeLeft: () => number = () => 1) {
    this.#workMs = workMs;
    this.#timeLeft = timeLeft;
  }

  /** Part (0..1) that is left, by whichever is scarcer. */
  get left(): number {
    return Math.min(1 - this.#spentMs / this.#workMs, this.#timeLeft());
  }

  spend(ms: number): void {
    this.#spentMs += ms;
  }

  /** Whether more than `rest` of it would still be left after that work, done as fast as the work so far. */
  affords(ms: number, rest: number): boolean {
    const passed = 1 - this.#timeLeft();
    const slower = this.#spentMs > 0 ? Math.max(1, (passed * this.#workMs) / this.#spentMs) : 1;
    return this.left - (ms * slower) / this.#workMs > rest;
  }
}
