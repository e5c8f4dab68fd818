// Pictures of single cells at one size, made once per look and stamped many times.
import { CELLS, cellOf } from '../../../src/api/contract/cells.ts';
import { GROUNDS, LOOKS, inkOn, mix, pixelOf } from './colours.ts';
import type { Ground, Theme } from './colours.ts';
import { drawGlyph } from './glyphs.ts';
import { FLAG_DIMMED, FLAG_HELD, FLAG_HIGHLIGHTED, FLAG_SELECTED, codeOfKey, fillOfKey, flagsOfKey } from './paint.ts';

export interface Dress {
  readonly theme: Theme;
  /** Colour by fill index. */
  readonly fills: readonly string[];
  /** The glyph tells the state; in other colourings only failed, in repair and down keep theirs. */
  readonly byState: boolean;
  readonly gpus: number;
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
}

/** From this many device pixels a cell is drawn with edge and glyph, below as plain pixels. */
export const GLYPH_PX = 8;
/** CSS pixels from which a cell shows its GPUs, and their numbers. */
const GPUS_PX = 40;
const GPU_NUMBERS_PX = 120;
/** CSS pixels from which the upper part is left for the name. */
export const NAME_PX = 28;

const ALWAYS_GLYPH = new Set([CELLS.indexOf('failed'), CELLS.indexOf('in-repair'), CELLS.indexOf('down')]);

export function fillColour(dress: Dress, key: number): string {
  const ground = GROUNDS[dress.theme];
  const colour = dress.fills[fillOfKey(key)] ?? ground.rack;
  return (flagsOfKey(key) & FLAG_DIMMED) === 0 ? colour : mix(colour, ground.rack, 0.85);
}

/** Colour of the ring around the cell; null none. */
function ringColour(ground: Ground, flags: number): string | null {
  if ((flags & FLAG_SELECTED) !== 0) return ground.selected;
  if ((flags & FLAG_HIGHLIGHTED) !== 0) return ground.highlighted;
  return (flags & FLAG_HELD) !== 0 ? ground.held : null;
}

/** Pixels of a cell smaller than GLYPH_PX, `size` squared. From 4 pixels the right and lower ones are the gap, or the ring. */
export function smallPixels(dress: Dress, key: number, size: number): Uint32Array<ArrayBuffer> {
  const ground = GROUNDS[dress.theme];
  const ring = ringColour(ground, flagsOfKey(key));
  const fill = fillColour(dress, key);
  const pixels = new Uint32Array(size * size);
  if (size < 4) return pixels.fill(pixelOf(ring === null ? fill : mix(fill, ring, 0.5)));
  pixels.fill(pixelOf(ring ?? ground.rack));
  const from = ring === null ? 0 : 1;
  const core = pixelOf(fill);
  for (let y = from; y < size - 1; y++) pixels.fill(core, y * size + from, y * size + size - 1);
  return pixels;
}

/** Draws a cell of `size` device pixels at the origin of the pen, with edge, ring, glyph and GPUs as they fit. */
export function drawCell(pen: OffscreenCanvasRenderingContext2D, dress: Dress, key: number, size: number): void {
  const ground = GROUNDS[dress.theme];
  const flags = flagsOfKey(key);
  const dimmed = (flags & FLAG_DIMMED) !== 0;
  const look = LOOKS[cellOf(codeOfKey(key))];
  const fill = fillColour(dress, key);
  const css = size / dress.ratio;
  const gap = Math.max(1, Math.round(size / 16));
  const edge = size - gap;
  pen.fillStyle = ground.rack;
  pen.fillRect(0, 0, size, size);
  pen.fillStyle = fill;
  pen.fillRect(0, 0, edge, edge);
  const thickest = Math.round(3 * dress.ratio);
  const ink = dimmed ? ground.muted : inkOn(fill);
  const marked = codeOfKey(key) === CELLS.indexOf('failed') || codeOfKey(key) === CELLS.indexOf('in-repair');
  outline(pen, edge, Math.max(1, Math.round(dress.ratio)), mix(fill, ground.edge, dimmed ? 0.3 : 0.6));
  if (marked && !dimmed) outline(pen, edge, Math.min(Math.max(1, Math.round(size / 14)), thickest), ink);
  const ring = ringColour(ground, flags);
  if (ring !== null) {
    const chosen = (flags & FLAG_SELECTED) !== 0;
    const width = Math.min(Math.max(1, Math.round(size / 14)), thickest);
    // Chosen is a double line, so that it is not taken for the single one of a failed node.
    if (chosen && size >= 12) outline(pen, edge, width + Math.max(1, Math.round(dress.ratio)), ground.ground);
    outline(pen, edge, width, ring, !chosen && size >= 12 ? Math.min(size / 5, 6 * dress.ratio) : 0);
  }
  pen.fillStyle = ink;
  pen.strokeStyle = ink;
  if ((dress.byState || ALWAYS_GLYPH.has(codeOfKey(key))) && !(dimmed && css < NAME_PX)) {
    const at = glyphPlace(css, dress.gpus, edge);
    drawGlyph(pen, look.glyph, at.x, at.y, at.s);
  }
  if (css >= GPUS_PX && dress.gpus > 0) drawGpus(pen, dress, edge, fill, ink);
}

/** In the middle; below the name where there is one, and between name and GPUs where there are these. */
function glyphPlace(css: number, gpus: number, edge: number): { readonly x: number; readonly y: number; readonly s: number } {
  if (css < NAME_PX) return { x: edge / 2, y: edge / 2, s: edge * 0.6 };
  if (css < GPUS_PX || gpus === 0) return { x: edge / 2, y: edge * 0.66, s: edge * 0.42 };
  return { x: edge * 0.18, y: edge * 0.385, s: edge * 0.19 };
}

/** The GPUs of the node as small squares in two rows below its name. */
function drawGpus(pen: OffscreenCanvasRenderingContext2D, dress: Dress, edge: number, fill: string, ink: string): void {
  const rows = dress.gpus > 3 ? 2 : 1;
  const cols = Math.ceil(dress.gpus / rows);
  const inset = edge * 0.1;
  const pitch = Math.min((edge - 2 * inset) / cols, (edge * 0.5) / rows);
  const square = Math.floor(pitch * 0.78);
  const left = inset + (edge - 2 * inset - pitch * cols) / 2;
  const top = edge - inset - pitch * rows;
  const numbered = edge / dress.ratio >= GPU_NUMBERS_PX;
  pen.font = `${Math.round(square * 0.5)}px ui-monospace, monospace`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  for (let gpu = 0; gpu < dress.gpus; gpu++) {
    const x = Math.round(left + (gpu % cols) * pitch);
    const y = Math.round(top + Math.floor(gpu / cols) * pitch);
    pen.fillStyle = mix(fill, ink, 0.22);
    pen.fillRect(x, y, square, square);
    outlineAt(pen, x, y, square, 1, mix(fill, ink, 0.55));
    if (!numbered) continue;
    pen.fillStyle = ink;
    pen.fillText(String(gpu), x + square / 2, y + square / 2);
  }
}

function outline(pen: OffscreenCanvasRenderingContext2D, size: number, width: number, colour: string, dash = 0): void {
  pen.setLineDash(dash > 0 ? [dash, dash / 2] : []);
  outlineAt(pen, 0, 0, size, width, colour);
  pen.setLineDash([]);
}

function outlineAt(pen: OffscreenCanvasRenderingContext2D, x: number, y: number, size: number, width: number, colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.strokeRect(x + width / 2, y + width / 2, size - width, size - width);
}

/** Sprites of one size for drawing cells one by one; emptied when size or dress change. */
export class Sprites {
  private readonly byKey = new Map<number, OffscreenCanvas>();
  private size = 0;
  private dress: Dress | null = null;

  /** Starts a frame at this size, in device pixels. */
  use(dress: Dress, size: number): void {
    if (this.dress === dress && this.size === size) return;
    this.byKey.clear();
    this.dress = dress;
    this.size = size;
  }

  get(key: number): OffscreenCanvas {
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const canvas = new OffscreenCanvas(this.size, this.size);
    const pen = canvas.getContext('2d');
    if (pen !== null && this.dress !== null) drawCell(pen, this.dress, key, this.size);
    this.byKey.set(key, canvas);
    return canvas;
  }
}
