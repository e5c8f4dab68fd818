import { describe, expect, it } from 'vitest';
import { fanPicture, readFans, type FanSeries } from './fan.ts';

/** A straight rise: all back at `endMin`, ten minutes around it. */
function rise(label: string, endMin: number): FanSeries {
  const curve = Array.from({ length: 100 }, (_, i) => {
    const p50Min = ((i + 1) / 100) * endMin;
    return { share: i + 1, p10Min: p50Min - 10, p50Min, p90Min: p50Min + 10 };
  });
  return { label, curve };
}
const ROOM = { widthPx: 596, heightPx: 276 };

describe('fanPicture', () => {
  it('gives all series one axis that ends after the latest 95 %', () => {
    const both = fanPicture([rise('a', 100), rise('b', 200)], [], ROOM);
    expect(both.endMin).toBeGreaterThan(200);
    expect(both.endMin).toBeLessThan(280);
    expect(both.series.map(({ label }) => label)).toEqual(['a', 'b']);
    expect(both.series[0]?.dots.map(({ percent }) => percent)).toEqual([50, 75, 95, 99]);
  });

  it('places a minute and reads it back', () => {
    const picture = fanPicture([rise('a', 100)], [], ROOM);
    expect(picture.minAt(picture.x(50))).toBeCloseTo(50, 0);
    expect(picture.minAt(-1000)).toBe(0);
  });

  it('draws nothing for a curve that never rises, and leaves out goals beyond the picture', () => {
    const never: FanSeries = { label: 'never', curve: [{ share: 50, p10Min: null, p50Min: null, p90Min: null }] };
    const picture = fanPicture([never, rise('a', 100)], [{ words: 'far', kind: 'window', min: 100_000 }], ROOM);
    expect(picture.series[0]).toMatchObject({ fan: '', median: '', dots: [] });
    expect(picture.goals).toEqual([]);
  });

  it('puts words of goals that are close into different rows', () => {
    const goals = [
      { words: 'one node', kind: 'one', min: 40 },
      { words: 'north star', kind: 'goal', min: 42 },
    ] as const;
    expect(fanPicture([rise('a', 100)], goals, ROOM).goals.map(({ row }) => row)).toEqual([0, 1]);
    const late = [...goals, { words: 'window ends', kind: 'window', min: 110 }] as const;
    const placed = fanPicture([rise('a', 100)], late, { ...ROOM, widthPx: 400 }).goals;
    expect(placed.map(({ row, left }) => [row, left])).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ]);
  });
});

describe('readFans', () => {
  it('says per series what is back late, in the middle and soon', () => {
    expect(readFans([rise('a', 100)], 50)).toEqual([{ label: 'a', late: 40, mid: 50, soon: 60 }]);
  });
});
