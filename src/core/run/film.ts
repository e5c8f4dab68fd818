// A run as a film for the map: what every target showed at first, and each change of it. Made of journal entries, or of a simulated night.
import type { Entry } from '../ports.ts';
import { cellByte, cellsOf } from './cell.ts';
import { createChronicle, record, type Chronicle } from './chronicle.ts';
import { isMachineEvent } from './advance.ts';
import { COMMAND } from './commands.ts';
import type { Program } from './program.ts';

export interface Film {
  /** By target, before the first entry. */
  readonly initial: Uint8Array;
  // one of each a transition, in their order
  /** Unix ms; rising. */
  readonly atMs: Float64Array;
  readonly target: Uint32Array;
  /** The byte it shows from then on. */
  readonly cell: Uint8Array;
}

export function filmOf(program: Program, entries: Iterable<Entry>): Film {
  const filming = new Filming(program);
  for (const entry of entries) filming.take(entry);
  return filming.film();
}

/** Takes a journal in page by page; what is on the film so far can be had at any time. */
export class Filming {
  /** The run as the entries taken in have it. */
  readonly chronicle: Chronicle;
  readonly #initial: Uint8Array;
  readonly #now: Uint8Array;
  #atMs = new Float64Array(1_024);
  #target = new Uint32Array(1_024);
  #cell = new Uint8Array(1_024);
  #count = 0;
  #lastMs = -Infinity;

  constructor(program: Program) {
    this.chronicle = createChronicle(program);
    this.#initial = cellsOf(this.chronicle);
    this.#now = this.#initial.slice();
  }

  /** How many transitions there are so far. */
  get count(): number {
    return this.#count;
  }

  /** Every entry of the run, in the journal's order. */
  take(entry: Entry): void {
    const commands = record(this.chronicle, entry);
    if (!isMachineEvent(entry.kind)) return;
    // Clocks of shards may differ by a little; a film never goes back.
    this.#lastMs = Math.max(this.#lastMs, entry.at);
    if (entry.target < 0) {
      for (let target = 0; target < this.#now.length; target++) this.#look(target);
      return;
    }
    this.#look(entry.target);
    for (let i = 0; i < commands.length; i += 3) if (commands[i] !== COMMAND.wave) this.#look(commands[i + 1] as number);
  }

  /** A copy of the film, from transition `from` on; `initial` is always what was shown before the first entry. */
  film(from = 0): Film {
    return {
      initial: this.#initial.slice(),
      atMs: this.#atMs.slice(from, this.#count),
      target: this.#target.slice(from, this.#count),
      cell: this.#cell.slice(from, this.#count),
    };
  }

  /** A copy of what every target shows after the entries taken in. */
  cells(): Uint8Array {
    return this.#now.slice();
  }

  #look(target: number): void {
    const cell = cellByte(this.chronicle, target);
    if (cell === this.#now[target]) return;
    this.#now[target] = cell;
    if (this.#count === this.#cell.length) this.#grow();
    this.#atMs[this.#count] = this.#lastMs;
    this.#target[this.#count] = target;
    this.#cell[this.#count] = cell;
    this.#count++;
  }

  #grow(): void {
    const [atMs, target, cell] = [this.#atMs, this.#target, this.#cell];
    this.#atMs = new Float64Array(cell.length * 2);
    this.#target = new Uint32Array(cell.length * 2);
    this.#cell = new Uint8Array(cell.length * 2);
    this.#atMs.set(atMs);
    this.#target.set(target);
    this.#cell.set(cell);
  }
}
