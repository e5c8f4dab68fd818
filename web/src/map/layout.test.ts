import { describe, expect, it } from 'vitest';
import { layOut, snapAspect } from './layout.ts';
import type { Groups, MapFleet } from './model.ts';

const cut = (nodes: number, size: number, letter: string): Groups => ({
  names: Array.from({ length: Math.ceil(nodes / size) }, (_, g) => `${letter}${g + 1}`),
  of: Int32Array.from({ length: nodes }, (_, id) => Math.floor(id / size)),
});

function fleetOf(nodes: number, clusterSize: number, rackSize: number): MapFleet {
  return {
    names: Array.from({ length: nodes }, (_, id) => `n${id}`),
    groups: { cluster: cut(nodes, clusterSize, 'c'), rack: cut(nodes, rackSize, 'r'), unit: cut(nodes, 32, 'u') },
    switches: [],
  };
}

describe('layOut', () => {
  for (const [nodes, clusterSize, rackSize] of [
    [1, 1, 1],
    [16, 16, 4],
    [1024, 500, 4],
    [2000, 700, 18],
    [5000, 41, 7],
  ] as const) {
    it(`gives each of ${nodes} nodes a place of its own that leads back to it`, () => {
      const layout = layOut(fleetOf(nodes, clusterSize, rackSize), 'cluster', 1.8);
      for (let id = 0; id < nodes; id++) {
        const { x, y } = layout.rectOf(id);
        expect(layout.idAt(x + 0.01, y + 0.01)).toBe(id);
        expect(layout.idAt(x + 0.99, y + 0.99)).toBe(id);
        expect(x >= 0 && y >= 0 && x + 1 <= layout.width && y + 1 <= layout.height).toBe(true);
      }
    });
  }

  it('keeps racks together, in blocks that do not overlap', () => {
    const fleet = fleetOf(4000, 700, 4);
    const layout = layOut(fleet, 'cluster', 1.8);
    for (let id = 0; id < 4000; id++) {
      const rect = layout.rectOf(id);
      expect(layout.blockAt(rect.x, rect.y)?.group).toBe(fleet.groups.cluster!.of[id]);
      if (id % 4 !== 0) expect(rect).toMatchObject({ x: layout.rectOf(id - 1).x, y: layout.rectOf(id - 1).y + 1 });
    }
    for (const a of layout.blocks) {
      for (const b of layout.blocks) {
        if (a !== b) expect(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y).toBe(true);
      }
    }
  });

  it('finds no node in gaps, labels and outside', () => {
    const layout = layOut(fleetOf(64, 64, 4), 'cluster', 1.8);
    const first = layout.rectOf(0);
    expect(layout.idAt(first.x - 0.1, first.y)).toBe(-1);
    expect(layout.idAt(first.x + 1.1, first.y)).toBe(-1);
    expect(layout.idAt(first.x, layout.blocks[0]!.y + 0.01)).toBe(-1);
    expect(layout.idAt(-5, -5)).toBe(-1);
    expect(layout.idAt(1e6, 1e6)).toBe(-1);
  });

  it('shows nodes in no group in a block of their own', () => {
    const fleet = fleetOf(40, 40, 4);
    const wave = { names: ['w1'], of: Int32Array.from({ length: 40 }, (_, id) => (id < 10 ? 0 : -1)) };
    const layout = layOut({ ...fleet, groups: { ...fleet.groups, wave } }, 'wave', 1.8);
    expect(layout.blocks.map(({ name, nodes }) => [name, nodes])).toEqual([
      ['w1', 10],
      ['in none', 30],
    ]);
    const at = layout.rectOf(39);
    expect(layout.idAt(at.x, at.y)).toBe(39);
  });

  it('gives a small block beside a large one the width of a label', () => {
    const fleet = fleetOf(20_000, 20_000, 4);
    const wave = { names: ['canary', 'rest'], of: Int32Array.from({ length: 20_000 }, (_, id) => (id < 64 ? 0 : 1)) };
    const [canary] = layOut({ ...fleet, groups: { ...fleet.groups, wave } }, 'wave', 1.8).blocks;
    expect(canary!.w).toBeGreaterThan(8);
    expect(canary!.w).toBeLessThan(30);
  });

  it('makes racks of its own where the fleet has none', () => {
    const layout = layOut({ names: Array.from({ length: 100 }, (_, id) => `n${id}`), groups: {}, switches: [] }, 'cluster', 1.8);
    expect(layout.blocks).toHaveLength(1);
    for (let id = 0; id < 100; id++) expect(layout.idAt(layout.xs[id]!, layout.ys[id]!)).toBe(id);
  });

  it('visits exactly the racks in a rectangle', () => {
    const layout = layOut(fleetOf(1000, 300, 4), 'cluster', 1.8);
    const seen = new Set<number>();
    layout.racksIn(0, 0, layout.width, layout.height, (rack) => seen.add(rack));
    expect(seen.size).toBe(layout.rackGroup.length);
    const one: number[] = [];
    const { x, y } = layout.rectOf(500);
    layout.racksIn(x + 0.4, y + 0.4, x + 0.6, y + 0.6, (rack) => one.push(rack));
    expect(one.map((rack) => layout.rackGroup[rack])).toEqual([125]);
  });

  it('has about the shape that is asked for', () => {
    for (const aspect of [0.5, 1, 1.8, 3.2]) {
      const layout = layOut(fleetOf(20_000, 3000, 4), 'cluster', aspect);
      expect(layout.width / layout.height / aspect).toBeGreaterThan(0.7);
      expect(layout.width / layout.height / aspect).toBeLessThan(1.4);
    }
  });

  it('lays 100,000 nodes out in many small blocks, each in a place of its own', () => {
    const fleet = fleetOf(100_000, 30, 4);
    const layout = layOut(fleet, 'cluster', 1.8);
    expect(layout.blocks).toHaveLength(3334);
    for (let id = 0; id < 100_000; id += 7) expect(layout.idAt(layout.xs[id]!, layout.ys[id]!)).toBe(id);
  });
});

describe('snapAspect', () => {
  it('is the same for windows of about the same shape', () => {
    expect(snapAspect(1280, 720)).toBe(snapAspect(1600, 900));
    expect(snapAspect(400, 800)).toBe(0.5);
  });
});
