// The storage format of entries: 24-byte records, packed into one row per shard and chunk, with a side JSON array for the notes.
// A record, little-endian: f64 at, i32 target, u8 kind, u8 attempt, u16 step, i32 note index, u32 place of its seq in the chunk.
import { crc32 } from 'node:zlib';
import { ENTRY_KINDS } from '../core/ports.ts';
import type { Entry, EntryKind, EntryNote, StoredEntry } from '../core/ports.ts';
import { assert } from '../std/assert.ts';
import { JournalFormatError } from './errors.ts';

/** Entries a chunk holds at most: what a reader decodes to get at any one of them. */
export const CHUNK_ENTRIES = 4096;
/** A chunk also ends when its notes reach this many characters. */
export const CHUNK_NOTE_CHARS = 1_000_000;

const RECORD_BYTES = 24;
const NO_STEP = 0xffff;
const NO_NOTE = -1;

/** One shard's part of one chunk. A chunk is a stretch of a run's seqs without holes, beginning at `first`. */
export interface PackedRow {
  readonly first: number;
  readonly shard: number;
  readonly epoch: number;
  readonly n: number;
  /** Of the records, then the notes: neither SQLite nor Postgres notices a flipped bit by itself. */
  readonly crc: number;
  readonly records: Uint8Array;
  /** JSON array of notes; empty when there are none. */
  readonly notes: string;
}

/** Collects the entries of one run between two flushes. The first entry after `take` has place 0; the flush adds the run's next seq. */
export class Packer {
  #done: PackedRow[] = [];
  readonly #open = new Map<number, OpenRow>();
  #chunkFirst = 0;
  #chunkNoteChars = 0;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** All or nothing: an entry that does not fit the format is a bug and leaves the packer as it was. Returns the characters of its notes. */
  add(shard: number, epoch: number, entries: readonly Entry[]): number {
    const notes = entries.map(noteText);
    let chars = 0;
    for (const [i, entry] of entries.entries()) {
      const note = notes[i] ?? null;
      chars += note?.length ?? 0;
      this.#addOne(shard, epoch, entry, note);
    }
    return chars;
  }

  /** The rows of everything added since the last call, `first` relative to the entries taken before. */
  take(): PackedRow[] {
    this.#endChunk();
    const rows = this.#done;
    this.#done = [];
    this.#chunkFirst = 0;
    this.#count = 0;
    return rows;
  }

  #addOne(shard: number, epoch: number, entry: Entry, note: string | null): void {
    if (this.#count - this.#chunkFirst >= CHUNK_ENTRIES || this.#chunkNoteChars >= CHUNK_NOTE_CHARS) this.#endChunk();
    let row = this.#open.get(shard);
    if (row && row.epoch !== epoch) {
      this.#endChunk();
      row = undefined;
    }
    if (!row) {
      row = new OpenRow(epoch);
      this.#open.set(shard, row);
    }
    row.add(entry, note, this.#count - this.#chunkFirst);
    this.#chunkNoteChars += note?.length ?? 0;
    this.#count++;
  }

  #endChunk(): void {
    for (const [shard, row] of this.#open) this.#done.push(row.seal(shard, this.#chunkFirst));
    this.#open.clear();
    this.#chunkFirst = this.#count;
    this.#chunkNoteChars = 0;
  }
}

/** Those entries of one chunk with from <= seq < to, in seq order. Throws JournalFormatError when its rows do not give each exactly once. */
export function unpackChunk(rows: readonly PackedRow[], from: number, to: number, place: string): StoredEntry[] {
  const first = rows[0]?.first ?? 0;
  const end = rows.reduce((sum, row) => sum + row.n, first);
  const start = Math.max(first, from);
  const entries: (StoredEntry | undefined)[] = Array.from({ length: Math.max(0, Math.min(end, to) - start) });
  for (const row of rows) unpackRow(row, start, entries, place);
  return entries.map((entry) => entry ?? damaged(place, rows[0], 'a seq is missing'));
}

class OpenRow {
  readonly epoch: number;
  #n = 0;
  #view = new DataView(new ArrayBuffer(16 * RECORD_BYTES));
  readonly #notes: string[] = [];

  constructor(epoch: number) {
    this.epoch = epoch;
  }

  add(entry: Entry, note: string | null, offset: number): void {
    const at = this.#n * RECORD_BYTES;
    if (at === this.#view.byteLength) this.#grow();
    const view = this.#view;
    view.setFloat64(at, entry.at, true);
    view.setInt32(at + 8, entry.target, true);
    view.setUint8(at + 12, KIND_NUMBERS.get(entry.kind) ?? 0);
    view.setUint8(at + 13, entry.attempt);
    view.setUint16(at + 14, entry.step === -1 ? NO_STEP : entry.step, true);
    view.setInt32(at + 16, note === null ? NO_NOTE : this.#notes.push(note) - 1, true);
    view.setUint32(at + 20, offset, true);
    this.#n++;
  }

  seal(shard: number, first: number): PackedRow {
    const records = new Uint8Array(this.#view.buffer, 0, this.#n * RECORD_BYTES);
    const notes = this.#notes.length === 0 ? '' : `[${this.#notes.join(',')}]`;
    return { first, shard, epoch: this.epoch, n: this.#n, crc: checksum(records, notes), records, notes };
  }

  #grow(): void {
    const larger = new Uint8Array(this.#view.byteLength * 2);
    larger.set(new Uint8Array(this.#view.buffer));
    this.#view = new DataView(larger.buffer);
  }
}

const KIND_NUMBERS: ReadonlyMap<EntryKind, number> = new Map(ENTRY_KINDS.map((kind, i) => [kind, i]));

/** The note's JSON, after seeing that the entry fits the record: a wrapped attempt or step would be read back as another one. */
function noteText(entry: Entry): string | null {
  assert(Number.isFinite(entry.at), `journal entry: at is ${entry.at}`);
  assert(Number.isInteger(entry.target) && entry.target >= -1 && entry.target <= 0x7fffffff, `journal entry: target is ${entry.target}`);
  assert(Number.isInteger(entry.step) && entry.step >= -1 && entry.step < NO_STEP, `journal entry: step is ${entry.step}`);
  assert(Number.isInteger(entry.attempt) && entry.attempt >= 0 && entry.attempt <= 0xff, `journal entry: attempt is ${entry.attempt}`);
  assert(KIND_NUMBERS.has(entry.kind), `journal entry: kind is ${entry.kind}`);
  return entry.note === null ? null : JSON.stringify(entry.note);
}

/** Places the row's entries that fall into `into`, which begins at seq `start`. */
function unpackRow(row: PackedRow, start: number, into: (StoredEntry | undefined)[], place: string): void {
  if (row.records.byteLength !== row.n * RECORD_BYTES) damaged(place, row, 'records and count differ');
  if (checksum(row.records, row.notes) !== row.crc) damaged(place, row, 'the checksum does not match');
  const view = new DataView(row.records.buffer, row.records.byteOffset, row.records.byteLength);
  let notes: EntryNote[] | null = null;
  for (let at = 0; at < row.records.byteLength; at += RECORD_BYTES) {
    const seq = row.first + view.getUint32(at + 20, true);
    const i = seq - start;
    if (i < 0 || i >= into.length) continue;
    if (into[i]) damaged(place, row, `seq ${seq} is there twice`);
    const step = view.getUint16(at + 14, true);
    const note = view.getInt32(at + 16, true);
    if (note !== NO_NOTE) notes ??= JSON.parse(row.notes) as EntryNote[];
    into[i] = {
      seq,
      shard: row.shard,
      epoch: row.epoch,
      at: view.getFloat64(at, true),
      target: view.getInt32(at + 8, true),
      kind: kindOf(view.getUint8(at + 12), place),
      step: step === NO_STEP ? -1 : step,
      attempt: view.getUint8(at + 13),
      note: note === NO_NOTE ? null : (notes?.[note] ?? damaged(place, row, 'a note is missing')),
    };
  }
}

function kindOf(number: number, place: string): EntryKind {
  const kind = ENTRY_KINDS[number];
  if (!kind) throw new JournalFormatError(place, 'newer', `it holds entries of kind ${number}, this one knows ${ENTRY_KINDS.length}`);
  return kind;
}

function checksum(records: Uint8Array, notes: string): number {
  return crc32(notes, crc32(records));
}

function damaged(place: string, row: PackedRow | undefined, detail: string): never {
  throw new JournalFormatError(place, 'damaged', `entries from seq ${row?.first ?? 0}, shard ${row?.shard ?? 0}: ${detail}`);
}
