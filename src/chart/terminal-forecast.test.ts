import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toAscii } from './cells.ts';
import { terminalForecast, type TerminalForecast } from './terminal-forecast.ts';

const CURVE = Array.from({ length: 100 }, (_, i) => ({
  share: i + 1,
  p10Min: 50 + i / 2,
  p50Min: 60 + i,
  p90Min: i < 97 ? 80 + 1.2 * i : null,
}));
const NIGHT: TerminalForecast = {
  curve: CURVE,
  milestones: {
    '50': { p50Min: 109, p90Min: 138.8 },
    '75': { p50Min: 134, p90Min: 168.8 },
    '95': { p50Min: 154, p90Min: 192.8 },
    '99': { p50Min: 158, p90Min: null },
  },
  marks: [{ label: 'north star', min: 120 }],
  widthChars: 80,
  heightChars: 12,
};
const time = fc.option(fc.oneof(fc.double({ min: 0, max: 2_000, noNaN: true }), fc.double()), { nil: null });
const mark = fc.record({ p50Min: time, p90Min: time });
const sizes = fc.oneof(fc.integer({ min: -2, max: 140 }), fc.double());
const forecasts = fc.record(
  {
    curve: fc.array(
      fc.record({ share: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.double()), p10Min: time, p50Min: time, p90Min: time }),
      { maxLength: 40 },
    ),
    milestones: fc.record({ '50': mark, '75': mark, '95': mark, '99': mark }, { requiredKeys: [] }),
    marks: fc.array(fc.record({ label: fc.string({ unit: 'binary' }), min: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.double()) }), {
      maxLength: 4,
    }),
    widthChars: sizes,
    heightChars: sizes,
  },
  { requiredKeys: ['curve', 'milestones', 'widthChars', 'heightChars'] },
);

describe('terminal: forecast', () => {
  it('bands, lines at the shares, the times beside them (80 columns)', () => {
    expect(`\n${terminalForecast(NIGHT).join('\n')}\n`).toMatchInlineSnapshot(`
      "
       95 % ┤┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄░░░░░░░░░░░▒▒▒▒▒▒▒▒███  back          P50          P90
       75 % ┤┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄░░░░░░░░░▒▒▒▒▒▒▒████████  99 %   2 h 38 min  not reached
            │                ░░░░░░░░░▒▒▒▒▒▒▒█████████  95 %   2 h 34 min   3 h 13 min
       50 % ┤┄┄┄┄┄┄┄┄┄┄┄┄┄┄░░░░░░░▒▒▒▒▒▒██████████████  75 %   2 h 14 min   2 h 49 min
            │              ░░░░░░▒▒▒▒▒▒███████████████  50 %   1 h 49 min   2 h 19 min
            │             ░░░░░▒▒▒▒▒██████████████████
            │           ░░░░▒▒▒▒▒█████████████████████
            │          ░░░▒▒▒▒████████████████████████
            └┬───────────┬───────────┬───────────┬────
             0           1           2           3      hours
                                     ▲ north star
             █ 9 of 10 scenarios  ▒ 5 of 10  ░ 1 of 10
      "
    `);
  });

  it('in ASCII every character stays one', () => {
    const lines = terminalForecast(NIGHT);
    expect(lines.map(toAscii).map((line) => line.length)).toEqual(lines.map((line) => line.length));
    expect(lines.map(toAscii).join('')).toMatch(/^[ -~]*$/);
  });

  it('any forecast in any size neither throws nor gets larger than told, and moves no cursor', () => {
    fc.assert(
      fc.property(forecasts, (forecast) => {
        const lines = terminalForecast(forecast);
        expect(lines.length).toBeLessThanOrEqual(Math.max(0, forecast.heightChars) || 0);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(0, forecast.widthChars) || 0);
        expect(lines.join('')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });

  it('says so when nothing comes back', () => {
    expect(terminalForecast({ ...NIGHT, curve: [] })).toEqual(['nothing is back within the horizon']);
  });
});
