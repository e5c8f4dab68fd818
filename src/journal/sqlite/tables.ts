// The SQL of the journal: every statement it runs, with typed rows. Nothing here begins or ends a transaction.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { RunHeader } from '../../core/ports.ts';
import type { JsonObject } from '../../std/json.ts';
import type { PackedRow } from '../pack.ts';

type Row = Record<string, SQLOutputValue>;

export interface Occupation {
  readonly run: string;
  readonly target: string;
}

export class Tables {
  readonly #insertRun;
  readonly #occupy;
  readonly #occupied;
  readonly #free;
  readonly #finish;
  readonly #freeSome;
  readonly #runs;
  readonly #runId;
  readonly #claim;
  readonly #epochs;
  readonly #insertRow;
  readonly #chunkAt;
  readonly #rowsFrom;
  readonly #lastSeq;

  constructor(db: DatabaseSync) {
    this.#insertRun = db.prepare(
      'insert into run(run, plan_id, created_at, plan, targets, steps, shards, options) values (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#occupy = db.prepare('insert or ignore into occupied select value, ? from json_each(?)');
    this.#occupied = db.prepare(
      'select run.run, target from json_each(?) t cross join occupied on target = t.value join run on run.id = occupied.run order by t.key',
    );
    this.#free = db.prepare('delete from occupied where run = ?');
    this.#freeSome = db.prepare('delete from occupied where run = ? and target in (select value from json_each(?))');
    this.#finish = db.prepare('insert or ignore into finished(run, at) values (?, ?)');
    this.#runs = db.prepare(
      'select run.*, finished.at as finished_at from run left join finished on finished.run = run.id order by run.id',
    );
    this.#runId = db.prepare('select id, shards from run where run = ?');
    this.#claim = db.prepare(
      'insert into shard(run, shard, epoch, owner) values (?, ?, ?, ?) on conflict do update set epoch = excluded.epoch, owner = excluded.owner',
    );
    this.#epochs = db.prepare('select shard, epoch from shard where run = ?');
    this.#insertRow = db.prepare('insert into packed(run, first, shard, epoch, n, crc, records, notes) values (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#chunkAt = db.prepare('select max(first) as first from packed where run = ? and first <= ?');
    this.#rowsFrom = db.prepare(
      'select first, shard, epoch, n, crc, records, notes from packed where run = ? and first >= ? order by first, shard',
    );
    this.#lastSeq = db.prepare(
      'select first + sum(n) - 1 as seq from packed where run = ?1 and first = (select max(first) from packed where run = ?1)',
    );
  }

  /** Returns the run's id in the file. */
  insertRun(header: Omit<RunHeader, 'finishedAt'>, occupies: readonly string[]): number {
    const { run, planId, createdAt, plan, targets, steps, shards, options } = header;
    const json = [JSON.stringify(targets), JSON.stringify(steps)] as const;
    const done = this.#insertRun.run(run, planId, createdAt, Buffer.from(plan), ...json, shards, JSON.stringify(options));
    const id = Number(done.lastInsertRowid);
    this.#occupy.run(id, JSON.stringify(occupies));
    return id;
  }

  /** Who holds any of these targets, in the order given. */
  occupied(targets: readonly string[]): Occupation[] {
    return this.#occupied.all(JSON.stringify(targets)).map((row) => ({ run: String(row['run']), target: String(row['target']) }));
  }

  free(id: number, targets: readonly string[]): void {
    this.#freeSome.run(id, JSON.stringify(targets));
  }

  /** A second finish changes nothing. */
  finish(id: number, at: number): void {
    this.#finish.run(id, at);
    this.#free.run(id);
  }

  runs(): RunHeader[] {
    return this.#runs.all().map(headerOf);
  }

  run(run: string): { readonly id: number; readonly shards: number } | null {
    const row = this.#runId.get(run);
    return row ? { id: Number(row['id']), shards: Number(row['shards']) } : null;
  }

  claim(id: number, shard: number, epoch: number, owner: string): void {
    this.#claim.run(id, shard, epoch, owner);
  }

  epochs(id: number): Map<number, number> {
    return new Map(this.#epochs.all(id).map((row) => [Number(row['shard']), Number(row['epoch'])]));
  }

  insertRow(id: number, first: number, row: PackedRow): void {
    this.#insertRow.run(id, first, row.shard, row.epoch, row.n, row.crc, row.records, row.notes);
  }

  /** 0 when the run has no entries. */
  lastSeq(id: number): number {
    return Number(this.#lastSeq.get(id)?.['seq'] ?? 0);
  }

  /** The rows of one chunk after another, from the one that holds seq `from`. */
  *chunks(id: number, from: number): Generator<PackedRow[]> {
    const first = Number(this.#chunkAt.get(id, from)?.['first'] ?? 0);
    let chunk: PackedRow[] = [];
    for (const row of this.#rowsFrom.iterate(id, first)) {
      const packed = packedOf(row);
      if (chunk[0] && chunk[0].first !== packed.first) {
        yield chunk;
        chunk = [];
      }
      chunk.push(packed);
    }
    if (chunk.length > 0) yield chunk;
  }
}

function packedOf(row: Row): PackedRow {
  const { first, shard, epoch, n, crc, records, notes } = row;
  return {
    first: Number(first),
    shard: Number(shard),
    epoch: Number(epoch),
    n: Number(n),
    crc: Number(crc),
    records: bytesOf(records),
    notes: String(notes),
  };
}

function headerOf(row: Row): RunHeader {
  return {
    run: String(row['run']),
    planId: String(row['plan_id']),
    createdAt: Number(row['created_at']),
    plan: Buffer.from(bytesOf(row['plan'])).toString(),
    targets: JSON.parse(String(row['targets'])) as string[],
    steps: JSON.parse(String(row['steps'])) as string[],
    shards: Number(row['shards']),
    options: JSON.parse(String(row['options'])) as JsonObject,
    finishedAt: row['finished_at'] === null ? null : Number(row['finished_at']),
  };
}

function bytesOf(value: SQLOutputValue | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}
