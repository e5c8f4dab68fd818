// The journal on one machine: an SQLite file owned by one process, with group commit. What many callers append within a few
// milliseconds is one transaction and one fsync; a promise resolves only after that.
import type { DatabaseSync } from 'node:sqlite';
import type { Entry, Journal, RunHeader, StoredEntry, StoredStreamEntry, StreamEntry } from '../../core/ports.ts';
import { assert } from '../../std/assert.ts';
import type { Clock } from '../../std/clock.ts';
import {
  JournalBrokenError,
  JournalClosedError,
  JournalFencedError,
  JournalFormatError,
  RunExistsError,
  RunUnknownError,
  TargetOccupiedError,
} from '../errors.ts';
import { Packer, unpackChunk } from '../pack.ts';
import { named, openFile, sqliteCode } from './file.ts';
import { Streams } from './streams.ts';
import { Tables } from './tables.ts';

export interface SqliteJournalOptions {
  /** Its folder is made if missing (0700); ":memory:" for none. */
  readonly file: string;
  /** Arms the group commit, so that a virtual clock flushes in virtual time. */
  readonly clock: Clock;
  /** How long the first append of a flush waits for company; milliseconds of the clock, default 3. */
  readonly flushMs?: number;
}

/** Opens or creates the journal. Throws JournalBusyError (another owner) or JournalFormatError (newer, foreign, damaged). */
export function openSqliteJournal(options: SqliteJournalOptions): Journal {
  return new SqliteJournal(options);
}

const FLUSH_MS = 3;
/** As many entries, or characters of notes, are flushed at once: memory stays bounded and a flush short. */
const FLUSH_ENTRIES = 16_384;
const FLUSH_NOTE_CHARS = 4_000_000;

interface RunState {
  readonly id: number;
  readonly run: string;
  readonly shards: number;
  /** By shard; a claim counts from the moment it is made, before it is durable. */
  readonly epochs: Map<number, number>;
  readonly packer: Packer;
  durableSeq: number;
}

interface Waiter {
  readonly value: number;
  readonly resolve: (value: number) => void;
  readonly reject: (error: Error) => void;
}

interface PendingClaim {
  readonly state: RunState;
  readonly shard: number;
  readonly epoch: number;
  readonly owner: string;
}

class SqliteJournal implements Journal {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #flushMs: number;
  readonly #db: DatabaseSync;
  readonly #tables: Tables;
  readonly #streams: Streams;
  readonly #states = new Map<string, RunState>();
  readonly #listeners = new Set<(run: string, lastSeq: number) => void>();
  readonly #dirty = new Set<RunState>();
  #claims: PendingClaim[] = [];
  #waiters: Waiter[] = [];
  #pendingEntries = 0;
  #pendingNoteChars = 0;
  #cancelTimer: (() => void) | null = null;
  #fault: JournalBrokenError | null = null;
  #closed = false;

  constructor(options: SqliteJournalOptions) {
    this.#file = options.file;
    this.#clock = options.clock;
    this.#flushMs = options.flushMs ?? FLUSH_MS;
    this.#db = openFile(options.file);
    try {
      this.#tables = new Tables(this.#db);
      this.#streams = new Streams(this.#db, this.#file);
    } catch (error) {
      this.#db.close();
      throw sqliteCode(error) === SQLITE_ERROR ? new JournalFormatError(this.#file, 'damaged', String(error)) : named(error, this.#file);
    }
  }

  async create(header: Omit<RunHeader, 'finishedAt'>, occupies: readonly string[] = header.targets): Promise<void> {
    assert(Number.isInteger(header.shards) && header.shards > 0, `run ${header.run} has ${header.shards} shards`);
    this.#now(() => {
      if (this.#tables.run(header.run)) throw new RunExistsError(header.run);
      const [first, ...rest] = this.#tables.occupied(occupies);
      if (first) {
        throw new TargetOccupiedError(
          first.run,
          [first, ...rest].filter((each) => each.run === first.run).map((each) => each.target),
        );
      }
      this.#tables.insertRun(header, occupies);
    });
  }

  async runs(): Promise<readonly RunHeader[]> {
    return this.#reading(() => this.#tables.runs());
  }

  async free(run: string, targets: readonly string[]): Promise<void> {
    const { id } = this.#state(run);
    this.#now(() => this.#tables.free(id, targets));
  }

  async finish(run: string, at: number): Promise<void> {
    const { id } = this.#state(run);
    this.#now(() => this.#tables.finish(id, at));
  }

  async claim(run: string, shard: number, owner: string): Promise<number> {
    this.#assertWritable();
    const state = this.#state(run);
    assert(Number.isInteger(shard) && shard >= 0 && shard < state.shards, `run ${run} has no shard ${shard}`);
    const epoch = (state.epochs.get(shard) ?? 0) + 1;
    state.epochs.set(shard, epoch);
    this.#claims.push({ state, shard, epoch, owner });
    return this.#whenDurable(epoch);
  }

  async append(run: string, shard: number, epoch: number, entries: readonly Entry[]): Promise<number> {
    this.#assertWritable();
    const state = this.#state(run);
    const current = state.epochs.get(shard) ?? 0;
    if (epoch !== current || current === 0) throw new JournalFencedError(run, shard, epoch, current);
    this.#pendingNoteChars += state.packer.add(shard, epoch, entries);
    this.#pendingEntries += entries.length;
    const seq = state.durableSeq + state.packer.count;
    if (seq === state.durableSeq) return seq;
    this.#dirty.add(state);
    return this.#whenDurable(seq);
  }

  async read(run: string, from: number, limit: number): Promise<readonly StoredEntry[]> {
    const state = this.#state(run);
    const first = Math.max(1, from);
    const end = Math.min(first + limit, state.durableSeq + 1);
    return this.#reading(() => {
      const entries: StoredEntry[] = [];
      if (first >= end) return entries;
      for (const rows of this.#tables.chunks(state.id, first)) {
        const next = first + entries.length;
        const some = unpackChunk(rows, next, end, this.#file);
        if (some[0] && some[0].seq !== next) break;
        for (const entry of some) entries.push(entry);
        if (next + some.length === end) return entries;
      }
      throw new JournalFormatError(this.#file, 'damaged', `run ${run}: seq ${first + entries.length} is missing`);
    });
  }

  async appendStream(stream: string, entry: StreamEntry): Promise<number> {
    this.#assertWritable();
    const { seq, chars } = this.#streams.add(stream, entry);
    this.#pendingEntries += 1;
    this.#pendingNoteChars += chars;
    return this.#whenDurable(seq);
  }

  async readStream(stream: string, from: number, limit: number): Promise<readonly StoredStreamEntry[]> {
    return this.#reading(() => this.#streams.read(stream, from, limit));
  }

  subscribe(listener: (run: string, lastSeq: number) => void): () => void {
    this.#assertOpen();
    // A function of its own, so that a listener given twice is two subscriptions.
    const own = (run: string, lastSeq: number): void => listener(run, lastSeq);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  /** Flushes, gives the file up, and may be called again. */
  async close(): Promise<void> {
    if (this.#closed) return;
    if (!this.#fault) this.#flush();
    this.#closed = true;
    this.#listeners.clear();
    this.#db.close();
  }

  #whenDurable(value: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ value, resolve, reject });
      if (this.#pendingEntries >= FLUSH_ENTRIES || this.#pendingNoteChars >= FLUSH_NOTE_CHARS) this.#flush();
      else this.#cancelTimer ??= this.#clock.after(this.#flushMs, () => this.#flush());
    });
  }

  /** One transaction for everything pending, of all runs, shards and streams. */
  #flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const waiters = this.#waiters;
    if (waiters.length === 0) return;
    const claims = this.#claims;
    const dirty = [...this.#dirty];
    this.#waiters = [];
    this.#claims = [];
    this.#dirty.clear();
    this.#pendingEntries = 0;
    this.#pendingNoteChars = 0;
    const lasts = dirty.map((state) => ({ state, seq: state.durableSeq + state.packer.count }));
    try {
      this.#transaction(() => {
        for (const { state, shard, epoch, owner } of claims) this.#tables.claim(state.id, shard, epoch, owner);
        for (const state of dirty)
          for (const row of state.packer.take()) this.#tables.insertRow(state.id, state.durableSeq + 1 + row.first, row);
        this.#streams.write();
      });
    } catch (error) {
      this.#streams.drop();
      for (const waiter of waiters) waiter.reject(error as Error);
      return;
    }
    for (const { state, seq } of lasts) state.durableSeq = seq;
    for (const { value, resolve } of waiters) resolve(value);
    for (const { state, seq } of lasts) this.#tell(state.run, seq);
  }

  /** A listener that throws is a bug of its own: it surfaces as an uncaught exception and never undoes an append. */
  #tell(run: string, lastSeq: number): void {
    for (const listener of this.#listeners) {
      queueMicrotask(() => {
        if (this.#listeners.has(listener)) listener(run, lastSeq);
      });
    }
  }

  /** A transaction of its own, after everything that was appended before it. */
  #now(work: () => void): void {
    this.#assertWritable();
    this.#flush();
    this.#assertWritable();
    this.#transaction(work);
  }

  /** A refusal of ours rolls back and nothing more; a failure of the store also breaks the journal until it is reopened. */
  #transaction(work: () => void): void {
    try {
      this.#db.exec('begin immediate');
      work();
      this.#db.exec('commit');
    } catch (error) {
      this.#rollBack();
      if (sqliteCode(error) === null) throw error;
      this.#fault = new JournalBrokenError(this.#file, error as Error);
      throw this.#fault;
    }
  }

  #rollBack(): void {
    try {
      if (this.#db.isTransaction) this.#db.exec('rollback');
    } catch (error) {
      this.#fault = new JournalBrokenError(this.#file, error as Error);
    }
  }

  #reading<T>(work: () => T): T {
    this.#assertOpen();
    try {
      return work();
    } catch (error) {
      throw named(error, this.#file);
    }
  }

  #state(run: string): RunState {
    this.#assertOpen();
    const known = this.#states.get(run);
    if (known) return known;
    return this.#reading(() => {
      const found = this.#tables.run(run);
      if (!found) throw new RunUnknownError(run);
      const { id, shards } = found;
      const state = { id, run, shards, epochs: this.#tables.epochs(id), packer: new Packer(), durableSeq: this.#tables.lastSeq(id) };
      this.#states.set(run, state);
      return state;
    });
  }

  #assertOpen(): void {
    if (this.#closed) throw new JournalClosedError();
  }

  #assertWritable(): void {
    this.#assertOpen();
    if (this.#fault) throw this.#fault;
  }
}

/** A statement that cannot be prepared: a table or column of the format is not there. */
const SQLITE_ERROR = 1;
