import { describe, expect, it } from 'vitest';
import { ganttSvg, type GanttRow } from './gantt-svg.ts';
import { svgWords } from './svg-faults.ts';

const row = (
  label: string,
  startMin: number | null,
  endMin: number | null,
  endP90Min: number | null,
  rest: Partial<GanttRow> = {},
): GanttRow => ({ label, group: '', startMin, endMin, endP90Min, kind: 'work', ...rest });

describe('gantt: as SVG', () => {
  it('rows stand under the name of their group, with the end at P50 and at P90', () => {
    const shown = svgWords(
      ganttSvg({
        title: 'x',
        rows: [row('canary', 0, 64, 80, { group: '2. window' }), row('nodes', 66, 149, 176, { group: '2. window' })],
      }),
    );
    expect(shown.filter((text) => text === '2. window')).toHaveLength(1);
    for (const text of ['canary', '1 h 4 min, 1 h 20 min', 'nodes', '2 h 29 min, 2 h 56 min']) expect(shown).toContain(text);
  });

  it('on a clock, where there is one; what has no end is open', () => {
    const clock = (min: number): string => `T+${Math.round(min)}`;
    const shown = svgWords(ganttSvg({ title: 'x', rows: [row('rma', 10, 70, null), row('lost', null, null, null)], clock }));
    expect(shown).toEqual(expect.arrayContaining(['T+70, open', 'not within the horizon', 'T+0']));
  });

  it('windows and blackouts are shaded, shifts are a strip, the last time to turn back is a line', () => {
    const svg = ganttSvg({
      title: 'x',
      rows: [row('nodes', 0, 100, 120)],
      windows: [{ label: 'window phx62', fromMin: 0, toMin: 480 }],
      blackouts: [{ label: 'blackout', fromMin: 200, toMin: 300 }],
      crews: [
        {
          label: 'crew',
          shifts: [
            { fromMin: -60, toMin: 200 },
            { fromMin: 900, toMin: 960 },
          ],
        },
      ],
      turnBackMin: 396,
    });
    for (const kind of ['window', 'shut', 'hatch', 'shift', 'mark']) expect(svg).toContain(`class="${kind}"`);
    expect(svgWords(svg)).toEqual(expect.arrayContaining(['window phx62', 'blackout', 'crew', 'last time to turn back']));
    expect([...svg.matchAll(/class="shift"/g)]).toHaveLength(1);
  });

  it('a day of staging and a week of mop-up do not squeeze the window', () => {
    const rows = [
      row('stage', -1_440, -1_300, -1_200, { kind: 'before' }),
      row('nodes', 0, 150, 180),
      row('rma', 110, 6_000, null, { kind: 'after' }),
    ];
    const svg = ganttSvg({ title: 'x', rows, windows: [{ label: 'w', fromMin: 0, toMin: 480 }] });
    const [, width = '0'] = /<rect class="window" x="[\d.]+" y="70" width="([\d.]+)"/.exec(svg) ?? [];
    expect(Number(width)).toBeGreaterThan(300);
    expect(svgWords(svg)).toContain('what lies far before and after is compressed, beyond the dotted lines');
  });
});
