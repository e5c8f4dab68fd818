// The runner's side of one run's journal: writes entries in the order they were decided, each under its shard's epoch.
import type { Entry, EntryNote, EntryKind, Journal } from '../core/ports.ts';
import type { Program } from '../core/run/program.ts';
import type { Clock } from '../std/clock.ts';

export interface Draft {
  readonly target: number;
  readonly kind: EntryKind;
  readonly step?: number;
  readonly attempt?: number;
  readonly note?: EntryNote | null;
}

export class RunLog {
  readonly #journal: Journal;
  readonly #run: string;
  readonly #program: Program;
  readonly #clock: Clock;
  readonly #epochs: number[] = [];
  readonly #failed: (error: unknown) => void;

  /** `failed` is called once for a write that was refused: fenced, closed or a full disk. Nothing may be done after it. */
  constructor(journal: Journal, run: string, program: Program, clock: Clock, failed: (error: unknown) => void) {
    this.#journal = journal;
    this.#run = run;
    this.#program = program;
    this.#clock = clock;
    this.#failed = failed;
  }

  /** Takes every shard over; older writers are fenced from here on. */
  async claim(owner: string): Promise<void> {
    for (let shard = 0; shard < this.#program.shards; shard++) {
      const epoch = await this.#journal.claim(this.#run, shard, owner);
      this.#epochs[shard] = epoch;
      await this.write({ target: -1, kind: 'claim', note: { by: owner, data: { shard, epoch } } }, shard).durable;
    }
  }

  /** The entry as written, and when it is durable. Order of calls is order in the journal. */
  write(
    draft: Draft,
    shard = draft.target < 0 ? 0 : (this.#program.shardOf[draft.target] as number),
  ): { entry: Entry; durable: Promise<void> } {
    const entry: Entry = {
      at: this.#clock.now(),
      target: draft.target,
      kind: draft.kind,
      step: draft.step ?? -1,
      attempt: draft.attempt ?? 0,
      note: draft.note ?? null,
    };
    const durable = this.#journal.append(this.#run, shard, this.#epochs[shard] as number, [entry]).then(
      () => undefined,
      (error: unknown) => {
        this.#failed(error);
        return new Promise<void>(() => undefined);
      },
    );
    return { entry, durable };
  }
}
