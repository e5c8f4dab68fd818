// What is to be told, written to a stream of the journal before anybody is told: a restart goes on where it was, and nothing is told twice
// as something else.
import type { Plan } from '../../core/plan/plan.ts';
import type { Journal, RunHeader, StoredStreamEntry } from '../../core/ports.ts';
import { compile } from '../../core/run/compile.ts';
import { simulated } from '../../runner/runs.ts';
import { sleep, type Clock } from '../../std/clock.ts';
import type { Json, JsonObject } from '../../std/json.ts';
import { RunTeller } from './run-teller.ts';

export const OUTBOX = 'webhooks';

export interface OutboxParts {
  readonly journal: Journal;
  readonly parsePlan: (text: string) => Plan;
  /** The wall's. */
  readonly clock: Clock;
  /** Told of what went wrong while nobody had asked. */
  readonly report: (error: unknown) => void;
  /** Called after something was written to the outbox. */
  readonly written: () => void;
}

/** One entry of the outbox: what one look at a run brought, to be told in this order. */
export interface Batch {
  /** Of the stream. */
  readonly seq: number;
  readonly writtenAt: number;
  readonly run: string;
  readonly change: string;
  readonly simulated: boolean;
  readonly events: readonly { readonly event: string; readonly at: number; readonly data: JsonObject }[];
}

const PAGE = 10_000;
/** Between two looks at one run: each goes over all of its targets. */
const LOOK_MS = 500;
const OVER: ReadonlySet<Json | undefined> = new Set(['settled', 'aborted']);

interface Watch {
  readonly header: RunHeader;
  readonly change: string;
  readonly teller: RunTeller;
  /** Of the run's journal: up to here it has been looked at. */
  seq: number;
}

export class Outbox {
  readonly #parts: OutboxParts;
  readonly #closing = new AbortController();
  /** By run: how far it has been told, and as what it was told last. */
  readonly #told = new Map<string, { readonly seq: number; readonly state: Json | undefined }>();
  /** Runs that had a past before anybody was to be told of them: they are told of as they stand. */
  readonly #old = new Set<string>();
  readonly #watches = new Map<string, Promise<Watch | null>>();
  readonly #stale = new Set<string>();
  readonly #looking = new Map<string, Promise<void>>();
  readonly #unsubscribe: () => void;

  private constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#unsubscribe = parts.journal.subscribe((run) => this.#tell(run));
  }

  /** Begins with what was not told yet of runs that are not over. */
  static async open(parts: OutboxParts): Promise<Outbox> {
    const outbox = new Outbox(parts);
    for await (const entry of pages(parts.journal, OUTBOX, 1)) outbox.#fold(entry);
    for (const { run, finishedAt } of await parts.journal.runs()) {
      const told = outbox.#told.get(run);
      if (!told) outbox.#old.add(run);
      if (finishedAt === null || (told && !OVER.has(told.state))) outbox.#tell(run);
    }
    return outbox;
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    this.#closing.abort();
    await Promise.all(this.#looking.values());
  }

  #fold({ data }: StoredStreamEntry): void {
    const { run, seq, state } = data;
    if (typeof run === 'string' && typeof seq === 'number') this.#told.set(run, { seq, state });
  }

  #tell(run: string): void {
    this.#stale.add(run);
    if (this.#looking.has(run) || this.#closing.signal.aborted) return;
    const looking = this.#look(run)
      .catch((error: unknown) => {
        this.#watches.delete(run);
        this.#stale.delete(run);
        // A journal that closes under us has told its owner already.
        if (!this.#closing.signal.aborted) this.#parts.report(error);
      })
      .finally(() => {
        this.#looking.delete(run);
        if (this.#stale.has(run)) this.#tell(run);
      });
    this.#looking.set(run, looking);
  }

  async #look(run: string): Promise<void> {
    while (this.#stale.delete(run) && !this.#closing.signal.aborted) {
      const known = this.#watches.get(run) ?? this.#watch(run);
      this.#watches.set(run, known);
      const watch = await known;
      if (watch === null) return;
      await this.#advance(watch);
      if (OVER.has(watch.teller.state ?? undefined)) this.#watches.delete(run);
      await sleep(this.#parts.clock, LOOK_MS, this.#closing.signal);
    }
  }

  /** A run of which something was told stands where that was; null: it is not told of. */
  async #watch(run: string): Promise<Watch | null> {
    const { journal, parsePlan } = this.#parts;
    const header = (await journal.runs()).find((one) => one.run === run);
    if (!header || header.options['origin'] === 'import') return null;
    const plan = parsePlan(header.plan);
    const watch: Watch = { header, change: plan.change.name, teller: new RunTeller(compile(plan)), seq: 0 };
    const told = this.#told.get(run);
    if (told) {
      await this.#read(watch, told.seq);
      watch.teller.tell();
    }
    return watch;
  }

  async #advance(watch: Watch): Promise<void> {
    await this.#read(watch, Infinity);
    const all = watch.teller.tell();
    const events = this.#old.delete(watch.header.run) ? all.filter(({ event }) => event === 'run.state') : all;
    if (events.length === 0) return;
    const { header, change, seq, teller } = watch;
    const data: JsonObject = {
      run: header.run,
      change,
      simulated: simulated(header.options),
      seq,
      state: teller.state,
      events: events.map((told) => ({ ...told })),
    };
    await this.#parts.journal.appendStream(OUTBOX, { at: this.#parts.clock.now(), kind: 'told', by: 'pitstop', why: '', data });
    this.#told.set(header.run, { seq, state: teller.state });
    this.#parts.written();
  }

  async #read(watch: Watch, upTo: number): Promise<void> {
    for (;;) {
      const limit = Math.min(PAGE, upTo - watch.seq);
      if (limit <= 0) return;
      const entries = await this.#parts.journal.read(watch.header.run, watch.seq + 1, limit);
      for (const entry of entries) watch.teller.record(entry);
      watch.seq = entries.at(-1)?.seq ?? watch.seq;
      if (entries.length < limit) return;
    }
  }
}

/** null: no entry that this version wrote. */
export function batchOf({ seq, at, data }: StoredStreamEntry): Batch | null {
  const { run, change, events } = data;
  if (typeof run !== 'string' || typeof change !== 'string' || !Array.isArray(events)) return null;
  const list = (events as readonly Json[]).flatMap((one) => {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return [];
    const { event, at: when, data: more } = one as JsonObject;
    if (typeof event !== 'string' || typeof when !== 'number' || typeof more !== 'object' || more === null || Array.isArray(more))
      return [];
    return [{ event, at: when, data: more as JsonObject }];
  });
  return { seq, writtenAt: at, run, change, simulated: data['simulated'] === true, events: list };
}

/** The stream from an entry on. */
export async function* pages(journal: Journal, stream: string, from: number): AsyncGenerator<StoredStreamEntry> {
  const size = 1_000;
  for (let next = from; ;) {
    const page = await journal.readStream(stream, next, size);
    yield* page;
    if (page.length < size) return;
    next += page.length;
  }
}
