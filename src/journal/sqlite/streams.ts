// Streams beside the runs: the desk's book, one row an entry. Entries wait in memory for the journal's next commit.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { StoredStreamEntry, StreamEntry } from '../../core/ports.ts';
import { assert } from '../../std/assert.ts';
import type { JsonObject } from '../../std/json.ts';
import { JournalFormatError } from '../errors.ts';

/**
 * Made at every open that finds it missing: a journal from before streams gets one and stays of its format, since a Pitstop that
 * knows no streams reads and writes the runs of such a file as ever. `by` and `why` are JSON strings: people's words, whatever they hold.
 */
export const STREAM_SCHEMA = `create table if not exists stream_entry(stream text not null, seq integer not null, at real not null,
  kind text not null, by text not null, why text not null, data text not null, primary key (stream, seq)) strict, without rowid;`;

type Row = readonly [stream: string, seq: number, at: number, kind: string, by: string, why: string, data: string];

export class Streams {
  readonly #file: string;
  readonly #insert;
  readonly #from;
  readonly #last;
  /** Last seq given out, durable or not. */
  readonly #lastSeqs = new Map<string, number>();
  #pending: Row[] = [];

  constructor(db: DatabaseSync, file: string) {
    this.#file = file;
    this.#insert = db.prepare('insert into stream_entry(stream, seq, at, kind, by, why, data) values (?, ?, ?, ?, ?, ?, ?)');
    this.#from = db.prepare('select seq, at, kind, by, why, data from stream_entry where stream = ? and seq >= ? order by seq limit ?');
    this.#last = db.prepare('select max(seq) as seq from stream_entry where stream = ?');
  }

  /** Takes the entry as it is now into the next commit. */
  add(stream: string, entry: StreamEntry): { readonly seq: number; readonly chars: number } {
    const { at, kind, by, why, data } = entry;
    assert(stream !== '' && stream.isWellFormed(), `stream ${JSON.stringify(stream)} has no name that can be stored`);
    assert(kind !== '' && kind.isWellFormed(), `stream ${stream}: kind ${JSON.stringify(kind)} cannot be stored`);
    assert(Number.isFinite(at), `stream ${stream}: ${at} is no time`);
    const [byText, whyText, dataText] = [JSON.stringify(by), JSON.stringify(why), JSON.stringify(data)];
    const seq = this.#lastSeq(stream) + 1;
    this.#lastSeqs.set(stream, seq);
    this.#pending.push([stream, seq, at, kind, byText, whyText, dataText]);
    return { seq, chars: byText.length + whyText.length + dataText.length };
  }

  /** Within the transaction of the caller. */
  write(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const row of pending) this.#insert.run(...row);
  }

  /** After a commit that failed: what was pending is gone, and its seqs are free again. */
  drop(): void {
    this.#pending = [];
    this.#lastSeqs.clear();
  }

  read(stream: string, from: number, limit: number): StoredStreamEntry[] {
    const first = Math.max(1, from);
    const most = Math.max(0, Math.min(limit, Number.MAX_SAFE_INTEGER));
    return this.#from.all(stream, first, most).map((row, i) => {
      if (Number(row['seq']) !== first + i) throw this.#damaged(stream, `seq ${first + i} is missing`);
      return this.#entryOf(stream, row);
    });
  }

  #lastSeq(stream: string): number {
    return this.#lastSeqs.get(stream) ?? Number(this.#last.get(stream)?.['seq'] ?? 0);
  }

  #entryOf(stream: string, row: Record<string, SQLOutputValue>): StoredStreamEntry {
    const seq = Number(row['seq']);
    const json = (column: string): unknown => {
      try {
        return JSON.parse(String(row[column]));
      } catch {
        throw this.#damaged(stream, `${column} of seq ${seq} is no JSON`);
      }
    };
    const [by, why, data] = [json('by') as string, json('why') as string, json('data') as JsonObject];
    return { seq, at: Number(row['at']), kind: String(row['kind']), by, why, data };
  }

  #damaged(stream: string, detail: string): JournalFormatError {
    return new JournalFormatError(this.#file, 'damaged', `stream ${stream}: ${detail}`);
  }
}
