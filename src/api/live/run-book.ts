// The runs of the journal as far as maps need them: of which fleet each is, and when it ended. A plan is parsed once; of a finished run
// only its fleet is kept.
import type { Fleet } from '../../core/fleet/model.ts';
import { originOf } from '../../core/past/origin.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { RunHeader } from '../../core/ports.ts';
import { simulated, type Runs } from '../../runner/runs.ts';
import type { SameFleets } from './same-fleets.ts';

export interface BookedRun {
  readonly run: string;
  readonly planId: string;
  readonly document: Fleet;
  /** Unix ms. */
  readonly createdAt: number;
  readonly finishedAt: number | null;
  readonly simulated: boolean;
  readonly origin: 'run' | 'watch' | 'import';
}

type Kept = Omit<BookedRun, 'finishedAt'>;

/** Unnoticed news (a run that was finished by hand, an import) shows after so long. */
const OLD_MS = 60_000;

export class RunBook {
  readonly #runs: Runs;
  readonly #parsePlan: (text: string) => Plan;
  readonly #documents: SameFleets;
  readonly #kept = new Map<string, Kept>();
  /** Plans that cannot be read any more: another version wrote them. */
  readonly #unreadable = new Set<string>();
  #last: readonly BookedRun[] = [];
  #readAt = -Infinity;
  #stale = true;
  #reading: Promise<void> | null = null;

  constructor(runs: Runs, parsePlan: (text: string) => Plan, documents: SameFleets) {
    this.#runs = runs;
    this.#documents = documents;
    this.#parsePlan = parsePlan;
  }

  /** Something was written in a run. */
  told(run: string): void {
    if (!this.#kept.has(run) && !this.#unreadable.has(run)) this.#stale = true;
  }

  /** A run has ended, or may have. */
  ended(): void {
    this.#stale = true;
  }

  get isStale(): boolean {
    return this.#stale;
  }

  /** In the order of their creation. */
  async runs(): Promise<readonly BookedRun[]> {
    if (this.#stale || performance.now() - this.#readAt > OLD_MS) await (this.#reading ??= this.#read());
    return this.#last;
  }

  async #read(): Promise<void> {
    // News that come while it reads make it stale again.
    this.#stale = false;
    try {
      const headers = await this.#runs.journal.runs();
      const booked: BookedRun[] = [];
      for (const header of headers) {
        const kept = this.#kept.get(header.run) ?? this.#keep(header);
        if (kept) booked.push({ ...kept, finishedAt: header.finishedAt });
      }
      this.#last = booked.sort((a, b) => a.createdAt - b.createdAt);
      this.#readAt = performance.now();
    } catch (error) {
      this.#stale = true;
      throw error;
    } finally {
      this.#reading = null;
    }
  }

  #keep(header: RunHeader): Kept | null {
    if (this.#unreadable.has(header.run)) return null;
    const plan = this.#planOf(header);
    if (plan === null) {
      this.#unreadable.add(header.run);
      return null;
    }
    const kept: Kept = {
      run: header.run,
      planId: header.planId,
      document: this.#documents.one(plan.fleet.document),
      createdAt: header.createdAt,
      simulated: simulated(header.options),
      origin: originOf(header.options).kind,
    };
    this.#kept.set(header.run, kept);
    return kept;
  }

  #planOf(header: RunHeader): Plan | null {
    const live = this.#runs.get(header.run);
    if (live) return live.host.parts.plan;
    try {
      return this.#parsePlan(header.plan);
    } catch {
      // One such run must not keep every other from the map; its own page says what is wrong with it.
      return null;
    }
  }
}
