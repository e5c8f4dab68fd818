import { describe, expect, it } from 'vitest';
import { calibrationSvg } from './calibration-svg.ts';
import { svgWords } from './svg-faults.ts';

const ROWS = [
  { run: 'image-1', p50Min: 100, p90Min: 130, actualMin: 120, inside: true },
  { run: 'image-2', p50Min: 100, p90Min: 130, actualMin: 160, inside: false },
  { run: 'image-3', p50Min: 100, p90Min: null, actualMin: null, inside: false },
];

describe('calibration: as SVG', () => {
  it('says k of n, with the interval, and what was promised', () => {
    expect(svgWords(calibrationSvg({ title: 'x', rows: ROWS, interval: { low: 0.0084, high: 0.9057 } }))).toContain(
      '1 of 3 inside P90 (33.3 %; 95 % interval 0.8 % to 90.5 %); 90 % is what P90 promises',
    );
    expect(svgWords(calibrationSvg({ title: 'x', rows: [] }))).toContain('no run to compare with');
  });

  it('19,999 of 20,000 is not 100 %, and runs that are not drawn are counted', () => {
    const rows = Array.from({ length: 2_000 }, (_, i) => ({ run: `r${i}`, p50Min: 1, p90Min: 2, actualMin: 1, inside: i > 0 }));
    expect(svgWords(calibrationSvg({ title: 'x', rows }))).toContain('1999 of 2000 inside P90 (99.9 %); 90 % is what P90 promises');
  });

  it('inside and outside differ in shape as well as in colour; what never came has no mark', () => {
    const svg = calibrationSvg({ title: 'x', rows: ROWS });
    const drawn = svg.slice(0, svg.indexOf('forecast, P50 to P90</text>'));
    expect([...drawn.matchAll(/<circle class="point"/g)]).toHaveLength(1);
    expect([...drawn.matchAll(/<path class="outside"/g)]).toHaveLength(1);
    expect(svgWords(svg)).toEqual(expect.arrayContaining(['1 h 40 min, open', 'never']));
  });
});
