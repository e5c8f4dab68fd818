// Draws the fleet on a canvas, a frame only when something changed: tiles from afar, single cells from near, marks and labels over both.
import { GROUNDS, inkOn } from './colours.ts';
import type { Theme } from './colours.ts';
import { Labels, fitName, nameFont } from './labels.ts';
import type { Layout } from './layout.ts';
import type { CellStore, Changed, Colouring, MapFleet, Tally } from './model.ts';
import { FLAG_HIGHLIGHTED, FLAG_SELECTED, Paints, fillColours, isMarked } from './paint.ts';
import { NAME_PX, Sprites, fillColour } from './sprites.ts';
import type { Dress } from './sprites.ts';
import { TileCache } from './tiles.ts';
import type { Shot } from './tiles.ts';
import type { Size, View } from './viewport.ts';

/** Device pixels per node above which cells are drawn one by one, sharp at any size. */
const CELLS_FROM = 20;
/** Device pixels per node below which failed and in-repair cells are drawn again, larger than life. */
const MARKS_BELOW = 7;
const MARK_PX_MIN = 3;
/** Below this many CSS pixels per node marks are small and without outline, or a few broken nodes would hide the others. */
const OUTLINED_FROM = 1.5;

export interface Look {
  readonly theme: Theme;
  readonly colouring: Colouring;
  /** Index of the fill that is not dimmed; null all. */
  readonly only: number | null;
  readonly gpusPerNode: number;
}

export class FleetPainter {
  private readonly canvas: HTMLCanvasElement;
  private readonly pen: CanvasRenderingContext2D;
  private readonly fleet: MapFleet;
  private readonly store: CellStore;
  private readonly paints: Paints;
  private readonly tiles: TileCache;
  private readonly sprites = new Sprites();
  private readonly labels = new Labels();
  private readonly marked = new Set<number>();
  private readonly unsubscribe: () => void;
  private layout: Layout;
  private tally: Tally;
  private dress: Dress;
  private look: Look;
  private view: View = { x: 0, y: 0, zoom: 1 };
  private size: Size = { width: 1, height: 1 };
  private cursor = -1;
  private hover = -1;
  private asked = 0;
  private cells = new Uint8Array(0);

  constructor(canvas: HTMLCanvasElement, fleet: MapFleet, store: CellStore, layout: Layout, look: Look) {
    const pen = canvas.getContext('2d', { alpha: false });
    if (pen === null) throw new Error('map: the browser gave no 2D canvas; reload the page');
    this.canvas = canvas;
    this.pen = pen;
    this.fleet = fleet;
    this.store = store;
    this.layout = layout;
    this.look = look;
    this.paints = new Paints(store);
    this.dress = dressOf(look, devicePixelRatio);
    this.paints.recolour(look.colouring, look.only);
    this.tiles = new TileCache(layout, this.paints, this.dress);
    this.tally = store.tally(layout.outer);
    this.findMarked();
    this.unsubscribe = store.subscribe((changed) => this.changed(changed));
  }

  /** Ends listening and drawing. */
  end(): void {
    this.unsubscribe();
    this.tally.end();
    cancelAnimationFrame(this.asked);
  }

  /** Bytes held by tiles. */
  get tileBytes(): number {
    return this.tiles.bytes;
  }

  relay(layout: Layout): void {
    this.tally.end();
    this.layout = layout;
    this.tally = this.store.tally(layout.outer);
    this.tiles.relay(layout);
    this.ask();
  }

  relook(look: Look): void {
    this.look = look;
    this.dress = dressOf(look, devicePixelRatio);
    this.paints.recolour(look.colouring, look.only);
    this.tiles.redress(this.dress);
    this.ask();
  }

  /** The canvas gets the device's own pixels. Clears it, so the frame follows at once. */
  resize(size: Size): void {
    if (devicePixelRatio !== this.dress.ratio) this.relook(this.look);
    this.size = size;
    this.canvas.width = Math.max(1, Math.round(size.width * this.dress.ratio));
    this.canvas.height = Math.max(1, Math.round(size.height * this.dress.ratio));
    this.frame();
  }

  show(view: View): void {
    this.view = view;
    this.ask();
  }

  select(ids: Int32Array): void {
    this.tiles.mend(this.paints.mark(FLAG_SELECTED, ids));
    this.ask();
  }

  highlight(ids: Int32Array): void {
    this.tiles.mend(this.paints.mark(FLAG_HIGHLIGHTED, ids));
    this.ask();
  }

  /** The cell below the pointer and the one of the keyboard; -1 none. */
  point(hover: number, cursor: number): void {
    if (hover === this.hover && cursor === this.cursor) return;
    this.hover = hover;
    this.cursor = cursor;
    this.ask();
  }

  private changed(changed: Changed): void {
    if (changed === 'all') {
      this.findMarked();
      this.tiles.expire();
    } else {
      for (const id of changed) {
        if (isMarked(this.store.cells[id]!)) this.marked.add(id);
        else this.marked.delete(id);
      }
      this.tiles.mend(changed);
    }
    this.ask();
  }

  private findMarked(): void {
    this.marked.clear();
    this.store.cells.forEach((byte, id) => {
      if (isMarked(byte)) this.marked.add(id);
    });
  }

  private ask(): void {
    if (this.asked !== 0) return;
    this.asked = requestAnimationFrame(() => this.frame());
  }

  private frame(): void {
    cancelAnimationFrame(this.asked);
    this.asked = 0;
    const { pen, layout } = this;
    const shot = this.shot();
    const { theme } = this.look;
    pen.fillStyle = GROUNDS[theme].ground;
    pen.fillRect(0, 0, shot.width, shot.height);
    let unfinished = false;
    if (shot.scale > CELLS_FROM) this.drawCells(shot);
    else {
      unfinished = this.tiles.draw(pen, shot);
      if (shot.scale < MARKS_BELOW) this.drawMarks(shot);
    }
    this.drawFrames(shot);
    this.labels.racks(pen, layout, shot, theme, this.dress.ratio);
    this.labels.blocks(pen, layout, this.tally, shot, theme, this.dress.ratio);
    this.drawPointer(shot, this.cursor, 2);
    this.drawPointer(shot, this.hover, 1);
    if (unfinished) this.ask();
  }

  private shot(): Shot {
    const scale = this.view.zoom * this.dress.ratio;
    const { width, height } = this.canvas;
    return {
      left: this.view.x - this.size.width / 2 / this.view.zoom,
      top: this.view.y - this.size.height / 2 / this.view.zoom,
      scale,
      width,
      height,
    };
  }

  /** Cells one by one, with names as they fit. */
  private drawCells(shot: Shot): void {
    const { pen, layout, sprites, dress } = this;
    const size = Math.floor(shot.scale);
    sprites.use(dress, size);
    const right = shot.left + shot.width / shot.scale;
    const bottom = shot.top + shot.height / shot.scale;
    const named = shot.scale >= NAME_PX * dress.ratio ? nameFont(size, dress.ratio) : null;
    if (named !== null) pen.font = named.font;
    pen.textBaseline = 'top';
    pen.textAlign = 'left';
    const ground = GROUNDS[this.look.theme];
    const edge = Math.round(2 * dress.ratio);
    for (const block of layout.blocks) {
      const x = (block.x - shot.left) * shot.scale;
      const y = (block.y - shot.top) * shot.scale;
      const [w, h] = [block.w * shot.scale, block.h * shot.scale];
      if (x + w < 0 || y + h < 0 || x > shot.width || y > shot.height) continue;
      pen.fillStyle = ground.block;
      pen.fillRect(Math.max(-9, x), Math.max(-9, y), Math.min(w, shot.width + 18), Math.min(h, shot.height + 18));
    }
    layout.racksIn(shot.left, shot.top, right, bottom, (rack, rackX, rackY, block) => {
      const start = layout.rackStart[rack]!;
      const end = layout.rackStart[rack + 1]!;
      pen.fillStyle = ground.rack;
      pen.fillRect(
        Math.round((rackX - shot.left) * shot.scale) - edge,
        Math.round((rackY - shot.top) * shot.scale) - edge,
        Math.round(block.rackW * shot.scale) + edge,
        Math.round(block.rackH * shot.scale) + edge,
      );
      for (let place = start; place < end; place++) {
        const id = layout.order[place]!;
        const x = Math.round((layout.xs[id]! - shot.left) * shot.scale);
        const y = Math.round((layout.ys[id]! - shot.top) * shot.scale);
        if (x + size < 0 || y + size < 0 || x > shot.width || y > shot.height) continue;
        const key = this.paints.key(id);
        pen.drawImage(sprites.get(key), x, y);
        if (named === null) continue;
        pen.fillStyle = inkOn(fillColour(dress, key));
        pen.fillText(fitName(this.fleet.names[id] ?? '', named.chars), x + size * 0.07, y + size * 0.09);
      }
    });
  }

  /** Failed and in repair at least MARK_PX_MIN wide, with an outline where there is room; of several on the same spot one is drawn. */
  private drawMarks(shot: Shot): void {
    if (this.marked.size === 0) return;
    const { pen, layout, dress } = this;
    const outlined = shot.scale >= OUTLINED_FROM * dress.ratio;
    const core = outlined ? Math.max(MARK_PX_MIN * dress.ratio, Math.round(shot.scale) - 1) : Math.ceil(1.5 * dress.ratio);
    const spot = core + 1;
    const cols = Math.ceil(shot.width / spot) + 2;
    const wanted = cols * (Math.ceil(shot.height / spot) + 2);
    if (this.cells.length < wanted) this.cells = new Uint8Array(wanted);
    else this.cells.fill(0, 0, wanted);
    const seen: number[] = [];
    const shift = (shot.scale - core) / 2;
    for (const id of this.marked) {
      const x = Math.round((layout.xs[id]! - shot.left) * shot.scale + shift);
      const y = Math.round((layout.ys[id]! - shot.top) * shot.scale + shift);
      if (x < -core || y < -core || x > shot.width || y > shot.height) continue;
      const at = Math.floor(y / spot + 1) * cols + Math.floor(x / spot + 1);
      if (this.cells[at] !== 0) continue;
      this.cells[at] = 1;
      seen.push(x, y, id);
      if (!outlined) continue;
      pen.fillStyle = inkOn(fillColour(dress, this.paints.key(id)));
      pen.fillRect(x - 1, y - 1, core + 2, core + 2);
    }
    for (let i = 0; i < seen.length; i += 3) {
      pen.fillStyle = fillColour(dress, this.paints.key(seen[i + 2]!));
      pen.fillRect(seen[i]!, seen[i + 1]!, core, core);
    }
  }

  private drawFrames(shot: Shot): void {
    const { pen } = this;
    pen.strokeStyle = GROUNDS[this.look.theme].rule;
    pen.lineWidth = Math.max(1, Math.round(this.dress.ratio));
    pen.beginPath();
    for (const block of this.layout.blocks) {
      const x = Math.round((block.x - shot.left) * shot.scale) + 0.5;
      const y = Math.round((block.y - shot.top) * shot.scale) + 0.5;
      const w = Math.round(block.w * shot.scale);
      const h = Math.round(block.h * shot.scale);
      if (x + w >= 0 && y + h >= 0 && x <= shot.width && y <= shot.height) pen.rect(x, y, w, h);
    }
    pen.stroke();
  }

  private drawPointer(shot: Shot, id: number, width: number): void {
    if (id < 0) return;
    const { pen, layout, dress } = this;
    const size = Math.max(5 * dress.ratio, shot.scale);
    const x = (layout.xs[id]! + 0.5 - shot.left) * shot.scale - size / 2;
    const y = (layout.ys[id]! + 0.5 - shot.top) * shot.scale - size / 2;
    const ground = GROUNDS[this.look.theme];
    pen.lineWidth = (width + 2) * dress.ratio;
    pen.strokeStyle = ground.ground;
    pen.strokeRect(x - dress.ratio, y - dress.ratio, size + dress.ratio, size + dress.ratio);
    pen.lineWidth = width * dress.ratio;
    pen.strokeStyle = ground.text;
    pen.strokeRect(x - dress.ratio, y - dress.ratio, size + dress.ratio, size + dress.ratio);
  }
}

function dressOf(look: Look, ratio: number): Dress {
  return {
    theme: look.theme,
    fills: fillColours(look.colouring, look.theme),
    byState: look.colouring.kind === 'state',
    gpus: look.gpusPerNode,
    ratio,
  };
}
