// Remembers how Slurm's commands fared lately, and says it in words that an operator can read.
import type { Clock } from '../../std/clock.ts';
import { showDuration } from '../../std/duration.ts';
import { Pending } from '../shared/pending.ts';

const REMEMBERED = 5;

export interface OpenCall {
  /** slurmctld answered; returns how long it took, in milliseconds. */
  answered(): number;
  failed(why: string): void;
  /** It was given up by us: that says nothing about slurmctld. */
  dropped(): void;
}

export class CallRecord {
  readonly #clock: Clock;
  readonly #slowMs: number;
  readonly #open: Pending;
  readonly #last: number[] = [];
  #answeredAt = -Infinity;
  #failing: { readonly since: number; why: string } | null = null;

  constructor(clock: Clock, slowMs: number) {
    this.#clock = clock;
    this.#slowMs = slowMs;
    this.#open = new Pending(clock, slowMs);
  }

  begin(what: string): OpenCall {
    const end = this.#open.begin(what);
    const close = (): number => {
      const ms = end();
      this.#last.push(ms);
      if (this.#last.length > REMEMBERED) this.#last.shift();
      return ms;
    };
    return {
      answered: () => {
        this.#answeredAt = this.#clock.now();
        this.#failing = null;
        return close();
      },
      failed: (why) => {
        close();
        this.#failing ??= { since: this.#clock.now(), why };
        this.#failing.why = why;
      },
      dropped: () => void end(),
    };
  }

  /** Milliseconds since slurmctld last answered; Infinity: never, or the last call failed. */
  silentFor(): number {
    return this.#failing ? Infinity : this.#clock.now() - this.#answeredAt;
  }

  waitingFor(): string[] {
    const texts: string[] = [];
    const now = this.#clock.now();
    const slow = this.#last.filter((ms) => ms >= this.#slowMs).length;
    const last = this.#last.at(-1) ?? 0;
    if (this.#failing)
      texts.push(`slurmctld: no answer for ${showDuration(Math.max(0, now - this.#failing.since))} (${this.#failing.why})`);
    if (slow > 0) texts.push(`slurmctld: ${slow} of ${this.#last.length} calls slow (last ${showDuration(last)})`);
    return [...texts, ...this.#open.slow().map(({ what, ms }) => `slurmctld: ${what} has run for ${showDuration(ms)}`)];
  }
}
