import { describe, expect, it } from 'vitest';
import { growthSvg, type GrowthSvg } from './growth-svg.ts';
import { svgWords } from './svg-faults.ts';

const OURS: GrowthSvg['series'][number] = {
  label: '95 % back',
  kind: 'main',
  points: [1, 10, 100, 1_000].map((nodes) => ({ nodes, min: 60 + nodes / 100 })),
};

describe('growth: as SVG', () => {
  it('names the time at the largest fleet, the bend, and one node', () => {
    const shown = svgWords(growthSvg({ title: 'T(N)', series: [OURS], oneNodeMin: 58, bendsAtNodes: 100 }));
    for (const text of ['1 h 10 min', 'bends at 100 nodes', 'one node, limits lifted: 58 min', '1,000']) expect(shown).toContain(text);
  });

  it('a way that takes a thousand times as long makes both axes go by powers of ten, and ours stays visible', () => {
    const other = { label: 'one node at a time', kind: 'other' as const, points: [1, 1_000].map((nodes) => ({ nodes, min: 60 * nodes })) };
    const svg = growthSvg({ title: 'T(N)', series: [OURS, other] });
    expect(svgWords(svg)).toEqual(expect.arrayContaining(['42 d', 'one node at a time', '40 d']));
    const [, path = ''] = /class="curve" d="M([^"]*)"/.exec(svg) ?? [];
    const ups = [...path.matchAll(/ ([\d.]+)/g)].map(([, px]) => Number(px));
    expect(Math.max(...ups) - Math.min(...ups)).toBeLessThan(20);
  });

  it('numbers of nodes that were not reached are left out of the line, not drawn as zero', () => {
    const svg = growthSvg({
      title: 'T(N)',
      series: [
        {
          ...OURS,
          points: [
            { nodes: 1, min: 60 },
            { nodes: 10, min: null },
            { nodes: 100, min: 70 },
          ],
        },
      ],
    });
    expect([...svg.matchAll(/class="dot"/g)]).toHaveLength(2);
  });
});
