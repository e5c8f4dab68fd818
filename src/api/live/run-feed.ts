// One run as those who follow it see it: its view, made once for all of them, and the changes of its targets' cells.
import { withEventMeta } from '@orpc/server';
import type { Chronicle } from '../../core/run/chronicle.ts';
import type { Clock } from '../../std/clock.ts';
import { must } from '../../std/assert.ts';
import { packBytes } from '../contract/packed.ts';
import type { RunView } from '../contract/schemas.ts';
import { ChangeStream } from './change-stream.ts';
import { RunCells } from './run-layer.ts';
import { BATCH_MS, CHANGES_MAX, KEPT } from './settings.ts';

export interface RunFollow {
  seq: number;
  view: RunView;
  cells: string | null;
  /** Target and byte. */
  changes: [number, number][];
}

interface RunFeedParts {
  readonly clock: Clock;
  readonly show: (run: string) => Promise<RunView>;
  /** false: nothing will come any more. */
  readonly isLive: boolean;
  readonly report: (error: unknown) => void;
}

interface Batch {
  readonly seq: number;
  readonly changes: readonly (readonly [number, number])[];
}

/** The view is made anew no more often than this, and so often without any news: what a run waits for is not in its journal. */
const VIEW_MS = 1_000;
const VIEW_OLD_MS = 5_000;
/** Every message has the view with it, which grows with the targets: so many of them make a millisecond more between two messages. */
const TARGETS_A_MS = 100;

export class RunFeed {
  readonly #run: string;
  readonly #parts: RunFeedParts;
  readonly #cells: RunCells;
  readonly #stream: ChangeStream<Batch>;
  readonly #batchMs: number;
  /** Last entry that was told of, and the last one that the cells take in. */
  #told: number;
  #seq: number;
  #view: RunView | null = null;
  #viewedAt = -Infinity;
  #viewIsOld = true;
  #packed: string | null = null;
  #timer: { readonly at: number; readonly cancel: () => void } | null = null;
  #isOver: boolean;
  #closed = false;
  #work: Promise<void> = Promise.resolve();

  constructor(run: string, chronicle: Chronicle, lastSeq: number, parts: RunFeedParts) {
    this.#run = run;
    this.#parts = parts;
    this.#cells = new RunCells(chronicle);
    this.#cells.refresh(() => undefined);
    this.#told = lastSeq;
    this.#seq = lastSeq;
    this.#isOver = !parts.isLive;
    const targets = chronicle.program.targets.length;
    this.#batchMs = Math.min(VIEW_MS, Math.max(BATCH_MS, targets / TARGETS_A_MS));
    // A server that died may have shown what it had not yet written: only what this one has told can be gone on from.
    this.#stream = new ChangeStream({ kept: KEPT, weigh: ({ changes }) => changes.length, weightMax: CHANGES_MAX, floor: null });
  }

  get followers(): number {
    return this.#stream.followers;
  }

  /** The run is over, and nobody follows. */
  get isIdle(): boolean {
    return this.#isOver && this.#stream.followers === 0;
  }

  told(lastSeq: number): void {
    this.#told = Math.max(this.#told, lastSeq);
    this.#viewIsOld = true;
    this.#arm(this.#batchMs);
  }

  ended(): void {
    this.#isOver = true;
    this.#viewIsOld = true;
    this.#arm(VIEW_MS);
  }

  /** Brings cells and view up to date. */
  fresh(): Promise<void> {
    const done = this.#work.then(() => this.#update());
    this.#work = done.catch(() => undefined);
    return done;
  }

  /** After `fresh`. `after`: number of the last message seen; null: none. */
  follow(after: number | null, signal: AbortSignal | undefined): AsyncIteratorObject<RunFollow, undefined, void> {
    const follower = this.#stream.follow<RunFollow>({
      after,
      signal,
      atOnce: true,
      whole: () => [this.#message((this.#packed ??= packBytes(this.#cells.bytes)), [])],
      tell: (batches) => this.#message(null, together(batches)),
    });
    this.#armNext();
    return follower;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#stream.close();
  }

  /** In so many ms of the clock at the latest, if anybody follows. */
  #arm(ms: number): void {
    if (this.#closed || this.#stream.followers === 0) return;
    const { clock } = this.#parts;
    const at = clock.now() + ms;
    if (this.#timer && this.#timer.at <= at) return;
    this.#timer?.cancel();
    const cancel = clock.after(ms, () => {
      this.#timer = null;
      if (this.#stream.followers > 0) this.fresh().then(() => this.#armNext(), this.#parts.report);
    });
    this.#timer = { at, cancel };
  }

  #armNext(): void {
    if (this.#viewIsOld) this.#arm(Math.max(this.#batchMs, VIEW_MS - (this.#parts.clock.now() - this.#viewedAt)));
    else if (!this.#isOver) this.#arm(VIEW_OLD_MS);
  }

  async #update(): Promise<void> {
    if (this.#closed) return;
    const age = this.#parts.clock.now() - this.#viewedAt;
    const isDue = age >= VIEW_MS && (this.#viewIsOld || (!this.#isOver && age >= VIEW_OLD_MS));
    if (isDue) {
      this.#viewIsOld = false;
      this.#viewedAt = this.#parts.clock.now();
      this.#view = await this.#parts.show(this.#run);
    }
    const changes: [number, number][] = [];
    // Cells change with a number only: who saw it has seen them.
    if (this.#told > this.#seq) {
      this.#seq = this.#told;
      this.#packed = null;
      this.#cells.refresh((target, byte) => changes.push([target, byte]));
    }
    if (isDue || changes.length > 0) this.#stream.publish({ seq: this.#seq, changes });
    if (this.#isOver && !this.#viewIsOld && this.#view !== null && this.#view.finishedAt !== null) this.#stream.finish();
  }

  #message(cells: string | null, changes: [number, number][]): RunFollow {
    return withEventMeta({ seq: this.#seq, view: must(this.#view, 'a view'), cells, changes }, { id: String(this.#seq) });
  }
}

/** The last byte of each target. */
function together(batches: readonly Batch[]): [number, number][] {
  const last = new Map<number, number>();
  for (const { changes } of batches) for (const [target, byte] of changes) last.set(target, byte);
  return [...last];
}
