import { describe, expect, it } from 'vitest';
import { forecastSvg, type ForecastSvg } from './forecast-svg.ts';
import { svgWords } from './svg-faults.ts';

const CURVE = Array.from({ length: 100 }, (_, i) => ({
  share: i + 1,
  p10Min: 50 + i / 2,
  p50Min: 60 + i,
  p90Min: i < 99 ? 80 + 1.2 * i : null,
}));
const BASE: ForecastSvg = {
  title: 'phx62 <lab>',
  nodes: 1_024,
  curve: CURVE,
  milestones: {
    '50': { p50Min: 109, p90Min: 138.8 },
    '75': { p50Min: 134, p90Min: 168.8 },
    '95': { p50Min: 154, p90Min: 192.8 },
    '99': { p50Min: 158, p90Min: null },
  },
};

describe('forecast: as SVG', () => {
  it('shows the milestones at P50 and P90, and what was not reached', () => {
    const shown = svgWords(forecastSvg(BASE));
    for (const text of ['phx62 &lt;lab&gt;', '1 h 49 min', '2 h 19 min', '2 h 14 min', '2 h 34 min', '3 h 13 min', 'not reached'])
      expect(shown).toContain(text);
  });

  it('marks north star, one node and the end of the window, each once; what lies beyond the picture is named at its edge', () => {
    const svg = forecastSvg({ ...BASE, northStarMin: 120, oneNodeMin: 58, windowEndMin: 960 });
    expect(svgWords(svg)).toEqual(expect.arrayContaining(['north star 2 h', 'one node 58 min', 'window ends 16 h →']));
    expect(svg).not.toContain('class="shut"');
    expect(forecastSvg({ ...BASE, windowEndMin: 300 })).toContain('class="shut"');
  });

  it('other plans are drawn each in a way of its own and named with their time', () => {
    const others = [
      {
        label: 'rack by rack',
        points: [
          { share: 50, p50Min: 900 },
          { share: 95, p50Min: 1_800 },
        ],
      },
      { label: 'all at once', points: [{ share: 50, p50Min: 200 }] },
    ];
    const svg = forecastSvg({ ...BASE, others });
    expect(svgWords(svg)).toEqual(expect.arrayContaining(['rack by rack: 95 % 30 h', 'all at once: 95 % not within the horizon']));
    expect(svg).toMatch(/class="other1" d="M[\s\S]*class="other2" d="M/);
  });

  it('what happened goes on top, and no further than it is known', () => {
    const svg = forecastSvg({ ...BASE, actual: { points: [[70, 512]], total: 1_024, nowMin: 70 } });
    const [, path = ''] = /class="actual" d="([^"]*)"/.exec(svg) ?? [];
    const across = [...path.matchAll(/[MH]([\d.]+)/g)].map(([, px]) => Number(px));
    expect(Math.max(...across)).toBeLessThan(300);
    expect(svgWords(svg)).toContain('what happened');
  });

  it('a run that goes on for days after its 95 % does not squeeze the hours that were forecast', () => {
    const late = { points: [[150, 1_000]] as const, total: 1_024, nowMin: 4_000 };
    expect(svgWords(forecastSvg({ ...BASE, actual: late }))).toContain('hours from the first drain');
    expect(svgWords(forecastSvg({ ...BASE, actual: late }))).not.toContain('10');
  });

  it('a clock of the reader stands below the minutes', () => {
    expect(svgWords(forecastSvg({ ...BASE, clock: (min) => `${9 + min / 60}:00` }))).toEqual(
      expect.arrayContaining(['9:00', '10:00', '12:00']),
    );
  });

  it('the description says the same to those who cannot see it', () => {
    expect(forecastSvg({ ...BASE, northStarMin: 120 })).toContain(
      '95 per cent: half of the scenarios 2 h 34 min, nine of ten 3 h 13 min. 99 per cent: half of the scenarios 2 h 38 min, nine of ten not within the horizon.',
    );
  });
});
