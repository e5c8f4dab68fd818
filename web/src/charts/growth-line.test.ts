import { expect, it } from 'vitest';
import { growthPicture } from './growth-line.ts';

const ROOM = { widthPx: 500, heightPx: 240 };

it('rises with the time, and stands level beside one node where it does not grow', () => {
  const flat = [1, 10, 100].map((nodes) => ({ nodes, t50Min: 30, t95Min: 30 }));
  const picture = growthPicture(flat, 30, null, ROOM);
  expect(picture.dots.map(({ y }) => y)).toEqual([picture.oneNodeY, picture.oneNodeY, picture.oneNodeY]);
  expect(picture.bendX).toBeNull();
  const grows = growthPicture([...flat, { nodes: 1000, t50Min: 40, t95Min: 90 }], 30, 100, ROOM);
  expect(grows.dots.at(-1)?.y).toBeLessThan(grows.oneNodeY ?? 0);
  expect(grows.bendX).toBe(grows.dots[2]?.x);
});

it('leaves out what has no time, and still stands where nothing has one', () => {
  const picture = growthPicture([{ nodes: 1, t50Min: null, t95Min: null }], null, null, ROOM);
  expect(picture).toMatchObject({ t95: '', t50: '', oneNodeY: null });
  expect(picture.xTicks.length).toBeGreaterThan(0);
});
