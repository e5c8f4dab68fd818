import { describe, expect, it } from 'vitest';
import { curveSvg } from './curve-svg.ts';

describe('curve: as SVG', () => {
  it('shows title, counts, marks and when the shares were reached', () => {
    const back = Array.from({ length: 40 }, (_, i) => [20 + i, i + 1] as const);
    const svg = curveSvg({
      title: 'phx62 <lab>',
      points: back,
      total: 42,
      nowMin: 70,
      marks: [{ label: 'north star', min: 60 }],
      capacity: [
        [0, 42],
        [9, 0],
      ],
    });
    for (const words of [
      'phx62 &lt;lab&gt;',
      '40 of 42 returned (95.2 %) after 70.0 min',
      '40.0 min',
      '51.0 min',
      '59.0 min',
      'not reached',
      'north star',
    ])
      expect(svg).toContain(`>${words}<`);
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).toContain('class="capacity"');
  });

  it('a hundred thousand returns stay a small file', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => [i / 1_000, i + 1] as const);
    expect(curveSvg({ title: 'large', points: many, total: 100_000, nowMin: 100 }).length).toBeLessThan(150_000);
  });
});
