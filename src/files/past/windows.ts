// A table of maintenance windows as people keep it: what was planned, what it became, and why.
import type { PastWindow, Span } from '../../core/past/timeline.ts';
import { cellOf, type Cell } from '../csv.ts';
import { checkHead, checkWidth, remarkUnknown, startOf, type Reading } from './reading.ts';
import { readWhen, type When } from './times.ts';

export interface WindowRow {
  readonly id: string;
  readonly window: PastWindow;
  /** Where it stands. */
  readonly cell: Cell;
}

const COLUMNS = [
  'id',
  'kind',
  'announced_on',
  'planned_start',
  'planned_end',
  'planned_h',
  'actual_start',
  'actual_end',
  'actual_h',
  'overrun_h',
  'what',
  'why_late',
  'source',
];
const HOUR_MIN = 60;
/** Recorded hours are rounded, and clocks go forward and back: less than this is no contradiction. */
const HOURS_OFF_MAX = 0.5;

/** The rows that say at least when; the others are remarked. Throws BadInputError. */
export function readWindows(reading: Reading, [head = [], ...rows]: readonly (readonly Cell[])[]): WindowRow[] {
  checkHead(reading, head, ['id']);
  remarkUnknown(reading, head, COLUMNS);
  const read = rows.flatMap((row) => readRow(reading, head, row) ?? []);
  for (const [i, { id, cell }] of read.entries())
    if (read.findIndex((other) => other.id === id) < i) reading.refuse(cell, `two windows are called ${id}`, 'give each an id of its own');
  reading.done();
  return read;
}

function readRow(reading: Reading, head: readonly Cell[], row: readonly Cell[]): WindowRow | null {
  checkWidth(reading, head, row);
  const first = row[0] ?? startOf(head);
  const words = (name: string): string => cellOf(row, head, name)?.text ?? '';
  const id = words('id');
  if (id === '') reading.refuse(first, 'a window without id', 'give it one: its run is named after it');
  const planned = readSpan(reading, head, row, 'planned');
  const actual = readSpan(reading, head, row, 'actual');
  if ([planned.from, planned.to, actual.from, actual.to].every((at) => at === null)) {
    reading.remark({ ...first, text: id }, 'skipped: nothing says when it was', 'fill in planned_start or actual_start');
    return null;
  }
  const overrun = readHours(reading, cellOf(row, head, 'overrun_h'));
  const computed = planned.min === null || actual.min === null ? null : actual.min - planned.min;
  return {
    id,
    cell: { ...first, text: id },
    window: {
      kind: words('kind'),
      planned,
      actual,
      overrunMin: overrun ?? computed,
      what: words('what'),
      whyLate: words('why_late'),
      source: words('source'),
    },
  };
}

/** A day without a time stands for its whole; recorded hours say how much of the last day was used, and win over what the times give. */
function readSpan(reading: Reading, head: readonly Cell[], row: readonly Cell[], prefix: 'planned' | 'actual'): Span {
  const cell = (end: string): Cell | null => cellOf(row, head, `${prefix}_${end}`);
  const [start, end] = [readWhen(reading, cell('start')), readWhen(reading, cell('end'))];
  const min = readHours(reading, cell('h'));
  const lasts = min === null ? null : min * 60_000;
  const startAt = start && beginning(start);
  const endAt = end && ending(end, startAt, lasts);
  const from = startAt ?? (endAt === null || lasts === null ? null : endAt - lasts);
  const to = endAt ?? (from === null || lasts === null ? null : from + lasts);
  const endCell = cell('end');
  if (from !== null && to !== null && endCell && to < from) reading.refuse(endCell, `ends before it began`, `check ${prefix}_start too`);
  const between = from === null || to === null ? null : (to - from) / 60_000;
  const hours = cell('h');
  if (hours && min !== null && between !== null && Math.abs(between - min) > HOURS_OFF_MAX * HOUR_MIN)
    reading.remark(hours, `its times are ${(between / HOUR_MIN).toFixed(1)} h apart; the hours are taken as recorded`);
  return { from, to, min: min ?? between };
}

const beginning = (when: When): number => (when.kind === 'time' ? when.at : when.from);

function ending(when: When, startAt: number | null, lasts: number | null): number {
  if (when.kind === 'time') return when.at;
  const counted = startAt === null || lasts === null ? when.to : startAt + lasts;
  return counted > when.from && counted <= when.to ? counted : when.to;
}

/** Minutes. */
function readHours(reading: Reading, cell: Cell | null): number | null {
  if (cell === null || cell.text === '') return null;
  if (/^-?\d+(\.\d+)?$/.test(cell.text)) return Number(cell.text) * HOUR_MIN;
  reading.remark(cell, 'is no number of hours, so it counts as not known', 'write 104 or 519.5');
  return null;
}
