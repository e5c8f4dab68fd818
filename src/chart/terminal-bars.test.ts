import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { terminalBars } from './terminal-bars.ts';

const time = fc.option(fc.oneof(fc.double({ min: -500, max: 5_000, noNaN: true }), fc.double()), { nil: null });
const gain = fc.record({ diffMin: time, lowMin: time, highMin: time });
const rows = fc.array(fc.record({ label: fc.string({ unit: 'binary' }), gains: fc.array(gain, { maxLength: 3 }) }), { maxLength: 8 });

describe('terminal: bars', () => {
  it('a line a mark, the name once, bars as long as the gains (100 columns)', () => {
    const night = [
      {
        label: 'image-server: 200',
        gains: [
          { diffMin: 41, lowMin: 37, highMin: 45 },
          { diffMin: 36, lowMin: 32, highMin: 40 },
        ],
      },
      {
        label: 'hardware: 6 people',
        gains: [
          { diffMin: -0.5, lowMin: -2, highMin: 1 },
          { diffMin: 270, lowMin: 252, highMin: 288 },
        ],
      },
      { label: 'order', gains: [{ diffMin: null, lowMin: null, highMin: null }] },
    ];
    expect(`\n${terminalBars({ series: ['95 %', '99 %'], rows: night, widthChars: 100 }).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      image-server: 200   95 %       41 min (37 min to 45 min)            ████▉
                          99 %       36 min (32 min to 40 min)            ████▎
      hardware: 6 people  95 %        -30 s (-2 min to 1 min)
                          99 %   4 h 30 min (4 h 12 min to 4 h 48 min)    ████████████████████████████████
      order               95 %    no figure
                          99 %    no figure
      "
    `);
  });

  it('any bars in any width neither throw nor get wider than told, and move no cursor', () => {
    const sizes = fc.oneof(fc.integer({ min: -2, max: 140 }), fc.double());
    fc.assert(
      fc.property(rows, fc.array(fc.string({ maxLength: 6 }), { maxLength: 3 }), sizes, (list, series, widthChars) => {
        const lines = terminalBars({ series, rows: list, widthChars });
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(0, widthChars) || 0);
        expect(lines.join('')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it('says so when there is nothing to lift', () => {
    expect(terminalBars({ series: ['95 %'], rows: [], widthChars: 80 })).toEqual(['there is nothing to lift']);
  });
});
