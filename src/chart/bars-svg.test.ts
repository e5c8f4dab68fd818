import { describe, expect, it } from 'vitest';
import { barsSvg } from './bars-svg.ts';
import { svgWords } from './svg-faults.ts';

const gain = (
  diffMin: number | null,
  lowMin: number | null = null,
  highMin: number | null = null,
): { diffMin: number | null; lowMin: number | null; highMin: number | null } => ({ diffMin, lowMin, highMin });
const bars = (svg: string): { x: number; width: number }[] =>
  [...svg.matchAll(/<rect class="(?:bar|half)" x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="13"/g)].map(([, x, width]) => ({
    x: Number(x),
    width: Number(width),
  }));

describe('bars: as SVG', () => {
  it('a bar a mark, as long as what it wins, with its interval and its number', () => {
    const svg = barsSvg({
      title: 'x',
      series: ['95 %', '99 %'],
      rows: [{ label: 'image-server', detail: 'owner imaging', gains: [gain(60, 50, 70), gain(30)] }],
    });
    const [long, short] = bars(svg);
    expect((long?.width ?? 0) / (short?.width ?? 1)).toBeCloseTo(2, 1);
    expect(svgWords(svg)).toEqual(expect.arrayContaining(['image-server', 'owner imaging', '1 h', '30 min', '95 %', '99 %']));
    expect([...svg.matchAll(/class="whisker"/g)]).toHaveLength(1);
  });

  it('a loss goes left of the line, nothing is called nothing, and what has no figure has no bar', () => {
    const svg = barsSvg({
      title: 'x',
      series: ['95 %'],
      rows: [
        { label: 'a', gains: [gain(60)] },
        { label: 'b', gains: [gain(-20)] },
        { label: 'c', gains: [gain(0.01)] },
        { label: 'd', gains: [gain(null)] },
      ],
    });
    const [won, lost] = bars(svg);
    expect((lost?.x ?? 0) + (lost?.width ?? 0)).toBeCloseTo(won?.x ?? -1, 0);
    expect(bars(svg)).toHaveLength(3);
    expect(svgWords(svg)).toEqual(expect.arrayContaining(['-20 min', 'nothing', 'no figure']));
  });

  it('rows that are not drawn are counted', () => {
    const rows = Array.from({ length: 30 }, (_, i) => ({ label: `limit ${i}`, gains: [gain(i)] }));
    expect(svgWords(barsSvg({ title: 'x', series: ['95 %'], rows }))).toContain('6 more are not drawn');
    expect(svgWords(barsSvg({ title: 'x', series: ['95 %'], rows: [] }))).toContain('there is nothing to lift');
  });
});
