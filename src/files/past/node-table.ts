// A table of nodes: when each left service, when it was back, and in further columns when each step on it ended.
import { names, parseNodeSet } from '../../core/fleet/nodeset.ts';
import { OUTAGE, type Timeline } from '../../core/past/timeline.ts';
import { cellOf, type Cell } from '../csv.ts';
import { checkHead, checkWidth, startOf, type Reading } from './reading.ts';
import { readTime } from './times.ts';

export interface NodeTable {
  readonly steps: readonly string[];
  readonly timelines: readonly Timeline[];
  /** Unix ms of the last thing it says. */
  readonly until: number;
}

const NEEDED = ['node', 'left', 'back'];
const WHY = ['why', 'reason'];

interface Row {
  /** Where its nodes are named. */
  readonly cell: Cell;
  readonly nodes: readonly string[];
  readonly left: number;
  /** By step column: its cell, and its time where it says one. */
  readonly ends: readonly { readonly cell: Cell; readonly at: number | null }[];
  readonly back: number | null;
  readonly why: string;
}

/** Throws BadInputError. */
export function readNodeTable(reading: Reading, [head = [], ...lines]: readonly (readonly Cell[])[]): NodeTable {
  checkHead(reading, head, NEEDED);
  if (lines.length === 0) reading.refuse(startOf(head), 'no node follows', 'write a row for each node');
  reading.done();
  const steps = head.filter(({ text }) => ![...NEEDED, ...WHY].includes(text.toLowerCase()));
  const rows = lines.flatMap((line) => readRow(reading, head, line, steps) ?? []);
  refuseTwice(reading, rows);
  reading.done();
  const known = steps.map((step, nth) => isKnown(reading, rows, step, nth));
  const kept = <T>(list: readonly T[]): T[] => list.filter((_, i) => known[i]);
  const timelines = rows.flatMap(({ nodes, left, ends, back, why }) => {
    const ended = [...kept(ends).flatMap(({ at }) => at ?? []), ...(back === null ? [] : [back])];
    return nodes.map((node): Timeline => ({ node, leftAt: left, ended, why }));
  });
  const named = kept(steps).map(({ text }) => text);
  return {
    steps: named.length === 0 ? [OUTAGE] : [...named, named.includes('return') ? 'to-service' : 'return'],
    timelines,
    until: rows.reduce((last, { left, ends, back }) => Math.max(last, left, back ?? 0, ...ends.map(({ at }) => at ?? 0)), 0),
  };
}

function readRow(reading: Reading, head: readonly Cell[], row: readonly Cell[], steps: readonly Cell[]): Row | null {
  checkWidth(reading, head, row);
  const cell = (name: string): Cell => cellOf(row, head, name) ?? { ...(row[0] ?? startOf(head)), text: '' };
  const nodes = readNodes(reading, cell('node'));
  const left = readTime(reading, cell('left'));
  if (cell('left').text === '') reading.refuse(cell('left'), 'nothing says when it left service', 'fill in left');
  if (left === null) return null;
  const ends = steps.map(({ text }) => ({ cell: cell(text), at: readTime(reading, cell(text)) }));
  const back = readTime(reading, cell('back'));
  let before = left;
  for (const end of [...ends, { cell: cell('back'), at: back }]) {
    if (end.at !== null && end.at < before)
      reading.refuse(end.cell, 'comes before what must have come earlier on this node', 'check the row');
    before = Math.max(before, end.at ?? before);
  }
  const why = WHY.map((name) => cell(name).text).find((text) => text !== '') ?? '';
  return { cell: cell('node'), nodes, left, ends, back, why };
}

function readNodes(reading: Reading, cell: Cell): string[] {
  const parsed = parseNodeSet(cell.text);
  if (parsed.ok && cell.text !== '') return [...names(parsed.set)];
  if (parsed.ok) reading.refuse(cell, 'a row without node', 'name it, or a folded set such as n[1-4]');
  else reading.refuse(cell, parsed.error.why, parsed.error.mend);
  return [];
}

function refuseTwice(reading: Reading, rows: readonly Row[]): void {
  const seen = new Set<string>();
  for (const { cell, nodes } of rows) {
    const twice = nodes.find((node) => seen.has(node));
    if (twice !== undefined)
      reading.refuse(cell, `${twice} has a row already`, 'one row a node: from its first leaving to its last return');
    for (const node of nodes) seen.add(node);
  }
}

/** A step that not every node says the end of, though it went on, cannot be told from its neighbours: its column is not read. */
function isKnown(reading: Reading, rows: readonly Row[], step: Cell, nth: number): boolean {
  for (const { ends, back } of rows) {
    const end = ends[nth];
    const wentOn = back !== null || ends.slice(nth + 1).some(({ at }) => at !== null);
    if (!end || end.at !== null || !wentOn) continue;
    reading.remark(
      { ...end.cell, text: step.text },
      'its end is not known of a node that went on, so the column is not read',
      'fill it in',
    );
    return false;
  }
  return true;
}
