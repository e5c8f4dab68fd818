// Pages that cost long to put together, kept for a moment: whoever loads theirs again and again does not hold up what the server drives.
import type { CustomerPage } from '../../report/customer/page-data.ts';

interface Kept {
  readonly page: CustomerPage;
  /** Of the wall's time. */
  readonly until: number;
}

/** A page that is there sooner is made anew each time. */
const LONG_MS = 100;
/** So many times as long as it took. */
const TIMES = 4;
const KEPT_MAX = 16;

export class RecentPages {
  readonly #kept = new Map<string, Kept>();
  readonly #now: () => number;

  /** `now`: ms of a clock that never goes back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The one under this key that is still good, or what `make` gives. */
  of(key: string, make: () => CustomerPage): CustomerPage {
    const known = this.#kept.get(key);
    const began = this.#now();
    if (known && began < known.until) return known.page;
    this.#kept.delete(key);
    const page = make();
    const ended = this.#now();
    if (ended - began < LONG_MS) return page;
    this.#kept.set(key, { page, until: ended + TIMES * (ended - began) });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    return page;
  }

  /** After an act: whoever did it sees it. */
  forget(): void {
    this.#kept.clear();
  }
}
