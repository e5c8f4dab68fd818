// The map below single cells: square tiles at fixed levels, built inside a time budget, mended cell by cell as states change.
import { GROUNDS, pixelOf } from './colours.ts';
import type { Layout } from './layout.ts';
import type { Paints } from './paint.ts';
import { GLYPH_PX, drawCell, smallPixels } from './sprites.ts';
import type { Dress } from './sprites.ts';

/** Device pixels. */
export const TILE_PX = 256;
/** Device pixels per node. Below 1 a tile is four tiles of the next level, averaged. */
export const LEVELS = [0.25, 0.5, 1, 2, 4, 8, 16] as const;
const LEVEL_ONE = 2;
/** A frame never builds longer than this, except its first tile. */
const BUDGET_MS = 6;
const TILES_MAX = 320;
/** More changed cells than this are cheaper to build anew than to mend. */
const MEND_MAX = 5000;

interface Tile {
  readonly canvas: OffscreenCanvas;
  readonly pen: OffscreenCanvasRenderingContext2D;
  /** Shown until it is built anew. */
  stale: boolean;
}

/** World rectangle seen, and where it goes: device pixels per node and the world point at the upper left. */
export interface Shot {
  readonly left: number;
  readonly top: number;
  /** Device pixels per node. */
  readonly scale: number;
  /** Device pixels. */
  readonly width: number;
  readonly height: number;
}

/** The level to show at a scale: the first that is not stretched much, so that averages and gaps stay even. */
export function levelFor(scale: number): number {
  const level = LEVELS.findIndex((pxPerNode) => pxPerNode >= scale * 0.8);
  return level < 0 ? LEVELS.length - 1 : level;
}

/** Copies a square of pixels into a tile's pixels, clipped at its edges. */
export function stamp(into: Uint32Array, x: number, y: number, pixels: Uint32Array, size: number): void {
  const from = Math.max(0, -x);
  const to = Math.min(size, TILE_PX - x);
  if (from >= to) return;
  for (let row = Math.max(0, -y); row < size && y + row < TILE_PX; row++) {
    into.set(pixels.subarray(row * size + from, row * size + to), (y + row) * TILE_PX + x + from);
  }
}

export class TileCache {
  private layout: Layout;
  private dress: Dress;
  private readonly paints: Paints;
  private readonly tiles = new Map<number, Tile>();
  private readonly stamps: Uint32Array<ArrayBuffer>[][] = LEVELS.map(() => []);
  private readonly scratch = new OffscreenCanvas(16, 16).getContext('2d', { willReadFrequently: true });
  private readonly image = new ImageData(TILE_PX, TILE_PX);
  private readonly words = new Uint32Array(this.image.data.buffer);

  constructor(layout: Layout, paints: Paints, dress: Dress) {
    this.layout = layout;
    this.paints = paints;
    this.dress = dress;
  }

  /** Another layout: nothing may be shown again. */
  relay(layout: Layout): void {
    this.layout = layout;
    this.tiles.clear();
  }

  /** Other colours: tiles of another theme or another meaning of fills are not shown again. */
  redress(dress: Dress): void {
    this.dress = dress;
    for (const stamps of this.stamps) stamps.length = 0;
    this.tiles.clear();
  }

  /** All cells may have changed: tiles are shown until they are built anew. */
  expire(): void {
    for (const tile of this.tiles.values()) tile.stale = true;
  }

  /** Mends the tiles that show these nodes. */
  mend(ids: readonly number[]): void {
    if (ids.length > MEND_MAX) {
      this.expire();
      return;
    }
    for (const id of ids) {
      const key = this.paints.key(id);
      for (let level = 0; level < LEVELS.length; level++) this.mendAt(level, id, key);
    }
  }

  get bytes(): number {
    return this.tiles.size * TILE_PX * TILE_PX * 4;
  }

  /**
   * Draws what is seen at its level, coarser tiles where it is not built yet, and builds within the budget.
   * Returns true while something is left to build.
   */
  draw(pen: CanvasRenderingContext2D, shot: Shot): boolean {
    const level = levelFor(shot.scale);
    const until = performance.now() + BUDGET_MS;
    const missing: { tx: number; ty: number; far: number }[] = [];
    const span = TILE_PX / LEVELS[level]!;
    const txTo = Math.floor(Math.min(this.layout.width, shot.left + shot.width / shot.scale) / span);
    const tyTo = Math.floor(Math.min(this.layout.height, shot.top + shot.height / shot.scale) / span);
    const midX = (shot.left + shot.width / shot.scale / 2) / span - 0.5;
    const midY = (shot.top + shot.height / shot.scale / 2) / span - 0.5;
    for (let ty = Math.max(0, Math.floor(shot.top / span)); ty <= tyTo; ty++) {
      for (let tx = Math.max(0, Math.floor(shot.left / span)); tx <= txTo; tx++) {
        const tile = this.tiles.get(keyOfTile(level, tx, ty));
        if (tile === undefined || tile.stale) missing.push({ tx, ty, far: Math.hypot(tx - midX, ty - midY) });
      }
    }
    missing.sort((a, b) => a.far - b.far);
    let built = 0;
    for (const { tx, ty } of missing) {
      if (built > 0 && performance.now() > until) break;
      this.build(level, tx, ty);
      built++;
    }
    pen.imageSmoothingEnabled = true;
    for (let ty = Math.max(0, Math.floor(shot.top / span)); ty <= tyTo; ty++) {
      for (let tx = Math.max(0, Math.floor(shot.left / span)); tx <= txTo; tx++) this.show(pen, shot, level, tx, ty);
    }
    this.trim();
    return built < missing.length || this.keepBase(until);
  }

  /** Draws one tile, or the part of a coarser one that covers it. */
  private show(pen: CanvasRenderingContext2D, shot: Shot, level: number, tx: number, ty: number): void {
    const span = TILE_PX / LEVELS[level]!;
    const x0 = Math.round((tx * span - shot.left) * shot.scale);
    const y0 = Math.round((ty * span - shot.top) * shot.scale);
    const x1 = Math.round(((tx + 1) * span - shot.left) * shot.scale);
    const y1 = Math.round(((ty + 1) * span - shot.top) * shot.scale);
    for (let from = level; from >= 0; from--) {
      const shift = level - from;
      const key = keyOfTile(from, tx >> shift, ty >> shift);
      const tile = this.tiles.get(key);
      if (tile === undefined) continue;
      this.tiles.delete(key);
      this.tiles.set(key, tile);
      const part = TILE_PX >> shift;
      const sx = (tx - ((tx >> shift) << shift)) * part;
      const sy = (ty - ((ty >> shift) << shift)) * part;
      pen.drawImage(tile.canvas, sx, sy, part, part, x0, y0, x1 - x0, y1 - y0);
      return;
    }
  }

  /** The coarse levels that cover the world with few tiles are always at hand, so that a fast zoom shows something. */
  private keepBase(until: number): boolean {
    const span = TILE_PX / LEVELS[LEVEL_ONE];
    const cols = Math.ceil(this.layout.width / span);
    const rows = Math.ceil(this.layout.height / span);
    if (cols * rows > TILES_MAX / 8) return false;
    for (let ty = 0; ty < rows; ty++) {
      for (let tx = 0; tx < cols; tx++) {
        if (this.tiles.has(keyOfTile(LEVEL_ONE, tx, ty))) continue;
        if (performance.now() > until) return true;
        this.build(LEVEL_ONE, tx, ty);
      }
    }
    return false;
  }

  private build(level: number, tx: number, ty: number): Tile {
    const key = keyOfTile(level, tx, ty);
    const tile = this.tiles.get(key) ?? newTile();
    if (level < LEVEL_ONE) this.average(tile, level, tx, ty);
    else {
      this.fillWords(level, tx, ty);
      tile.pen.putImageData(this.image, 0, 0);
    }
    tile.stale = false;
    this.tiles.delete(key);
    this.tiles.set(key, tile);
    return tile;
  }

  private average(tile: Tile, level: number, tx: number, ty: number): void {
    const half = TILE_PX / 2;
    const span = TILE_PX / LEVELS[level + 1]!;
    tile.pen.fillStyle = GROUNDS[this.dress.theme].ground;
    tile.pen.fillRect(0, 0, TILE_PX, TILE_PX);
    tile.pen.imageSmoothingQuality = 'medium';
    for (let part = 0; part < 4; part++) {
      const [cx, cy] = [tx * 2 + (part & 1), ty * 2 + (part >> 1)];
      if (cx * span >= this.layout.width || cy * span >= this.layout.height) continue;
      const known = this.tiles.get(keyOfTile(level + 1, cx, cy));
      const child = known === undefined || known.stale ? this.build(level + 1, cx, cy) : known;
      tile.pen.drawImage(child.canvas, (part & 1) * half, (part >> 1) * half, half, half);
    }
  }

  private fillWords(level: number, tx: number, ty: number): void {
    const scale = LEVELS[level]!;
    const { layout, words } = this;
    const ground = GROUNDS[this.dress.theme];
    words.fill(pixelOf(ground.ground));
    const left = tx * TILE_PX;
    const top = ty * TILE_PX;
    const box = [left / scale - 1, top / scale - 1, (left + TILE_PX) / scale + 1, (top + TILE_PX) / scale + 1] as const;
    const block = pixelOf(ground.block);
    const rackColour = pixelOf(ground.rack);
    for (const { x, y, w, h } of layout.blocks) fillRect(words, x * scale - left, y * scale - top, w * scale, h * scale, block);
    layout.racksIn(...box, (rack, x, y, { rackW, rackH }) => {
      const start = layout.rackStart[rack]!;
      const end = layout.rackStart[rack + 1]!;
      const edge = scale >= 4 ? 1 : 0;
      fillRect(words, x * scale - left - edge, y * scale - top - edge, rackW * scale + edge, rackH * scale + edge, rackColour);
      for (let place = start; place < end; place++) {
        const id = layout.order[place]!;
        const px = Math.round(layout.xs[id]! * scale) - left;
        const py = Math.round(layout.ys[id]! * scale) - top;
        if (px > -scale && py > -scale && px < TILE_PX && py < TILE_PX)
          stamp(words, px, py, this.stampOf(level, this.paints.key(id)), scale);
      }
    });
  }

  private mendAt(level: number, id: number, key: number): void {
    const scale = LEVELS[level]!;
    const px = Math.round(this.layout.xs[id]! * scale);
    const py = Math.round(this.layout.ys[id]! * scale);
    const size = Math.max(1, scale);
    for (let ty = Math.floor(py / TILE_PX); ty <= Math.floor((py + size - 1) / TILE_PX); ty++) {
      for (let tx = Math.floor(px / TILE_PX); tx <= Math.floor((px + size - 1) / TILE_PX); tx++) {
        const tile = this.tiles.get(keyOfTile(level, tx, ty));
        if (tile === undefined || tile.stale) continue;
        if (level < LEVEL_ONE) tile.stale = true;
        else
          tile.pen.putImageData(
            new ImageData(new Uint8ClampedArray(this.stampOf(level, key).buffer), size),
            px - tx * TILE_PX,
            py - ty * TILE_PX,
          );
      }
    }
  }

  private stampOf(level: number, key: number): Uint32Array<ArrayBuffer> {
    const stamps = this.stamps[level]!;
    return (stamps[key] ??= this.newStamp(LEVELS[level]!, key));
  }

  private newStamp(size: number, key: number): Uint32Array<ArrayBuffer> {
    if (size < GLYPH_PX || this.scratch === null) return smallPixels(this.dress, key, size);
    drawCell(this.scratch, { ...this.dress, gpus: 0 }, key, size);
    return new Uint32Array(this.scratch.getImageData(0, 0, size, size).data.buffer);
  }

  private trim(): void {
    if (this.tiles.size <= TILES_MAX) return;
    for (const key of this.tiles.keys()) {
      if (this.tiles.size <= TILES_MAX) return;
      if (levelOfKey(key) > LEVEL_ONE) this.tiles.delete(key);
    }
  }
}

const SIDE = 1 << 20;
const keyOfTile = (level: number, tx: number, ty: number): number => (level * SIDE + ty) * SIDE + tx;
const levelOfKey = (key: number): number => Math.floor(key / SIDE / SIDE);

function newTile(): Tile {
  const canvas = new OffscreenCanvas(TILE_PX, TILE_PX);
  const pen = canvas.getContext('2d', { alpha: false });
  if (pen === null) throw new Error('map: the browser gave no 2D canvas; reload the page');
  return { canvas, pen, stale: true };
}

function fillRect(into: Uint32Array, x: number, y: number, w: number, h: number, colour: number): void {
  const x0 = Math.max(0, Math.round(x));
  const x1 = Math.min(TILE_PX, Math.round(x + w));
  const y1 = Math.min(TILE_PX, Math.round(y + h));
  if (x0 >= x1) return;
  for (let row = Math.max(0, Math.round(y)); row < y1; row++) into.fill(colour, row * TILE_PX + x0, row * TILE_PX + x1);
}
