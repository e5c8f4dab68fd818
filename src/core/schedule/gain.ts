// Whether justifying a schedule is worth its time. It costs two schedules more, and most children of the search are so much worse
// than what is kept that no justification has ever gained enough; those are dropped.

export class Gain {
  #mean = 0;
  #deviation = 0;
  #asked = 0;

  learn(gained: number): void {
    const off = gained - this.#mean;
    this.#mean += off * MEMORY;
    this.#deviation = Math.sqrt((1 - MEMORY) * this.#deviation ** 2 + MEMORY * off ** 2);
  }

  /** Whether so much has a fair chance to be gained. Now and then yes in any case, as only what is tried is learnt from. */
  mayPay(wanted: number): boolean {
    this.#asked++;
    return wanted <= this.#mean + this.#deviation || this.#asked % 16 === 0;
  }
}

/** About a hundred schedules back. */
const MEMORY = 0.01;
