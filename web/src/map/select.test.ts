import { describe, expect, it } from 'vitest';
import { layOut } from './layout.ts';
import { idsInside, idsOfBlock, nearest, neighbour, toggled } from './select.ts';

const nodes = 400;
const fleet = {
  names: Array.from({ length: nodes }, (_, id) => `n${id}`),
  groups: {
    cluster: { names: ['a', 'b'], of: Int32Array.from({ length: nodes }, (_, id) => (id < 100 ? 0 : 1)) },
    rack: { names: Array.from({ length: 100 }, (_, r) => `r${r}`), of: Int32Array.from({ length: nodes }, (_, id) => id >> 2) },
  },
  switches: [],
};
const layout = layOut(fleet, 'cluster', 1.8);

describe('idsInside', () => {
  it('is the nodes whose middle lies in the shape', () => {
    const everything = [
      { x: -1, y: -1 },
      { x: layout.width + 1, y: -1 },
      { x: layout.width + 1, y: layout.height + 1 },
      { x: -1, y: layout.height + 1 },
    ];
    expect(idsInside(layout, everything)).toHaveLength(nodes);
    const rack = layout.rectOf(8);
    const around = [
      { x: rack.x - 0.2, y: rack.y - 0.2 },
      { x: rack.x + 1.2, y: rack.y - 0.2 },
      { x: rack.x + 1.2, y: rack.y + 4.2 },
      { x: rack.x - 0.2, y: rack.y + 4.2 },
    ];
    expect([...idsInside(layout, around)]).toEqual([8, 9, 10, 11]);
  });

  it('leaves out what a bent shape leaves out', () => {
    const { x, y } = layout.rectOf(8);
    const triangle = [
      { x, y },
      { x: x + 1, y },
      { x: x + 0.5, y: y + 3 },
    ];
    expect([...idsInside(layout, triangle)]).toEqual([8, 9, 10]);
    expect(idsInside(layout, triangle.slice(0, 2))).toHaveLength(0);
  });
});

describe('choosing', () => {
  it('of a block is all of its nodes', () => {
    expect([...idsOfBlock(layout, layout.blocks[0]!)]).toEqual(Array.from({ length: 100 }, (_, id) => id));
  });

  it('adds, and takes out what is all in already', () => {
    expect([...toggled(Int32Array.of(1, 5), Int32Array.of(3, 5))]).toEqual([1, 3, 5]);
    expect([...toggled(Int32Array.of(1, 3, 5), Int32Array.of(3, 5))]).toEqual([1]);
  });
});

describe('neighbour', () => {
  it('goes down a rack, across the gap to the next, and stays at the edge', () => {
    expect(neighbour(layout, 8, 0, 1)).toBe(9);
    expect(neighbour(layout, 8, 1, 0)).toBe(12);
    expect(neighbour(layout, 12, -1, 0)).toBe(8);
    expect(neighbour(layout, 0, 0, -1)).toBe(0);
  });

  it('reaches the next cluster', () => {
    let id = 0;
    for (let step = 0; step < nodes && id < 100; step++) {
      const right = neighbour(layout, id, 1, 0);
      id = right === id ? neighbour(layout, id, 0, 1) : right;
    }
    expect(id).toBeGreaterThanOrEqual(100);
  });
});

describe('nearest', () => {
  it('is the node at the point, else one close by', () => {
    const { x, y } = layout.rectOf(9);
    expect(nearest(layout, x + 0.5, y + 0.5)).toBe(9);
    expect([8, 9, 10, 13, 5]).toContain(nearest(layout, x + 1.2, y + 0.5));
    expect(nearest(layout, -2, -2)).toBeGreaterThanOrEqual(0);
  });
});
