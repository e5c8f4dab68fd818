// An answer of the server that is kept and asked for again: now, or soon, but never more often than its pace; the last good one stays.
import { troubleOf, type Trouble } from '../../ui/client.ts';

export class Kept<T> {
  value = $state.raw<T | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  readonly #ask: () => Promise<T>;
  readonly #paceMs: number;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking = false;
  #again = false;
  #over = false;

  constructor(ask: () => Promise<T>, paceMs: number) {
    this.#ask = ask;
    this.#paceMs = paceMs;
  }

  /** Asks when the pace allows it; many calls are one question. */
  readonly soon = (): void => {
    if (this.#timer !== null || this.#over) return;
    const waitMs = Math.max(0, this.#askedAt + this.#paceMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.now();
    }, waitMs);
  };

  readonly now = async (): Promise<void> => {
    if (this.#over) return;
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    this.#askedAt = performance.now();
    try {
      this.value = await this.#ask();
      this.trouble = null;
    } catch (error) {
      this.trouble = troubleOf(error);
    } finally {
      this.#asking = false;
      if (this.#again) {
        this.#again = false;
        this.soon();
      }
    }
  };

  readonly stop = (): void => {
    this.#over = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  };
}
