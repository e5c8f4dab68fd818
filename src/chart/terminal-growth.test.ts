import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { terminalGrowth } from './terminal-growth.ts';

const time = fc.option(fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.double()), { nil: null });
const points = fc.array(fc.record({ nodes: fc.oneof(fc.integer({ min: 1, max: 100_000 }), fc.double()), t50Min: time, t95Min: time }), {
  maxLength: 12,
});

describe('terminal: growth', () => {
  it('a row a number of nodes, the bend marked once (80 columns)', () => {
    const rows = [1, 64, 1_024, 4_096].map((nodes) => ({ nodes, t50Min: 60 + nodes / 64, t95Min: nodes > 4_000 ? null : 62 + nodes / 32 }));
    expect(`\n${terminalGrowth({ points: rows, bendsAtNodes: 200, widthChars: 80 }).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      nodes    50 % back    95 % back
          1          1 h    1 h 2 min  █████████████████████▊
         64    1 h 1 min    1 h 4 min  ██████████████████████▌
      1,024   1 h 16 min   1 h 34 min  █████████████████████████████████  ◀ bends here
      4,096    2 h 4 min  not reached
      "
    `);
  });

  it('any growth in any width neither throws nor gets wider than told', () => {
    const sizes = fc.oneof(fc.integer({ min: -2, max: 140 }), fc.double());
    fc.assert(
      fc.property(points, fc.option(fc.integer(), { nil: null }), sizes, (list, bendsAtNodes, widthChars) => {
        for (const line of terminalGrowth({ points: list, bendsAtNodes, widthChars }))
          expect(line.length).toBeLessThanOrEqual(Math.max(0, widthChars) || 0);
      }),
    );
  });
});
