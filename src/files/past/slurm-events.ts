// What Slurm's accounting remembers of its nodes: `sacctmgr -P show event` as it was printed, on 22.05 or later.
import { isNodeName } from '../../core/fleet/nodeset.ts';
import type { NodeEvent } from '../../core/past/outages.ts';
import type { Cell } from '../csv.ts';
import { checkHead, startOf, type Reading } from './reading.ts';
import { readTime } from './times.ts';

/** sacctmgr names its columns TimeStart and TimeEnd; `format=Start,End` gives them so as well. */
const NEEDED = ['nodename', 'timestart', 'timeend', 'state', 'reason'];
/** What stands for the end of something that goes on. */
const OPEN: ReadonlySet<string> = new Set(['', 'Unknown', 'None']);

/** Events of nodes; those of the cluster itself have no node and are left out. Throws BadInputError. */
export function readSlurmEvents(reading: Reading, [head = [], ...rows]: readonly (readonly Cell[])[]): NodeEvent[] {
  checkHead(reading, head, NEEDED);
  if (rows.length === 0) reading.refuse(startOf(head), 'no event follows', 'ask for more: sacctmgr -P show event start=2031-01-01');
  const events = rows.flatMap((row) => readEvent(reading, head, mended(row, head)) ?? []);
  reading.done();
  return events;
}

function readEvent(reading: Reading, head: readonly Cell[], row: readonly Cell[]): NodeEvent | null {
  const cell = (name: string): Cell =>
    row[head.findIndex(({ text }) => text.toLowerCase() === name)] ?? { ...(row[0] ?? startOf(head)), text: '' };
  if (row.length < head.length) {
    reading.refuse(
      row.at(-1) ?? startOf(head),
      `the line has ${row.length} parts, the head ${head.length}`,
      'use the output as it was printed',
    );
    return null;
  }
  const node = cell('nodename').text;
  if (node === '') return null;
  if (!isNodeName(node)) reading.refuse(cell('nodename'), 'is no node name', 'use the output as it was printed');
  const from = readTime(reading, cell('timestart'));
  const end = cell('timeend');
  const to = OPEN.has(end.text) ? null : readTime(reading, end);
  if (from !== null && to !== null && to < from) reading.refuse(end, 'ends before it began', 'use the output as it was printed');
  return from === null ? null : { node, from, to, state: cell('state').text, reason: cell('reason').text };
}

/** A reason may hold bars of its own, which sacctmgr does not quote: what there is too much belongs to it. */
function mended(row: readonly Cell[], head: readonly Cell[]): readonly Cell[] {
  const extra = row.length - head.length;
  const at = head.findIndex(({ text }) => text.toLowerCase() === 'reason');
  const first = row[at];
  if (extra <= 0 || !first) return row;
  const text = row
    .slice(at, at + extra + 1)
    .map((cell) => cell.text)
    .join(' | ');
  return [...row.slice(0, at), { ...first, text }, ...row.slice(at + extra + 1)];
}
