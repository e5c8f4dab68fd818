// What happens next: a monotone queue of ids over whole milliseconds, first come first served among equal moments.
import { assert } from '../../std/assert.ts';
import { Bits } from './bits.ts';

const BITS = 11;
const SLOTS = 1 << BITS;
const MASK = SLOTS - 1;
/** A block is what the two finer levels span together: 70 minutes. */
const BLOCK_MS = SLOTS * SLOTS;
/** Where the slots of 70 minutes begin among the lists; those of 2 seconds stand before them. */
const COARSE = SLOTS;
/** An entry's second word: ms within its block, and above them its event. */
const LOW_BITS = 2 * BITS;
const LOW_MASK = BLOCK_MS - 1;

// Lists of entries (id, event and ms) in chunks of a cache line each: the next chunk, a word unused, and seven entries.
const CHUNK_BITS = 4;
const CHUNK_MASK = (1 << CHUNK_BITS) - 1;
const ENTRIES_A_CHUNK = 7;
const NONE = -1;

/** Told of the first `count` ids that they come up within the next two seconds, in whatever order. */
type Comes = (ids: Int32Array, count: number) => void;

/**
 * A hierarchical timing wheel (G. Varghese, T. Lauck, Hashed and hierarchical timing wheels, SOSP 1987, scheme 7): slots of 1 ms, of
 * 2 s and of 70 min. An entry moves down at most twice, so adding and taking cost the same for ten pending ids and for 100,000, which no
 * heap does. A list moves down in its order before anything is added to where it goes, so equal moments keep the order in which they
 * were added. Each id is pending at most once.
 *
 * With 100,000 ids a look at a random one is a cache miss. So lists do not run through the ids: they are read in a row, and the two
 * seconds at hand are kept in nodes that are used again at once.
 */
export class Agenda {
  now = 0;
  /** What was added with the id that came up last. */
  event = 0;
  readonly #coming: Int32Array;
  readonly #comes: Comes;
  readonly #spanMs: number;
  // slots of 2 s and of 70 min
  readonly #chunks: Int32Array;
  #freeChunk = NONE;
  #chunksUsed = 0;
  /** First chunk of each slot, and where its next entry goes. */
  readonly #first: Int32Array;
  readonly #end: Int32Array;
  // slots of 1 ms
  readonly #nodeId: Int32Array;
  readonly #nodeEvent: Uint8Array;
  readonly #nodeNext: Int32Array;
  #freeNode = NONE;
  #nodesUsed = 0;
  readonly #head = new Int32Array(SLOTS);
  readonly #tail = new Int32Array(SLOTS);
  // slots that hold somebody
  readonly #fineBits = new Bits(SLOTS);
  readonly #bits: Bits;
  // entries of each level
  #fine = 0;
  #middle = 0;
  #coarse = 0;
  // now
  #block = 0;
  #low = 0;

  /** Moments run from 0 to `spanMs`; what lies beyond never comes up. */
  constructor(ids: number, spanMs: number, comes: Comes = () => undefined) {
    const slots = COARSE + Math.ceil((spanMs + 1) / BLOCK_MS) + 1;
    this.#comes = comes;
    this.#spanMs = spanMs;
    // Every slot may have one chunk that is not full.
    this.#chunks = new Int32Array((Math.ceil(ids / ENTRIES_A_CHUNK) + slots) << CHUNK_BITS);
    this.#first = new Int32Array(slots);
    this.#end = new Int32Array(slots);
    this.#bits = new Bits(slots);
    this.#nodeId = new Int32Array(ids);
    this.#nodeEvent = new Uint8Array(ids);
    this.#nodeNext = new Int32Array(ids);
    this.#coming = new Int32Array(ids);
    this.reset();
  }

  reset(): void {
    this.now = 0;
    this.#freeChunk = NONE;
    this.#chunksUsed = 0;
    this.#freeNode = NONE;
    this.#nodesUsed = 0;
    this.#first.fill(NONE);
    this.#head.fill(NONE);
    this.#fineBits.reset();
    this.#bits.reset();
    this.#fine = 0;
    this.#middle = 0;
    this.#coarse = 0;
    this.#block = 0;
    this.#low = 0;
  }

  /** `at` is a whole number or Infinity, not before now; `event` is below 256. */
  add(id: number, at: number, event: number): void {
    assert(at >= this.now, 'nothing is added to the past');
    if (at > this.#spanMs) return;
    const block = Math.floor(at / BLOCK_MS);
    const low = at - block * BLOCK_MS;
    if (block === this.#block) this.#place(id, low, event);
    else {
      this.#coarse++;
      this.#append(COARSE + block, id, low | (event << LOW_BITS));
    }
  }

  /** The id whose moment comes next, which becomes now; -1 when nothing is pending. */
  next(): number {
    for (;;) {
      if (this.#fine > 0) return this.#take(this.#fineBits.firstFrom(this.#low & MASK));
      if (this.#middle > 0) {
        const slot = this.#bits.firstFrom((this.#low >>> BITS) + 1);
        this.#low = slot << BITS;
        const count = this.#moveDown(slot);
        this.#middle -= count;
        this.#comes(this.#coming, count);
      } else if (this.#coarse > 0) {
        const slot = this.#bits.firstFrom(COARSE + this.#block + 1);
        this.#block = slot - COARSE;
        this.#low = 0;
        this.#coarse -= this.#moveDown(slot);
      } else return -1;
    }
  }

  #take(slot: number): number {
    const node = this.#head[slot] as number;
    const next = this.#nodeNext[node] as number;
    this.#head[slot] = next;
    if (next < 0) this.#fineBits.clear(slot);
    this.#nodeNext[node] = this.#freeNode;
    this.#freeNode = node;
    this.#fine--;
    this.#low = (this.#low & ~MASK) | slot;
    this.now = this.#block * BLOCK_MS + this.#low;
    this.event = this.#nodeEvent[node] as number;
    return this.#nodeId[node] as number;
  }

  /** An entry of the present block. */
  #place(id: number, low: number, event: number): void {
    if (low >>> BITS === this.#low >>> BITS) this.#placeFine(low & MASK, id, event);
    else {
      this.#middle++;
      this.#append(low >>> BITS, id, low | (event << LOW_BITS));
    }
  }

  #placeFine(slot: number, id: number, event: number): void {
    let node = this.#freeNode;
    if (node < 0) node = this.#nodesUsed++;
    else this.#freeNode = this.#nodeNext[node] as number;
    this.#nodeId[node] = id;
    this.#nodeEvent[node] = event;
    this.#nodeNext[node] = NONE;
    if ((this.#head[slot] as number) < 0) {
      this.#head[slot] = node;
      this.#fineBits.set(slot);
    } else this.#nodeNext[this.#tail[slot] as number] = node;
    this.#tail[slot] = node;
    this.#fine++;
  }

  #append(slot: number, id: number, word: number): void {
    let end = this.#end[slot] as number;
    if ((this.#first[slot] as number) < 0) {
      const chunk = this.#newChunk();
      this.#first[slot] = chunk;
      this.#bits.set(slot);
      end = chunk + 2;
    } else if ((end & CHUNK_MASK) === 0) {
      const chunk = this.#newChunk();
      this.#chunks[end - CHUNK_MASK - 1] = chunk;
      end = chunk + 2;
    }
    this.#chunks[end] = id;
    this.#chunks[end + 1] = word;
    this.#end[slot] = end + 2;
  }

  #newChunk(): number {
    const chunk = this.#freeChunk;
    if (chunk < 0) return this.#chunksUsed++ << CHUNK_BITS;
    this.#freeChunk = this.#chunks[chunk] as number;
    return chunk;
  }

  /** Spreads a list over the finer levels and notes its ids as coming; how many they are. */
  #moveDown(slot: number): number {
    const end = this.#end[slot] as number;
    let chunk = this.#first[slot] as number;
    let moved = 0;
    this.#first[slot] = NONE;
    this.#bits.clear(slot);
    for (;;) {
      const isLast = end > chunk && end <= chunk + CHUNK_MASK + 1;
      const stop = isLast ? end : chunk + CHUNK_MASK + 1;
      for (let at = chunk + 2; at < stop; at += 2) {
        const id = this.#chunks[at] as number;
        const word = this.#chunks[at + 1] as number;
        this.#coming[moved++] = id;
        this.#place(id, word & LOW_MASK, word >>> LOW_BITS);
      }
      const next = this.#chunks[chunk] as number;
      this.#chunks[chunk] = this.#freeChunk;
      this.#freeChunk = chunk;
      if (isLast) return moved;
      chunk = next;
    }
  }
}
