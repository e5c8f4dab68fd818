// What a driver has under way and since when, so that it can say what it waits for.
import type { Clock } from '../../std/clock.ts';

/** Shorter waits are not worth a word. */
const SLOW_MS = 5_000;
const SHOWN_MAX = 3;

export class Pending {
  readonly #clock: Clock;
  readonly #slowMs: number;
  readonly #open = new Set<{ readonly what: string; readonly since: number }>();

  constructor(clock: Clock, slowMs = SLOW_MS) {
    this.#clock = clock;
    this.#slowMs = slowMs;
  }

  /** The function says that it is over, and returns how long it took, in milliseconds. */
  begin(what: string): () => number {
    const one = { what, since: this.#clock.now() };
    this.#open.add(one);
    return () => {
      this.#open.delete(one);
      return this.#clock.now() - one.since;
    };
  }

  async during<T>(what: string, work: Promise<T>): Promise<T> {
    const end = this.begin(what);
    try {
      return await work;
    } finally {
      end();
    }
  }

  /** What has been under way for long, the oldest first. */
  slow(): { readonly what: string; readonly ms: number }[] {
    const now = this.#clock.now();
    return [...this.#open].map(({ what, since }) => ({ what, ms: now - since })).filter(({ ms }) => ms >= this.#slowMs);
  }
}

/** "n1, n2, n3 and 2 more", each once. */
export function fewOf(names: readonly string[]): string {
  const all = [...new Set(names)];
  const more = all.length - SHOWN_MAX;
  return `${all.slice(0, SHOWN_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
