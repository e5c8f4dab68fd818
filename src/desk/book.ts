// One stream of the desk as a book: what it holds is the fold over its entries, loaded at open and kept in memory.
import type { Journal, StoredStreamEntry, StreamEntry } from '../core/ports.ts';
import type { Clock } from '../std/clock.ts';
import { DeskRefusedError } from './refused.ts';
import { holdsSecret } from './secret.ts';

/** What is to be written; the time is added when it is. */
export type Line = Omit<StreamEntry, 'at'>;

/** What an entry of each kind does to what the book holds. */
export type Folds = { readonly [kind: string]: (entry: StoredStreamEntry) => void };

/** One at a time: each write is decided on what all writes before it have left. */
export class Book {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #stream: string;
  readonly #folds: Folds;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(journal: Journal, clock: Clock, stream: string, folds: Folds) {
    this.#journal = journal;
    this.#clock = clock;
    this.#stream = stream;
    this.#folds = folds;
  }

  /** Folds everything that the stream holds. Throws for an entry of a kind that is not in `folds`. */
  static async open(journal: Journal, clock: Clock, stream: string, folds: Folds): Promise<Book> {
    const book = new Book(journal, clock, stream, folds);
    for (let from = 1; ;) {
      const page = await journal.readStream(stream, from, PAGE);
      for (const entry of page) book.#fold(entry);
      if (page.length < PAGE) return book;
      from += page.length;
    }
  }

  /**
   * `decide` looks at what the book holds and gives the entry to write, or null when there is nothing to write; it may throw.
   * What the book holds changes once the entry is durable. Resolves with the entry, or with null.
   */
  write(decide: () => Line | null): Promise<StoredStreamEntry | null> {
    const done = this.#after(this.#last, decide);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #after(last: Promise<unknown>, decide: () => Line | null): Promise<StoredStreamEntry | null> {
    await last;
    const line = decide();
    if (line === null) return null;
    const entry = await appendLine(this.#journal, this.#clock, this.#stream, line);
    this.#fold(entry);
    return entry;
  }

  #fold(entry: StoredStreamEntry): void {
    const fold = Object.hasOwn(this.#folds, entry.kind) ? this.#folds[entry.kind] : undefined;
    if (!fold)
      throw new Error(
        `stream ${this.#stream}, seq ${entry.seq}: kind ${JSON.stringify(entry.kind)} is unknown; a newer Pitstop wrote it, use that one`,
      );
    fold(entry);
  }
}

/** Writes one entry, now; what comes back is what a later open reads. Refuses an entry that holds one of our secrets. */
export async function appendLine(journal: Journal, clock: Clock, stream: string, line: Line): Promise<StoredStreamEntry> {
  const json = JSON.stringify(line);
  if (holdsSecret(json))
    throw new DeskRefusedError(
      `an entry of ${stream}`,
      'it holds a secret of Pitstop',
      'leave the secret out, and revoke it: it was shown',
    );
  const entry: StreamEntry = { at: clock.now(), ...(JSON.parse(json) as Line) };
  return { ...entry, seq: await journal.appendStream(stream, entry) };
}

const PAGE = 1_000;

/** Who an entry is from, and why, for what is shown of it. */
export interface Said {
  readonly at: number;
  readonly by: string;
  readonly why: string;
}

export function saidIn(entry: StoredStreamEntry): Said {
  return { at: entry.at, by: entry.by, why: entry.why };
}
