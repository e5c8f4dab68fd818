// A return curve as people note it down: at which time how many nodes were back, and whatever else was counted.
import { cellOf, type Cell } from '../csv.ts';
import { checkHead, checkWidth, startOf, type Reading } from './reading.ts';
import { readTime } from './times.ts';

export interface Curve {
  /** Unix ms at which each node came back that stayed, rising. */
  readonly back: readonly number[];
  /** The other columns, as words. */
  readonly notes: readonly { readonly at: number; readonly text: string }[];
  /** Unix ms of the last row. */
  readonly until: number;
}

const TIMES = ['local_time', 'time'];
const COUNT = 'nodes_back';

/** `total` nodes in all. A count that falls later takes back returns that did not last. Throws BadInputError. */
export function readCurve(reading: Reading, [head = [], ...rows]: readonly (readonly Cell[])[], total: number): Curve {
  const timeName = TIMES.find((name) => cellOf(head, head, name)) ?? TIMES[0] ?? '';
  checkHead(reading, head, [timeName, COUNT]);
  if (rows.length === 0) reading.refuse(startOf(head), 'no row follows', 'write a time and how many nodes were back');
  reading.done();
  const points: { at: number; count: number }[] = [];
  const notes: { at: number; text: string }[] = [];
  let until = -Infinity;
  for (const row of rows) {
    checkWidth(reading, head, row);
    const timeCell = cellOf(row, head, timeName) ?? startOf(head);
    const at = readTime(reading, timeCell);
    if (timeCell.text === '') reading.refuse(timeCell, 'no time stands in this row', 'add it');
    if (at === null) continue;
    if (at < until) reading.refuse(timeCell, 'comes before the row above it', 'put the rows in order of time');
    until = Math.max(until, at);
    const count = readCount(reading, cellOf(row, head, COUNT), total);
    if (count !== null) points.push({ at, count });
    const others = head.filter(({ text }) => ![timeName, COUNT].includes(text.toLowerCase()));
    const text = others.flatMap(({ text: name }) => noteOf(name, cellOf(row, head, name)?.text ?? '')).join('; ');
    if (text !== '') notes.push({ at, text });
  }
  reading.done();
  return { back: returnsOf(points), notes, until };
}

function readCount(reading: Reading, cell: Cell | null, total: number): number | null {
  if (cell === null || cell.text === '') return null;
  const count = /^\d{1,9}$/.test(cell.text) ? Number(cell.text) : Number.NaN;
  if (Number.isNaN(count)) reading.refuse(cell, 'is no number of nodes', 'write a whole number, or leave it empty');
  else if (count > total) reading.refuse(cell, `more nodes than there are: ${total}`, 'give all of them with --nodes');
  return Number.isNaN(count) ? null : count;
}

const noteOf = (name: string, text: string): string[] => (text === '' ? [] : [name.toLowerCase() === 'note' ? text : `${name} ${text}`]);

/** The nth return is the first row from which on never fewer than n were back. */
function returnsOf(points: readonly { at: number; count: number }[]): number[] {
  const back: number[] = [];
  for (const [i, { at }] of points.entries()) {
    const lasting = Math.min(...points.slice(i).map(({ count }) => count));
    while (back.length < lasting) back.push(at);
  }
  return back;
}
