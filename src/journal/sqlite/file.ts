// The journal's file: its rights, its lock, its format and the pragmas that make a commit durable.
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { JournalBrokenError, JournalBusyError, JournalFormatError } from '../errors.ts';
import { STREAM_SCHEMA } from './streams.ts';

/** Raise it whenever a table, the packed record or the meaning of a kind changes. What only adds, as streams did, leaves it. */
export const FORMAT = 1;

/** "PITS": tells a journal from any other SQLite file. */
const APPLICATION_ID = 0x50495453;
/** Long enough for the previous owner to finish closing, short enough for a person who started a second one. */
const BUSY_MS = 500;
const WAL_BYTES_KEPT = 16 * 1024 * 1024;

const SCHEMA = `
  create table run(id integer primary key, run text not null unique, plan_id text not null, created_at real not null, plan blob not null,
    targets text not null, steps text not null, shards integer not null, options text not null) strict;
  create table finished(run integer primary key references run(id), at real not null) strict;
  create table occupied(target text primary key, run integer not null references run(id)) strict, without rowid;
  create index occupied_by_run on occupied(run);
  create table shard(run integer not null references run(id), shard integer not null, epoch integer not null, owner text not null,
    primary key (run, shard)) strict, without rowid;
  create table packed(run integer not null references run(id), first integer not null, shard integer not null, epoch integer not null,
    n integer not null, crc integer not null, records blob not null, notes text not null) strict;
  create unique index packed_by_seq on packed(run, first, shard);
  pragma application_id = ${APPLICATION_ID};
  pragma user_version = ${FORMAT};
`;

/**
 * Opens or creates the file and locks it until it is closed; the system drops the lock when the process dies.
 * Throws JournalBusyError or JournalFormatError. ":memory:" is a journal that ends with its process.
 */
export function openFile(file: string): DatabaseSync {
  if (file !== ':memory:') createPrivately(file);
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(file, { timeout: BUSY_MS });
    prepare(db, file);
    return db;
  } catch (error) {
    db?.close();
    const meant = named(error, file);
    throw meant === error && sqliteCode(error) !== null ? new JournalBrokenError(file, error as Error) : meant;
  }
}

/** What an SQLite error means for the journal; any other error comes back as it is. */
export function named(error: unknown, file: string): unknown {
  const code = sqliteCode(error);
  if (code === null || !(error instanceof Error)) return error;
  if (code === SQLITE_IOERR_SHORT_READ) return new JournalFormatError(file, 'damaged', error.message);
  switch (code & 0xff) {
    case SQLITE_BUSY:
      return new JournalBusyError(file);
    case SQLITE_CORRUPT:
      return new JournalFormatError(file, 'damaged', error.message);
    case SQLITE_NOTADB:
      return new JournalFormatError(file, 'foreign', error.message);
    default:
      return error;
  }
}

/** The extended result code of an error of node:sqlite; null for any other error. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode;
}

// https://www.sqlite.org/rescode.html
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;
const SQLITE_IOERR_SHORT_READ = 522;

/** Looks before it changes anything, so that a file of something else stays as it was. */
function prepare(db: DatabaseSync, file: string): void {
  db.exec('pragma locking_mode = exclusive; begin exclusive');
  const fresh = isFresh(db, file);
  db.exec('commit; pragma journal_mode = wal; pragma synchronous = full; pragma trusted_schema = off');
  db.exec(`pragma journal_size_limit = ${WAL_BYTES_KEPT}`);
  if (fresh) db.exec(`begin exclusive; ${SCHEMA} ${STREAM_SCHEMA} commit`);
  else db.exec(STREAM_SCHEMA);
  if (fresh && file !== ':memory:') syncFolder(dirname(file));
}

/** SQLite gives its side files the rights of the main one. An existing file is not opened here: closing it would drop this process's own locks on it. */
function createPrivately(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
    chmodSync(file, 0o600);
  }
}

function isFresh(db: DatabaseSync, file: string): boolean {
  const id = numberOf(db, 'pragma application_id');
  const format = numberOf(db, 'pragma user_version');
  if (id === 0 && format === 0 && numberOf(db, 'select count(*) from sqlite_schema') === 0) return true;
  if (id !== APPLICATION_ID) throw new JournalFormatError(file, 'foreign', 'an SQLite file of something else');
  if (format > FORMAT) throw new JournalFormatError(file, 'newer', `it has format ${format}, this one knows ${FORMAT}`);
  return false;
}

function numberOf(db: DatabaseSync, sql: string): number {
  return Number(Object.values(db.prepare(sql).get() ?? {})[0]);
}

/** A file is found again after a power cut only if its folder's entry is on disk too. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
