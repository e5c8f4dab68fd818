// Blocks of racks on shelves: tries numbers of shelves and keeps the arrangement that shows nodes largest in the map's shape.
import { FIT_ZOOM_MAX } from './viewport.ts';

export interface Shelved {
  readonly racks: number;
  /** Room that a rack takes with its gaps. */
  readonly slotW: number;
  readonly slotH: number;
}

export interface Frame {
  /** Width over height. */
  readonly aspect: number;
  readonly pad: number;
  readonly rackGapX: number;
}

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly cols: number;
}

export interface Shelves {
  readonly width: number;
  readonly height: number;
  /** Height of each block's label strip. */
  readonly head: number;
  readonly spots: readonly Spot[];
  /** Upper edge by shelf, and the index of its first block. */
  readonly shelfYs: readonly number[];
  readonly shelfFirst: readonly number[];
}

/** The map is taken to be this many CSS pixels when room for labels is set apart. */
const REFERENCE_PX2 = 900_000;
const HEAD_PX = 20;
const BLOCK_GAP_PX = 10;
const LABEL_WIDTH_PX = 100;
const TILED_ZOOM_MAX = 40;
/** Up to here every number of shelves is tried, above only those about as many as equal blocks would need. */
const BLOCKS_FEW = 48;
const COUNTS_TRIED = 10;
const WIDTH_FACTORS = [0.8, 0.9, 0.96, 1, 1.04, 1.1, 1.2];
const WIDTH_FACTORS_FEW = [0.9, 1, 1.1];

export function shelve(blocks: readonly Shelved[], frame: Frame): Shelves {
  const area = blocks.reduce((sum, block) => sum + block.racks * block.slotW * block.slotH, 0);
  const zoom = Math.min(FIT_ZOOM_MAX, Math.sqrt(REFERENCE_PX2 / Math.max(1, area)) * 0.9);
  const step = zoom > TILED_ZOOM_MAX ? 0.125 : 0.5;
  const strip = { head: roundUp(HEAD_PX / zoom, step), gap: roundUp(BLOCK_GAP_PX / zoom, step), least: LABEL_WIDTH_PX / zoom };
  const width = Math.sqrt(area * frame.aspect);
  const factors = blocks.length <= BLOCKS_FEW ? WIDTH_FACTORS : WIDTH_FACTORS_FEW;
  let best: Shelves | null = null;
  let bestSize = 0;
  for (const count of shelfCounts(blocks.length, frame.aspect)) {
    const firsts = share(blocks, area / count);
    for (const factor of factors) {
      const tried = place(blocks, firsts, width * factor, frame, strip);
      const size = Math.min(frame.aspect / tried.width, 1 / tried.height);
      if (size > bestSize) {
        best = tried;
        bestSize = size;
      }
    }
  }
  return best ?? { width: 1, height: 1, head: strip.head, spots: [], shelfYs: [], shelfFirst: [] };
}

function shelfCounts(blocks: number, aspect: number): readonly number[] {
  if (blocks <= BLOCKS_FEW) return Array.from({ length: Math.max(1, blocks) }, (_, i) => i + 1);
  const equal = Math.sqrt(blocks / aspect);
  return Array.from({ length: COUNTS_TRIED }, (_, i) => Math.max(1, Math.round(equal * (0.6 + i * 0.1))));
}

/** First block of each shelf, so that each holds about the same area. */
function share(blocks: readonly Shelved[], areaMax: number): number[] {
  const firsts = [0];
  let held = 0;
  blocks.forEach((block, b) => {
    const area = block.racks * block.slotW * block.slotH;
    if (held > 0 && held + area / 2 > areaMax) {
      firsts.push(b);
      held = 0;
    }
    held += area;
  });
  return firsts;
}

function place(
  blocks: readonly Shelved[],
  firsts: readonly number[],
  width: number,
  frame: Frame,
  strip: { readonly head: number; readonly gap: number; readonly least: number },
): Shelves {
  const spots: Spot[] = [];
  const shelfYs: number[] = [];
  let y = 0;
  let widest = 0;
  firsts.forEach((first, shelf) => {
    const on = blocks.slice(first, firsts[shelf + 1] ?? blocks.length);
    const area = on.reduce((sum, block) => sum + block.racks * block.slotW * block.slotH, 0);
    const room = Math.max(1, width - (on.length - 1) * strip.gap - on.length * 2 * frame.pad);
    const inner = area / room;
    let x = 0;
    let tallest = 0;
    for (const block of on) {
      const rows = Math.max(1, Math.round(inner / block.slotH));
      // A small block is made as wide as its label, not a sliver as high as its neighbours.
      const cols = Math.min(block.racks, Math.max(1, Math.ceil(block.racks / rows), Math.ceil(strip.least / block.slotW)));
      const w = cols * block.slotW - frame.rackGapX + 2 * frame.pad;
      const h = strip.head + Math.ceil(block.racks / cols) * block.slotH + frame.pad;
      spots.push({ x, y, w, h, cols });
      x += w + strip.gap;
      tallest = Math.max(tallest, h);
    }
    widest = Math.max(widest, x - strip.gap);
    shelfYs.push(y);
    y += tallest + strip.gap;
  });
  return { width: Math.max(1, widest), height: Math.max(1, y - strip.gap), head: strip.head, spots, shelfYs, shelfFirst: firsts };
}

/** In large fleets to half a node, so that cells fall on whole pixels of the tiles. */
function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
