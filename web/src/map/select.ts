// Choosing nodes: inside a drawn shape, one by one, and the neighbour in a direction.
import type { Layout } from './layout.ts';
import type { Point } from './viewport.ts';

/** Ids, sorted, of the nodes whose middle lies in the polygon (world units). */
export function idsInside(layout: Layout, polygon: readonly Point[]): Int32Array {
  if (polygon.length < 3) return new Int32Array(0);
  const xs = polygon.map((point) => point.x);
  const ys = polygon.map((point) => point.y);
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const ids: number[] = [];
  layout.racksIn(x0, y0, x1, y1, (rack) => {
    for (let place = layout.rackStart[rack]!; place < layout.rackStart[rack + 1]!; place++) {
      const id = layout.order[place]!;
      const x = layout.xs[id]! + 0.5;
      const y = layout.ys[id]! + 0.5;
      if (x >= x0 && x <= x1 && y >= y0 && y <= y1 && isInside(xs, ys, x, y)) ids.push(id);
    }
  });
  return Int32Array.from(ids).sort();
}

/** Ids, sorted, of a block's nodes. */
export function idsOfBlock(layout: Layout, block: { readonly firstRack: number; readonly racks: number }): Int32Array {
  const from = layout.rackStart[block.firstRack]!;
  const to = layout.rackStart[block.firstRack + block.racks]!;
  return Int32Array.from(layout.order.subarray(from, to)).sort();
}

/** The set with these added; where all of them are in it already, with these taken out. */
export function toggled(selected: Int32Array, ids: Int32Array): Int32Array {
  const set = new Set(selected);
  if (ids.every((id) => set.has(id))) for (const id of ids) set.delete(id);
  else for (const id of ids) set.add(id);
  return Int32Array.from(set).sort();
}

/** The next node in a direction (dx, dy of -1, 0, 1), across gaps and blocks; the same node at the edge of the world. */
export function neighbour(layout: Layout, id: number, dx: number, dy: number): number {
  const x = (layout.xs[id] ?? 0) + 0.5;
  const y = (layout.ys[id] ?? 0) + 0.5;
  const reach = Math.max(layout.width, layout.height);
  for (let step = 0.5; step < reach; step += 0.5) {
    const next = layout.idAt(x + dx * step, y + dy * step);
    if (next >= 0 && next !== id) return next;
  }
  return id;
}

/** The node at a point, or about the nearest to it; -1 in an empty fleet. */
export function nearest(layout: Layout, x: number, y: number): number {
  const at = layout.idAt(x, y);
  if (at >= 0) return at;
  const reach = Math.max(layout.width, layout.height);
  for (let step = 0.5; step < reach; step += 0.5) {
    for (const [dx, dy] of AROUND) {
      const id = layout.idAt(x + dx * step, y + dy * step);
      if (id >= 0) return id;
    }
  }
  return -1;
}

const AROUND = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
  [1, 1],
  [-1, 1],
  [-1, -1],
  [1, -1],
] as const;

function isInside(xs: readonly number[], ys: readonly number[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = xs.length - 1; i < xs.length; j = i++) {
    const crosses = ys[i]! > y !== ys[j]! > y;
    if (crosses && x < ((xs[j]! - xs[i]!) * (y - ys[i]!)) / (ys[j]! - ys[i]!) + xs[i]!) inside = !inside;
  }
  return inside;
}
