// Time as an argument: the wall clock, a sped-up one, and a virtual one that jumps to the next timer once everything is quiet.

export interface Clock {
  /** Unix milliseconds, of this clock. */
  now(): number;
  /** Calls back after `ms` of this clock; the returned function cancels. */
  after(ms: number, callback: () => void): () => void;
}

/** Resolves after `ms` of the clock, or at once when the signal aborts (never rejects: callers look at the signal). */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** The machine's clock, `speed` times as fast since its creation (1 = wall time). */
export function wallClock(speed = 1): Clock {
  const origin = Date.now();
  return {
    now: () => origin + (Date.now() - origin) * speed,
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms / speed);
      return () => clearTimeout(timer);
    },
  };
}

interface Timer {
  at: number;
  order: number;
  callback: () => void;
  live: boolean;
}

/** A clock that stands still until `run` moves it from timer to timer; ties fire in the order they were set. */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #heap: Timer[] = [];

  constructor(startMs = 0) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, ms), order: this.#order++, callback, live: true };
    push(this.#heap, timer);
    return () => {
      timer.live = false;
    };
  }

  /** Moves time on until `done` is settled; between timers it lets every microtask and immediate run. Throws when time would stand still for ever. */
  async run<T>(done: Promise<T>): Promise<T> {
    const progress = { settled: false };
    const mark = (): void => {
      progress.settled = true;
    };
    done.then(mark, mark);
    await turn();
    while (!progress.settled) {
      const timer = pop(this.#heap);
      if (!timer) {
        await turn();
        await turn();
        if (progress.settled || this.#heap.length > 0) continue;
        throw new ClockStalledError();
      }
      if (!timer.live) continue;
      this.#now = timer.at;
      timer.callback();
      if (this.#heap[0]?.at !== this.#now) await turn();
    }
    return done;
  }
}

export class ClockStalledError extends Error {
  override name = 'ClockStalledError';
  constructor() {
    super('virtual time stands still: nothing is scheduled and the awaited work has not ended');
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function before(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function push(heap: Timer[], timer: Timer): void {
  let i = heap.length;
  heap.push(timer);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    const above = heap[parent] as Timer;
    if (!before(timer, above)) break;
    heap[i] = above;
    i = parent;
  }
  heap[i] = timer;
}

function pop(heap: Timer[]): Timer | null {
  const top = heap[0];
  const last = heap.pop();
  if (!top || !last) return null;
  if (heap.length === 0) return top;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1] as Timer, heap[child] as Timer)) child++;
    if (!before(heap[child] as Timer, last)) break;
    heap[i] = heap[child] as Timer;
    i = child;
  }
  heap[i] = last;
  return top;
}
