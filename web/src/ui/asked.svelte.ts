// One question to the server as a page shows it: the answer, whether it is under way, what went wrong. A new question ends the one before.
import { troubleOf, type Trouble } from './client.ts';

export class Asked<T> {
  /** Stays while a newer one is under way, so that a page does not jump. */
  value = $state.raw<T | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  busy = $state(false);
  #under: AbortController | null = null;

  /** Never rejects; what was ended by `stop` or by a newer question changes nothing. */
  async ask(call: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.stop();
    const own = new AbortController();
    this.#under = own;
    this.busy = true;
    this.trouble = null;
    try {
      const value = await call(own.signal);
      if (this.#under === own) this.value = value;
    } catch (error) {
      if (this.#under === own) this.trouble = troubleOf(error);
    } finally {
      if (this.#under === own) {
        this.busy = false;
        this.#under = null;
      }
    }
  }

  /** Ends what is under way. */
  stop(): void {
    this.#under?.abort();
    this.#under = null;
    this.busy = false;
  }
}
