import { describe, expect, it } from 'vitest';
import { stepBars } from './phase-bars.ts';
import { inkOf } from './state-ink.ts';
import { thumbPath } from './thumb.ts';

describe('thumbPath', () => {
  it('fills its box and is empty while there is nothing', () => {
    expect(
      thumbPath(
        [
          [10, 0],
          [20, 5],
          [40, 10],
        ],
        10,
        80,
        20,
      ),
    ).toBe('M0 20H20V20H40V10H80V0H80');
    expect(thumbPath([], 10, 80, 20)).toBe('');
    expect(thumbPath([[10, 1]], 0, 80, 20)).toBe('');
  });
});

describe('stepBars', () => {
  it('keeps a short step in sight and leaves out what is not known', () => {
    const [long, short] = stepBars(
      [
        { step: 'a', plannedMedianMin: 100, medianMin: 81, p90Min: null },
        { step: 'b', plannedMedianMin: null, medianMin: 0, p90Min: 1 },
      ],
      200,
    );
    expect(long).toEqual({ step: 'a', planned: 200, actual: 180, p90: null });
    expect(short).toEqual({ step: 'b', planned: null, actual: 1, p90: 20 });
  });
});

describe('inkOf', () => {
  it('knows states, and phases by the words they are made of', () => {
    expect(inkOf('failed').sign).toBe('✕');
    expect(inkOf('host-os.activate').fill).toBe(inkOf('rebooting').fill);
    expect(inkOf('drain').fill).toBe(inkOf('draining').fill);
    expect(inkOf('undrain').fill).not.toBe('');
  });
});
