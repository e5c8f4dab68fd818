// What will happen in the twin, and when: one heap and one timer for a whole fleet. Happenings of the world are plain data and outlive
// a crash in a snapshot; calls under way are closures and die with their caller.
import type { Clock } from '../../std/clock.ts';

/** The index of each is in snapshots, so new ones go to the end. */
const HAPPENINGS = [
  'job-end',
  'job-gone',
  'checkpoint',
  'eligible',
  'down',
  'boot',
  'reboot-itself',
  'command-end',
  'link-active',
  'link-flap',
  'switch-up',
  'sm-election',
  'fabric-command-end',
  'alert',
  'silence-end',
  'update-end',
] as const;
export type Happening = (typeof HAPPENINGS)[number];

interface Item {
  readonly at: number;
  readonly order: number;
  readonly what: Happening | null;
  /** Id of the node, job or command. */
  readonly subject: number;
  /** The subject's life that this belongs to; in another life it means nothing. */
  readonly life: number;
  readonly call: (() => void) | null;
}

/** A happening as a snapshot holds it: at, index of its name, subject, life. */
export type StoredHappening = readonly [number, number, number, number];

export class Agenda {
  readonly #clock: Clock;
  readonly #handle: (what: Happening, subject: number, life: number) => void;
  readonly #heap: Item[] = [];
  #order = 0;
  #armedAt = Number.POSITIVE_INFINITY;
  #disarm: (() => void) | null = null;
  #busy = false;

  constructor(clock: Clock, handle: (what: Happening, subject: number, life: number) => void) {
    this.#clock = clock;
    this.#handle = handle;
  }

  add(delayMs: number, what: Happening, subject: number, life: number): void {
    this.#push({ at: this.#clock.now() + delayMs, order: this.#order++, what, subject, life, call: null });
  }

  /** Calls back after the delay. */
  call(delayMs: number, call: () => void): void {
    this.#push({ at: this.#clock.now() + delayMs, order: this.#order++, what: null, subject: -1, life: 0, call });
  }

  /** Nothing happens any more, and no timer keeps the process alive. */
  stop(): void {
    this.#disarm?.();
    this.#heap.length = 0;
    this.#busy = true;
  }

  dump(): StoredHappening[] {
    return this.#heap
      .filter((item) => item.what !== null)
      .sort(compare)
      .map(({ at, what, subject, life }): StoredHappening => [at, what === null ? -1 : HAPPENINGS.indexOf(what), subject, life]);
  }

  /** Puts stored happenings in the place of all that was planned. */
  load(stored: readonly StoredHappening[], shiftMs: number): void {
    this.#heap.length = 0;
    for (const [at, index, subject, life] of stored)
      this.#push({ at: at + shiftMs, order: this.#order++, what: HAPPENINGS[index] ?? null, subject, life, call: null });
  }

  #push(item: Item): void {
    siftUp(this.#heap, item);
    if (!this.#busy && item.at < this.#armedAt) this.#arm(item.at);
  }

  #arm(at: number): void {
    this.#disarm?.();
    this.#armedAt = at;
    this.#disarm = this.#clock.after(Math.max(0, Math.min(LONGEST_MS, at - this.#clock.now())), () => this.#due());
  }

  #due(): void {
    this.#armedAt = Number.POSITIVE_INFINITY;
    this.#disarm = null;
    this.#busy = true;
    try {
      for (;;) {
        const head = this.#heap[0];
        if (!head || head.at > this.#clock.now()) break;
        siftDown(this.#heap);
        if (head.what !== null) this.#handle(head.what, head.subject, head.life);
        else head.call?.();
      }
    } finally {
      this.#busy = false;
      const next = this.#heap[0];
      if (next) this.#arm(next.at);
    }
  }
}

/** A timer of Node holds at most 2^31 ms. */
const LONGEST_MS = 2_000_000_000;

const compare = (a: Item, b: Item): number => a.at - b.at || a.order - b.order;

function siftUp(heap: Item[], item: Item): void {
  let i = heap.length;
  heap.push(item);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    const above = heap[parent] as Item;
    if (compare(item, above) >= 0) break;
    heap[i] = above;
    i = parent;
  }
  heap[i] = item;
}

/** Takes the first item out. */
function siftDown(heap: Item[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && compare(heap[child + 1] as Item, heap[child] as Item) < 0) child++;
    if (compare(heap[child] as Item, last) >= 0) break;
    heap[i] = heap[child] as Item;
    i = child;
  }
  heap[i] = last;
}
