// A run as its stream tells it: the latest view, how far the journal is, and since when nothing could be heard.
import { unpackBytes } from '../../../../src/api/contract/packed.ts';
import { api, goingOn, troubleOf, type Answers, type Trouble } from '../../ui/client.ts';

export type RunView = Answers['runs']['status'];

interface Message {
  readonly seq: number;
  readonly view: RunView;
  readonly cells: string | null;
  readonly changes: readonly (readonly [number, number])[];
}

const BEAT_MS = 5_000;
const AGAIN_MS = 2_000;
/** After so long a silence the stream is asked for anew: what lies between us and the server may hold a dead one open. */
const SILENT_MS = 20_000;

export class LiveRun {
  view = $state.raw<RunView | null>(null);
  /** Last entry of the journal that the view takes in. */
  seq = $state(0);
  /** Unix ms of the break; null: the stream is heard. */
  brokenSince = $state<number | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  /** The run's clock, in Unix ms, carried on between two messages. */
  nowMs = $state(0);
  /** What each target shows, by its number; not reactive, new with each view. */
  cells = new Uint8Array(0);
  readonly run: string;
  #stream: AbortController | null = null;
  #askedAt = 0;
  #heardAt = 0;
  #beat: ReturnType<typeof setInterval> | null = null;

  constructor(run: string) {
    this.run = run;
  }

  start(): void {
    this.#beat = setInterval(() => this.#tick(), BEAT_MS);
    void this.#listen();
  }

  stop(): void {
    if (this.#beat !== null) clearInterval(this.#beat);
    this.#stream?.abort();
    this.#stream = null;
  }

  async #listen(): Promise<void> {
    this.#stream?.abort();
    const stream = new AbortController();
    this.#stream = stream;
    this.#askedAt = performance.now();
    const isMine = (): boolean => this.#stream === stream;
    const onBreak = (broken: boolean): void => {
      if (isMine()) this.#break(broken);
    };
    try {
      for await (const message of await api.runs.follow({ run: this.run }, { signal: stream.signal, context: goingOn(onBreak) })) {
        if (!isMine()) return;
        this.#take(message);
      }
      // A stream that ends while the run has not is a break as well.
      if (!isMine() || this.#isOver()) return;
      onBreak(true);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      if (isMine()) void this.#listen();
    } catch (error) {
      if (isMine()) this.trouble = troubleOf(error);
    }
  }

  #take({ seq, view, cells, changes }: Message): void {
    this.#break(false);
    if (cells !== null) this.cells = Uint8Array.from(unpackBytes(cells));
    for (const [target, byte] of changes) this.cells[target] = byte;
    this.seq = seq;
    this.view = view;
    this.#heardAt = performance.now();
    this.#tick();
  }

  #break(broken: boolean): void {
    this.brokenSince = broken ? (this.brokenSince ?? Date.now()) : null;
  }

  #isOver(): boolean {
    return this.view !== null && this.view.finishedAt !== null;
  }

  /** A finished run stands still, and so does one that nobody drives. */
  #tick(): void {
    const now = performance.now();
    if (this.view !== null) {
      const stands = this.#isOver() || this.view.stopped !== null;
      this.nowMs = Date.parse(this.view.now) + (stands ? 0 : now - this.#heardAt);
    }
    if (this.trouble !== null || this.#isOver() || now - Math.max(this.#heardAt, this.#askedAt) < SILENT_MS) return;
    if (this.#heardAt < this.#askedAt) this.#break(true);
    void this.#listen();
  }
}
