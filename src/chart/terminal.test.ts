import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { terminalBar, terminalCurve } from './terminal.ts';

const ESCAPE = String.fromCodePoint(27);
const withoutColor = (text: string): string => text.replaceAll(new RegExp(`${ESCAPE}\\[[0-9;]*m`, 'g'), '');

const sizes = fc.oneof(fc.integer({ min: -2, max: 140 }), fc.double());
const point = fc.tuple(fc.double(), fc.double());
const risingPoint = fc.tuple(fc.double({ min: 0, max: 300, noNaN: true }), fc.integer({ min: 0, max: 1_024 }));
const curves = fc.record(
  {
    points: fc.oneof(fc.array(risingPoint), fc.array(point)),
    total: fc.oneof(fc.integer({ min: 0, max: 1_024 }), fc.double()),
    widthChars: sizes,
    heightChars: sizes,
    nowMin: fc.oneof(fc.double({ min: 0, max: 300, noNaN: true }), fc.double()),
    marks: fc.array(fc.record({ label: fc.string(), min: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.double()) }), { maxLength: 4 }),
    unit: fc.string(),
  },
  { requiredKeys: ['points', 'total', 'widthChars', 'heightChars', 'nowMin'] },
);

describe('terminal: return curve', () => {
  it('steps, lines at the shares, axis and marks (80 columns)', () => {
    const points = Array.from({ length: 39 }, (_, i) => [20 + i / 2, i + 1] as const);
    const lines = terminalCurve({
      points,
      total: 40,
      widthChars: 80,
      heightChars: 12,
      nowMin: 50,
      unit: 'back',
      marks: [{ label: 'north star', min: 60 }],
    });
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "
        40 ┬▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  100 %  not reached
        38 ┤┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄▁▄▆▆▆▆▆▆▆▆▆▆▆┄┄┄┄┄┄┄┄   95 %  38.5 min
        30 ┤┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄▃▆█████████████┄┄┄┄┄┄┄┄   75 %  34.5 min
           │                             ▃▆███████████████
        20 ┤┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄▁▄██████████████████┄┄┄┄┄┄┄┄   50 %  29.5 min
           │                        ▁▄████████████████████
           │                      ▃▆██████████████████████
           │                    ▃▆████████████████████████
           │                 ▁▄███████████████████████████
         0 └┬────────┬────────┬────────┬────────┬────────┬───────┬
      back  0       10       20       30       40       50      60  minutes
                                                      north star ▲
      "
    `);
  });

  it('any data in any size neither throws nor gets wider or taller than told', () => {
    fc.assert(
      fc.property(curves, (curve) => {
        const lines = terminalCurve(curve);
        expect(lines.length).toBeLessThanOrEqual(Math.max(0, curve.heightChars) || 0);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(curve.widthChars);
      }),
    );
  });

  it('only the whole baseline fills the top row (999 of 1,000)', () => {
    const top = (count: number): string =>
      terminalCurve({ points: [[1, count]], total: 1_000, widthChars: 40, heightChars: 2, nowMin: 2 })[0] ?? '';
    expect(top(1_000)).toContain('█');
    expect(top(999)).not.toContain('█');
    expect(top(999)).toContain('▇');
  });

  it('one target back of many (100,000) is already seen', () => {
    expect(terminalCurve({ points: [[1, 1]], total: 100_000, widthChars: 40, heightChars: 2, nowMin: 2 })[1]).toContain('▁');
  });

  it('beyond now the curve is not drawn on', () => {
    const lines = terminalCurve({
      points: [[0, 4]],
      total: 4,
      widthChars: 12,
      heightChars: 1,
      nowMin: 5,
      marks: [{ label: 'end', min: 10 }],
    });
    expect(lines).toEqual(['███████┄┄┄┄┄']);
  });

  it('says so when there is nothing to return (empty baseline)', () => {
    expect(terminalCurve({ points: [], total: 0, widthChars: 80, heightChars: 8, nowMin: 0 })).toEqual([
      'nothing to return: the baseline is empty',
    ]);
  });
});

describe('terminal: bar', () => {
  const parts = [
    { label: 'returned', count: 1_000 },
    { label: 'straggling', count: 1 },
    { label: 'draining', count: 20 },
    { label: 'in-service', count: 3 },
  ];

  it('node states come in the order of the happy path, few are still seen, counts are in the legend', () => {
    expect(terminalBar({ parts, widthChars: 72, color: false })).toBe(
      [`·░${'█'.repeat(69)}!`, '· in-service 3  ░ draining 20  █ returned 1,000  ! straggling 1'].join('\n'),
    );
  });

  it('colour adds codes and changes no width', () => {
    const painted = terminalBar({ parts, widthChars: 72, color: true });
    expect(painted).toContain(`${ESCAPE}[38;5;36m`);
    expect(withoutColor(painted).split('\n')[0]).toBe('█'.repeat(72));
  });

  it('any parts in any width neither throw nor get wider than told; without colour there are no codes', () => {
    const labels = fc.oneof(fc.constantFrom('returned', 'draining', 'failed'), fc.string());
    const any = fc.record({
      parts: fc.array(fc.record({ label: labels, count: fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.double()) }), { maxLength: 20 }),
      widthChars: sizes,
      color: fc.boolean(),
    });
    fc.assert(
      fc.property(any, (bar) => {
        const text = terminalBar(bar);
        for (const line of withoutColor(text).split('\n')) expect(line.length).toBeLessThanOrEqual(Math.max(0, bar.widthChars) || 0);
        if (!bar.color) expect(text).not.toContain(ESCAPE);
      }),
    );
  });

  it('the bar fills its width exactly, whatever the counts', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 200 }), (list, widthChars) => {
        const bar = terminalBar({ parts: list.map((count, i) => ({ label: `s${i}`, count })), widthChars, color: false }).split('\n')[0];
        expect(bar).toHaveLength(widthChars);
      }),
    );
  });

  it('nothing to show is said', () => {
    expect(terminalBar({ parts: [{ label: 'returned', count: 0 }], widthChars: 40, color: true })).toBe('nothing to show');
  });
});
