// Times in records of the past: as machines write them, and as people do, with words behind them.
import { parseMoment } from '../calendar.ts';
import type { Cell } from '../csv.ts';
import { Refusal } from '../schema.ts';
import type { Reading } from './reading.ts';

/** Unix ms; a day lasts from its beginning to its end in the reading's zone. */
export type When = { readonly kind: 'time'; readonly at: number } | { readonly kind: 'day'; readonly from: number; readonly to: number };

const WRITTEN = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?(?=$|[\s(,;])/;
const MEND = 'write 2031-07-08 or 2031-07-08T09:00';

/** A time as a machine writes it: anything else is refused. Null where nothing stands, or what cannot be used. */
export function readTime(reading: Reading, cell: Cell | null): number | null {
  if (cell === null || cell.text === '') return null;
  const read = parse(reading, cell.text);
  const fault = read instanceof Refusal ? read : faultOf(read);
  if (fault) reading.refuse(cell, fault.why, fault.mend);
  return read instanceof Refusal || read.when.kind !== 'time' ? null : read.when.at;
}

/** A time or a day, with words behind it or none: what cannot be used is remarked, and counts as not known. */
export function readWhen(reading: Reading, cell: Cell | null): When | null {
  if (cell === null || cell.text === '') return null;
  const read = parse(reading, cell.text);
  if (read instanceof Refusal) {
    reading.remark(cell, `${read.why}, so it counts as not known`, read.mend);
    return null;
  }
  if (read.rest !== '') reading.remark(cell, `read as ${read.taken}; the words behind it are not`);
  return read.when;
}

interface Read {
  readonly when: When;
  /** What was read, and what stood behind it. */
  readonly taken: string;
  readonly rest: string;
}

function faultOf({ when, rest }: Read): Refusal | null {
  if (rest !== '') return new Refusal('has words behind the time', MEND);
  return when.kind === 'day' ? new Refusal('is a day without a time', 'write 2031-07-08T09:00') : null;
}

function parse({ zone }: Reading, text: string): Read | Refusal {
  const match = WRITTEN.exec(text);
  if (!match) return new Refusal('does not begin with a date', MEND);
  const [taken, day = '', minute, second, fraction = '', offset] = match;
  const rest = text.slice(taken.length).trim();
  const moment = parseMoment(minute === undefined ? day : `${day}T${minute} ${offset ?? zone}`, zone);
  if (moment instanceof Refusal) return moment;
  if (moment.kind === 'day') {
    return { when: { kind: 'day', from: moment.fromMin * 60_000, to: moment.toMin * 60_000 }, taken: `${day}, the whole day`, rest };
  }
  const ms = Number(second ?? 0) * 1_000 + Number(fraction.padEnd(3, '0').slice(0, 3));
  return { when: { kind: 'time', at: moment.atMin * 60_000 + ms }, taken: taken.trim(), rest };
}
