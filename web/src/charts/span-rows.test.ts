import { describe, expect, it } from 'vitest';
import { spanPicture, spanRange, type GanttRow } from './span-rows.ts';

const row = (label: string, startMin: number | null, endMin: number | null, endP90Min: number | null, group = ''): GanttRow => ({
  label,
  group,
  startMin,
  endMin,
  endP90Min,
  kind: 'work',
});

describe('spanPicture', () => {
  it('names each group once, before its rows', () => {
    const rows = [row('canary', 0, 30, 40, 'lab'), row('main', 30, 90, 120, 'lab')];
    const { lines } = spanPicture(rows, spanRange(rows), 900);
    expect(lines.map(({ group, row: at }) => group ?? at?.label)).toEqual(['lab', 'canary', 'main']);
  });

  it('draws to P50 and on to P90, and both sequences over one axis stand at the same places', () => {
    const [first, second] = [[row('a', 0, 60, 90)], [row('b', 0, 120, 120)]];
    const range = spanRange([...first, ...second]);
    const [a, b] = [spanPicture(first, range, 900), spanPicture(second, range, 900)];
    expect(a.ticks).toEqual(b.ticks);
    const [lineA, lineB] = [a.lines[0], b.lines[0]];
    expect(lineA?.bar?.width).toBeCloseTo((lineB?.bar?.width ?? 0) / 2, 0);
    expect(lineA?.lateX).toBeGreaterThan((lineA?.bar?.x ?? 0) + (lineA?.bar?.width ?? 0));
    expect(lineB?.lateX).toBeNull();
  });

  it('has no bar for what never starts, and runs to the edge with what never ends', () => {
    const rows = [row('never', null, null, null), row('open', 10, null, null), row('work', 0, 90, 90)];
    const { lines, plot } = spanPicture(rows, spanRange(rows), 900);
    expect(lines[0]?.bar).toBeNull();
    expect((lines[1]?.bar?.x ?? 0) + (lines[1]?.bar?.width ?? 0)).toBeCloseTo(plot.right, 0);
  });
});
