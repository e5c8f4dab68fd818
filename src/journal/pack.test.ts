// The packed record: where chunks end, and that no altered row is read as if it were whole.
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ENTRY_KINDS } from '../core/ports.ts';
import type { Entry, StoredEntry } from '../core/ports.ts';
import { CHUNK_ENTRIES, CHUNK_NOTE_CHARS, Packer, unpackChunk } from './pack.ts';
import type { PackedRow } from './pack.ts';

const ENTRY: Entry = { at: 1_700_000_000_123.5, target: 7, kind: 'intent', step: 3, attempt: 2, note: { why: 'x' } };

describe('pack chunks', () => {
  test('chunk: ends when it is full, and rows count from its first entry', () => {
    const rows = packed((packer) => packer.add(0, 1, many(2 * CHUNK_ENTRIES + 1)));
    expect(rows.map(({ first, n }) => [first, n])).toEqual([
      [0, CHUNK_ENTRIES],
      [CHUNK_ENTRIES, CHUNK_ENTRIES],
      [2 * CHUNK_ENTRIES, 1],
    ]);
  });

  test('chunk: ends when its notes are long', () => {
    const long = { ...ENTRY, note: { why: 'x'.repeat(CHUNK_NOTE_CHARS) } };
    expect(packed((packer) => packer.add(0, 1, [ENTRY, long, ENTRY])).map(({ first, n }) => [first, n])).toEqual([
      [0, 2],
      [2, 1],
    ]);
  });

  test('chunk: has one row a shard, and ends when a shard changes its epoch', () => {
    const rows = packed((packer) => {
      packer.add(0, 1, many(2));
      packer.add(1, 5, many(1));
      packer.add(0, 1, many(1));
      packer.add(0, 2, many(1));
    });
    expect(rows.map(({ first, shard, epoch, n }) => [first, shard, epoch, n])).toEqual([
      [0, 0, 1, 3],
      [0, 1, 5, 1],
      [4, 0, 2, 1],
    ]);
    expect(unpackChunk(rows.slice(0, 2), 0, 9, 'it').map(({ seq, shard }) => [seq, shard])).toEqual([
      [0, 0],
      [1, 0],
      [2, 1],
      [3, 0],
    ]);
  });

  test('chunk: take begins anew', () => {
    const packer = new Packer();
    packer.add(0, 1, many(3));
    expect([packer.count, packer.take().length, packer.count, packer.take()]).toEqual([3, 1, 0, []]);
    packer.add(0, 1, many(1));
    expect(packer.take()[0]?.first).toBe(0);
  });
});

describe('pack damage', () => {
  test('record: a flipped bit anywhere is found (each byte)', () => {
    const row = sample();
    for (let i = 0; i < row.records.length; i++) {
      const records = row.records.slice();
      records[i] = (records[i] ?? 0) ^ 1;
      expect(() => unpack([{ ...row, records }])).toThrow('the journal is damaged');
    }
    expect(() => unpack([{ ...row, notes: row.notes.replace('x', 'y') }])).toThrow('the checksum does not match');
  });

  test('record: cut short, or with another count', () => {
    const row = sample();
    expect(() => unpack([{ ...row, records: row.records.slice(0, 24) }])).toThrow('records and count differ');
    expect(() => unpack([{ ...row, n: 1 }])).toThrow('records and count differ');
  });

  test('chunk: a row that is missing, or there twice', () => {
    const [a, b] = packed((packer) => {
      packer.add(0, 1, many(1));
      packer.add(1, 1, many(1));
    }) as [PackedRow, PackedRow];
    expect(unpack([a, b])).toHaveLength(2);
    expect(() => unpack([b])).toThrow('a seq is missing');
    expect(() => unpack([a, a])).toThrow('seq 0 is there twice');
  });

  test('record: a kind of a later Pitstop is said to be one', () => {
    const row = packed((packer) => packer.add(0, 1, [{ ...ENTRY, note: null }]))[0] as PackedRow;
    const records = row.records.slice();
    records[12] = ENTRY_KINDS.length;
    const later = { ...row, records, crc: crc32(records) };
    expect(() => unpack([later])).toThrow(`newer Pitstop: it holds entries of kind ${ENTRY_KINDS.length}`);
  });
});

function packed(work: (packer: Packer) => void): PackedRow[] {
  const packer = new Packer();
  work(packer);
  return packer.take();
}

function sample(): PackedRow {
  return packed((packer) => packer.add(0, 1, many(2)))[0] as PackedRow;
}

function many(count: number): Entry[] {
  return Array.from({ length: count }, () => ENTRY);
}

function unpack(rows: readonly PackedRow[]): StoredEntry[] {
  return unpackChunk(rows, 0, Number.MAX_SAFE_INTEGER, 'the journal');
}
