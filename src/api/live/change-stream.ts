// One stream of messages for any number of followers: each message is made once and kept in a ring; a follower is only a place in it.
// Whoever does not read costs nothing, and is cut when the ring has gone on without them.

import { setImmediate as turn } from 'node:timers/promises';

export interface Numbered {
  readonly seq: number;
}

export interface StreamOptions<T> {
  /**
   * Messages that are kept for those who come back. A follower who is further behind is cut: their iterator ends, and they must come back
   * with the last number they saw.
   */
  readonly kept: number;
  /** How large a message is, and how large all that are kept may be together; older ones go. */
  readonly weigh: (message: T) => number;
  readonly weightMax: number;
  /** The number before the first message, from which one may go on as well; null: only from a message of this stream. */
  readonly floor: number | null;
}

export interface FollowOptions<T, M> {
  /** Number of the last message seen; null: none. */
  readonly after: number | null;
  /**
   * What is told first when the ring does not go on from `after`: everything, in parts between which the server does other things. Asked
   * when the follower first reads.
   */
  readonly whole: () => readonly M[];
  /** What is told of one message; with `atOnce`, of all that have come since the last read, which are none when it goes on from the end. */
  readonly tell: (messages: readonly T[]) => M;
  readonly atOnce: boolean;
  /** Ends it when the client has gone. */
  readonly signal?: AbortSignal | undefined;
}

export class ChangeStream<T extends Numbered> {
  readonly #options: StreamOptions<T>;
  readonly #ring: T[] = [];
  /** Messages ever told that are not in the ring any more: place of a message = dropped + its index in the ring. */
  #dropped = 0;
  #weight = 0;
  #floor: number | null;
  #closed = false;
  #finished = false;
  readonly #followers = new Set<Ending>();

  constructor(options: StreamOptions<T>) {
    this.#options = options;
    this.#floor = options.floor;
  }

  /** Those who are still told; the cut ones are not among them. */
  get followers(): number {
    return this.#followers.size;
  }

  get end(): number {
    return this.#dropped + this.#ring.length;
  }

  /** Numbers never fall. */
  publish(message: T): void {
    const { kept, weigh, weightMax } = this.#options;
    this.#ring.push(message);
    this.#weight += weigh(message);
    // In halves, so that moving the ring costs next to nothing a message.
    if (this.#ring.length > 2 * kept) this.#drop(this.#ring.length - kept);
    if (this.#weight > weightMax) this.#drop(this.#ring.length >> 1);
    for (const follower of this.#followers) follower.wake();
  }

  /** The message at a place; null: it is not kept any more. */
  at(place: number): T | null {
    if (place < this.#dropped || this.end - place > this.#options.kept) return null;
    return this.#ring[place - this.#dropped] ?? null;
  }

  /** The place of the first message after the one of this number; null: that one is not known here. */
  placeAfter(seq: number): number | null {
    const first = Math.max(0, this.#ring.length - this.#options.kept);
    for (let i = this.#ring.length - 1; i >= first; i--) if (this.#ring[i]?.seq === seq) return this.#dropped + i + 1;
    const before = first === 0 ? this.#floor : (this.#ring[first - 1]?.seq ?? null);
    return before === seq ? this.#dropped + first : null;
  }

  follow<M>(options: FollowOptions<T, M>): AsyncIteratorObject<M, undefined, void> {
    const follower = new Follower<T, M>(this, options, () => this.#followers.delete(follower));
    if (this.#closed || options.signal?.aborted) follower.end();
    else this.#followers.add(follower);
    return follower;
  }

  /** Nothing more will come: followers end once they have read what there is. */
  finish(): void {
    this.#finished = true;
    for (const follower of this.#followers) follower.wake();
  }

  get isFinished(): boolean {
    return this.#finished;
  }

  /** Ends all followers, and every later one at once. */
  close(): void {
    this.#closed = true;
    for (const follower of this.#followers) follower.end();
  }

  #drop(count: number): void {
    const dropped = this.#ring.splice(0, count);
    this.#floor = dropped.at(-1)?.seq ?? this.#floor;
    for (const message of dropped) this.#weight -= this.#options.weigh(message);
    this.#dropped += count;
  }
}

interface Ending {
  /** There is a new message. */
  wake(): void;
  end(): void;
}

/** As a generator would be, but one that can be ended while it waits. */
class Follower<T extends Numbered, M> implements AsyncIteratorObject<M, undefined, void>, Ending {
  readonly #stream: ChangeStream<T>;
  readonly #options: FollowOptions<T, M>;
  readonly #gone: () => void;
  /** Of the next message; null: nothing was read yet. */
  #place: number | null = null;
  /** Where they stood when they began to follow. */
  readonly #from: number | null;
  readonly #began: number;
  #waiting: ((result: IteratorResult<M, undefined>) => void) | null = null;
  #ended = false;
  /** What is to be told before any message, and how much of it was. */
  #parts: readonly M[] = [];
  #told = 0;
  readonly #onAbort = (): void => this.end();

  constructor(stream: ChangeStream<T>, options: FollowOptions<T, M>, gone: () => void) {
    this.#stream = stream;
    this.#options = options;
    this.#gone = gone;
    this.#from = options.after === null ? null : stream.placeAfter(options.after);
    this.#began = stream.end;
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  next(): Promise<IteratorResult<M, undefined>> {
    if (this.#ended) return Promise.resolve(DONE);
    if (this.#place === null) this.#setOut();
    const part = this.#parts[this.#told];
    if (part !== undefined) return this.#next(part);
    const place = this.#place ?? this.#stream.end;
    if (place === this.#stream.end) {
      if (this.#stream.isFinished) return this.return();
      return new Promise((resolve) => {
        this.#waiting = resolve;
      });
    }
    const messages = this.#messagesFrom(place);
    if (messages.length === 0) {
      this.end();
      return Promise.resolve(DONE);
    }
    this.#place = place + messages.length;
    return Promise.resolve({ done: false, value: this.#options.tell(messages) });
  }

  return(): Promise<IteratorResult<M, undefined>> {
    this.end();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  wake(): void {
    const waiting = this.#waiting;
    if (waiting === null) {
      const place = this.#place ?? this.#from ?? this.#began;
      if (place < this.#stream.end && this.#stream.at(place) === null) this.end();
      return;
    }
    this.#waiting = null;
    void this.next().then(waiting);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#gone();
    this.#waiting?.(DONE);
    this.#waiting = null;
  }

  /** From where they were, or with everything as it is now. */
  #setOut(): void {
    const from = this.#from;
    const { end } = this.#stream;
    // Between the call and the first read the stream may have gone on too far.
    const goesOn = from !== null && (from === end || this.#stream.at(from) !== null);
    this.#place = goesOn ? from : end;
    if (!goesOn) this.#parts = this.#options.whole();
    else if (from === end && this.#options.atOnce) this.#parts = [this.#options.tell([])];
  }

  async #next(part: M): Promise<IteratorResult<M, undefined>> {
    this.#told++;
    if (this.#told === this.#parts.length) {
      this.#parts = [];
      this.#told = 0;
    } else {
      await turn();
    }
    return { done: false, value: part };
  }

  /** Empty: the ring has gone on without them. */
  #messagesFrom(place: number): T[] {
    const messages: T[] = [];
    const end = this.#options.atOnce ? this.#stream.end : place + 1;
    for (let at = place; at < end; at++) {
      const message = this.#stream.at(at);
      if (message === null) return [];
      messages.push(message);
    }
    return messages;
  }
}

const DONE: IteratorResult<never, undefined> = { done: true, value: undefined };
