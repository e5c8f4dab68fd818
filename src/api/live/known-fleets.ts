// The fleets that the server knows, by name: as somebody handed them to the desk, or as the plan of a run has them; the latest counts.
import type { Fleet } from '../../core/fleet/model.ts';
import type { Fleets } from '../../desk/fleets.ts';
import { planSchema } from '../../files/plan-schema.ts';
import type { BookedRun, RunBook } from './run-book.ts';
import type { SameFleets } from './same-fleets.ts';

export interface KnownFleet {
  readonly document: Fleet;
  /** Unix ms at which the document was handed over. */
  readonly since: number;
  readonly runs: readonly BookedRun[];
}

export class KnownFleets {
  readonly #kept: Fleets;
  readonly #book: RunBook;
  readonly #documents: SameFleets;
  /** By the JSON that the desk keeps. */
  readonly #read = new WeakMap<object, Fleet>();

  constructor(kept: Fleets, book: RunBook, documents: SameFleets) {
    this.#kept = kept;
    this.#documents = documents;
    this.#book = book;
  }

  /** By name, in the order of names. */
  async all(): Promise<ReadonlyMap<string, KnownFleet>> {
    const found = new Map<string, { document: Fleet; since: number; runs: BookedRun[] }>();
    const tell = (document: Fleet, since: number, run: BookedRun | null): void => {
      const fleet = found.get(document.name) ?? { document, since, runs: [] };
      found.set(document.name, fleet);
      if (since >= fleet.since) [fleet.document, fleet.since] = [document, since];
      if (run) fleet.runs.push(run);
    };
    for (const { document, at } of this.#kept.list()) {
      const parsed = this.#parsed(document);
      if (parsed) tell(parsed, at, null);
    }
    for (const run of await this.#book.runs()) {
      // What a record of the past calls a fleet is often no more than a count of nodes.
      if (run.origin !== 'import') tell(run.document, run.createdAt, run);
    }
    return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Checks a document that a client sends; null: it is no fleet, and `why` says what is wrong. */
  static read(document: unknown): { readonly fleet: Fleet } | { readonly fleet: null; readonly why: string } {
    const parsed = planSchema.shape.fleet.shape.document.safeParse(document);
    if (parsed.success) return { fleet: parsed.data };
    const [issue] = parsed.error.issues;
    return { fleet: null, why: `${issue?.path.join('.') || 'the document'}: ${issue?.message}` };
  }

  #parsed(document: object): Fleet | null {
    const known = this.#read.get(document);
    if (known) return known;
    const { fleet } = KnownFleets.read(document);
    if (fleet === null) return null;
    const one = this.#documents.one(fleet);
    this.#read.set(document, one);
    return one;
  }
}
