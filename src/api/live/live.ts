// All that the server shows live: a board for each fleet, a feed for each run that somebody follows, kept going by what the journal tells.
import type { Fleet, Inventory } from '../../core/fleet/model.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Chronicle } from '../../core/run/chronicle.ts';
import type { Fleets } from '../../desk/fleets.ts';
import type { ActiveRun, Runs } from '../../runner/runs.ts';
import type { Clock } from '../../std/clock.ts';
import type { RunView } from '../contract/schemas.ts';
import { replay } from '../replay.ts';
import { Board } from './board.ts';
import { indexOf, type FleetIndex } from './fleet-index.ts';
import { KnownFleets, type KnownFleet } from './known-fleets.ts';
import { RunBook } from './run-book.ts';
import { RunFeed } from './run-feed.ts';
import { SameFleets } from './same-fleets.ts';

export interface LiveParts {
  readonly runs: Runs;
  /** The desk's. */
  readonly fleets: Fleets;
  readonly parsePlan: (text: string) => Plan;
  /** The wall's. */
  readonly clock: Clock;
  /** Told of what went wrong while nobody had asked. */
  readonly report: (error: unknown) => void;
}

export class Live {
  readonly #parts: LiveParts;
  readonly #book: RunBook;
  readonly #known: KnownFleets;
  readonly #boards = new Map<string, Board>();
  readonly #feeds = new Map<string, RunFeed>();
  readonly #inventories = new Map<string, Inventory>();
  readonly #watched = new WeakSet<ActiveRun>();
  readonly #unsubscribe: () => void;
  #closed = false;

  constructor(parts: LiveParts) {
    this.#parts = parts;
    const documents = new SameFleets();
    this.#book = new RunBook(parts.runs, parts.parsePlan, documents);
    this.#known = new KnownFleets(parts.fleets, this.#book, documents);
    this.#unsubscribe = parts.runs.journal.subscribe((run, lastSeq) => this.#told(run, lastSeq));
  }

  fleets(): Promise<ReadonlyMap<string, KnownFleet>> {
    return this.#known.all();
  }

  /** null: no such fleet is known. */
  async fleet(name: string): Promise<(KnownFleet & { readonly index: FleetIndex }) | null> {
    const known = (await this.#known.all()).get(name);
    return known ? { ...known, index: indexOf(known.document) } : null;
  }

  /** Up to date; null: no such fleet is known. */
  async board(name: string): Promise<Board | null> {
    const known = await this.fleet(name);
    if (known === null) return null;
    const board = this.#boardOf(name, known.document);
    await board.fresh();
    return board;
  }

  /** A dated look at nodes outside of any run: boards show it where no later run says otherwise. */
  saw(inventory: Inventory): void {
    this.#inventories.set(inventory.fleet, inventory);
    this.#boards.get(inventory.fleet)?.told('', true);
  }

  /** `show` makes the run's view. */
  async feed(run: string, show: (run: string) => Promise<RunView>): Promise<RunFeed> {
    this.#watch(run);
    const known = this.#feeds.get(run);
    if (known) return known;
    for (const [name, feed] of this.#feeds) if (feed.isIdle) this.#feeds.delete(name);
    const { chronicle, isLive } = await this.chronicleOf(run);
    const lastSeq = await this.#lastSeq(run);
    const feed = this.#feeds.get(run) ?? new RunFeed(run, chronicle, lastSeq, { ...this.#parts, show, isLive });
    this.#feeds.set(run, feed);
    if (this.#closed) feed.close();
    return feed;
  }

  async chronicleOf(run: string): Promise<{ readonly chronicle: Chronicle; readonly isLive: boolean }> {
    const { runs, parsePlan } = this.#parts;
    const live = runs.get(run);
    if (live) return { chronicle: live.host.chronicle, isLive: true };
    const header = (await runs.journal.runs()).find((each) => each.run === run);
    if (!header) throw new Error(`run ${run} is not in the journal any more`);
    return { chronicle: await replay(runs.journal, run, parsePlan(header.plan)), isLive: false };
  }

  /** Ends everybody who follows. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    for (const each of [...this.#boards.values(), ...this.#feeds.values()]) each.close();
  }

  /** A document that has changed has other ids: those who follow the old one are cut, and come back to the new one. */
  #boardOf(name: string, document: Fleet): Board {
    const index = indexOf(document);
    const known = this.#boards.get(name);
    if (known?.index === index) return known;
    known?.close();
    const { clock, report } = this.#parts;
    const board = new Board(index, {
      clock,
      report,
      runs: () => this.#runsOf(name, index),
      chronicleOf: (run) => this.chronicleOf(run),
      inventory: () => this.#inventories.get(name) ?? null,
    });
    if (this.#closed) board.close();
    else this.#boards.set(name, board);
    return board;
  }

  async #runsOf(name: string, index: FleetIndex): Promise<KnownFleet['runs']> {
    const known = (await this.#known.all()).get(name);
    for (const { run } of known?.runs ?? []) this.#watch(run);
    if (known && indexOf(known.document) !== index) this.#boardOf(name, known.document);
    return known?.runs ?? [];
  }

  #told(run: string, lastSeq: number): void {
    this.#book.told(run);
    this.#watch(run);
    for (const board of this.#boards.values()) board.told(run, this.#book.isStale);
    this.#feeds.get(run)?.told(lastSeq);
  }

  /** The end of a run is no entry of its journal. */
  #watch(run: string): void {
    const active = this.#parts.runs.get(run);
    if (!active || this.#watched.has(active)) return;
    this.#watched.add(active);
    void active.ended.then(() => this.#ended(run));
  }

  #ended(run: string): void {
    this.#book.ended();
    for (const board of this.#boards.values()) board.told(run, true);
    this.#feeds.get(run)?.ended();
  }

  /** Entries are numbered without holes, so the last is found by halving. */
  async #lastSeq(run: string): Promise<number> {
    const { journal } = this.#parts.runs;
    const has = async (seq: number): Promise<boolean> => (await journal.read(run, seq, 1)).length > 0;
    let [known, beyond] = [0, 1];
    while (await has(beyond)) [known, beyond] = [beyond, beyond * 2];
    while (beyond - known > 1) {
      const middle = (known + beyond) >> 1;
      if (await has(middle)) known = middle;
      else beyond = middle;
    }
    return known;
  }
}
