// T(N) in characters: a row a number of nodes, the times of both marks, and a bar as long as the later one.
import { clip, levelBar, size } from './cells.ts';
import { showCount } from '../std/share.ts';
import { showMinutes } from './scale.ts';
import { isTime } from './step-curve.ts';

export interface TerminalGrowth {
  readonly points: readonly { readonly nodes: number; readonly t50Min: number | null; readonly t95Min: number | null }[];
  /** From how many nodes on it takes noticeably longer than for one. */
  readonly bendsAtNodes: number | null;
  readonly widthChars: number;
}

const TIME_CHARS = 12;
const BAR_CHARS_MIN = 8;
const BEND = '  ◀ bends here';

/** A head and a line a point, each at most `widthChars`; bars are left out where they have no room. */
export function terminalGrowth({ points, bendsAtNodes, widthChars }: TerminalGrowth): string[] {
  const width = size(widthChars);
  if (width === 0) return [];
  if (points.length === 0) return [clip('no number of nodes was simulated', width)];
  const nodesChars = Math.max('nodes'.length, ...points.map(({ nodes }) => showCount(nodes).length));
  const tableChars = nodesChars + 2 * (TIME_CHARS + 1);
  const room = width - tableChars - 2 - BEND.length;
  const barChars = room >= BAR_CHARS_MIN ? room : 0;
  const longest = points.reduce((most, { t95Min }) => Math.max(most, timeOf(t95Min)), 0);
  const line = (nodes: string, t50: string, t95: string, after: string): string =>
    clip(`${nodes.padStart(nodesChars)} ${t50.padStart(TIME_CHARS)} ${t95.padStart(TIME_CHARS)}${after}`.trimEnd(), width);
  const bendRow = bendsAtNodes === null ? -1 : points.findIndex(({ nodes }) => nodes >= bendsAtNodes);
  return [
    line('nodes', '50 % back', '95 % back', ''),
    ...points.map(({ nodes, t50Min, t95Min }, i) => {
      const bar = barChars === 0 || longest === 0 ? '' : `  ${levelBar(timeOf(t95Min) / longest, barChars)}`;
      return line(
        showCount(nodes),
        showMinutes(t50Min, 'not reached'),
        showMinutes(t95Min, 'not reached'),
        `${bar}${i === bendRow ? BEND : ''}`,
      );
    }),
  ];
}

function timeOf(min: number | null): number {
  return isTime(min) ? Math.max(0, min) : 0;
}
