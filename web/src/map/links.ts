// The links of one chosen switch as lines over the map. Never those of all: 100,000 lines say nothing.
import type { Layout } from './layout.ts';
import { toScreen } from './viewport.ts';
import type { Point, Size, View } from './viewport.ts';

export interface SwitchLinks {
  readonly switch: string;
  readonly nodes: Int32Array;
}

export interface DrawnLinks {
  /** Where the switch's label stands, in CSS pixels of the map. */
  readonly at: Point;
  /** SVG path of all lines. */
  readonly path: string;
  /** How many lines: one a node, or one a rack where there are many nodes. */
  readonly lines: number;
}

const LINES_MAX = 300;
const LABEL_ABOVE_PX = 46;
const MARGIN_PX = 40;

/** The label stands above the middle of its nodes, always in sight. */
export function drawLinks(layout: Layout, view: View, size: Size, nodes: Int32Array): DrawnLinks | null {
  if (nodes.length === 0) return null;
  const ends = nodes.length <= LINES_MAX ? [...nodes] : onePerRack(layout, nodes);
  const points = ends.map((id) => toScreen(view, size, (layout.xs[id] ?? 0) + 0.5, (layout.ys[id] ?? 0) + 0.5));
  const x = points.reduce((sum, point) => sum + point.x, 0) / points.length;
  const y = points.reduce((least, point) => Math.min(least, point.y), Number.POSITIVE_INFINITY) - LABEL_ABOVE_PX;
  const at = {
    x: Math.min(size.width - MARGIN_PX * 2, Math.max(MARGIN_PX * 2, x)),
    y: Math.min(size.height - MARGIN_PX, Math.max(MARGIN_PX, y)),
  };
  const path = points.map((end) => `M${at.x.toFixed(1)} ${at.y.toFixed(1)}L${end.x.toFixed(1)} ${end.y.toFixed(1)}`).join('');
  return { at, path, lines: points.length };
}

function onePerRack(layout: Layout, nodes: Int32Array): number[] {
  const byPlace = new Map<string, number>();
  for (const id of nodes) {
    const group = layout.inner?.of[id] ?? -1;
    const key = group < 0 ? `node ${id}` : String(group);
    if (!byPlace.has(key)) byPlace.set(key, id);
  }
  return [...byPlace.values()];
}
