// Words on the map: names of blocks with counts of what is broken, names of racks, and what fits on a node.
import { CELLS } from '../../../src/api/contract/cells.ts';
import { GROUNDS, LOOKS, inkOn } from './colours.ts';
import type { Theme } from './colours.ts';
import type { Block, Layout } from './layout.ts';
import type { Tally } from './model.ts';
import type { Shot } from './tiles.ts';

const FONT = 'system-ui, sans-serif';
const MONO = 'ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace';
/** From the right; the last is shown where there is room for one only. */
const BADGES = [
  { code: CELLS.indexOf('in-repair'), sign: '⚒' },
  { code: CELLS.indexOf('failed'), sign: '✕' },
] as const;
/** CSS pixels. */
const LABEL_PX = 12;
const BADGE_WIDTH_MIN = 16;
const STRIP_PX = 18;
const NAME_LEAST_PX = 30;
const RACK_NAME_PX = 9;

/** Draws labels with the pen's transform at device pixels; measures are kept, as measuring is slow. */
export class Labels {
  private readonly widths = new Map<string, number>();

  /** Name and counts of each block seen; the strip stays in sight while any of the block is. */
  blocks(pen: CanvasRenderingContext2D, layout: Layout, tally: Tally, shot: Shot, theme: Theme, ratio: number): void {
    pen.textBaseline = 'middle';
    pen.textAlign = 'left';
    pen.font = `600 ${LABEL_PX * ratio}px ${FONT}`;
    for (const block of layout.blocks) {
      const x0 = Math.max(0, (block.x - shot.left) * shot.scale);
      const x1 = Math.min(shot.width, (block.x + block.w - shot.left) * shot.scale);
      const y0 = (block.y - shot.top) * shot.scale;
      const y1 = Math.min(shot.height, (block.y + block.h - shot.top) * shot.scale);
      if (x1 - x0 < BADGE_WIDTH_MIN * ratio || y1 < STRIP_PX * ratio || y0 > shot.height) continue;
      this.strip(pen, block, tally, { x0, x1, y0, head: block.head * shot.scale }, theme, ratio);
    }
  }

  private strip(
    pen: CanvasRenderingContext2D,
    block: Block,
    tally: Tally,
    at: { readonly x0: number; readonly x1: number; readonly y0: number; readonly head: number },
    theme: Theme,
    ratio: number,
  ): void {
    const ground = GROUNDS[theme];
    const height = STRIP_PX * ratio;
    const stuck = at.y0 < 0;
    const y = stuck ? 0 : at.y0;
    if (stuck || at.head < height * 0.8) {
      pen.fillStyle = `${ground.block}d8`;
      pen.fillRect(at.x0 + ratio, y + ratio, at.x1 - at.x0 - 2 * ratio, height);
    }
    const middle = y + (stuck ? height : Math.max(height, Math.min(at.head, height * 1.4))) / 2 + ratio;
    const name = block.name === '' ? block.nodes.toLocaleString('en') : block.name;
    const right = this.badges(pen, block, tally, { ...at, middle, name: this.width(pen, name) }, theme, ratio);
    const room = right - at.x0 - 7 * ratio;
    const full = block.name === '' ? `${name} nodes` : `${name}  ${block.nodes.toLocaleString('en')}`;
    pen.fillStyle = ground.text;
    pen.fillText(this.width(pen, full) <= room ? full : this.shorten(pen, name, room), at.x0 + 5 * ratio, middle);
  }

  /** Counts of failed and in repair, as numbers where the name has room beside them, else as signs; returns where they begin. */
  private badges(
    pen: CanvasRenderingContext2D,
    block: Block,
    tally: Tally,
    at: { readonly x0: number; readonly x1: number; readonly middle: number; readonly name: number },
    theme: Theme,
    ratio: number,
  ): number {
    const badges = BADGES.flatMap(({ code, sign }) => {
      const count = tally.at(block.group, code);
      return count === 0 ? [] : [{ fill: LOOKS[CELLS[code]!][theme], sign, text: `${sign} ${count.toLocaleString('en')}` }];
    });
    const gap = 4 * ratio;
    const widthOf = (text: string): number => this.width(pen, text) + 2 * gap;
    const wanted = badges.reduce((sum, badge) => sum + widthOf(badge.text) + gap, 0);
    const numbered = wanted + at.name + 3 * gap <= at.x1 - at.x0;
    const signs = badges.reduce((sum, badge) => sum + widthOf(badge.sign) + gap, 0);
    let right = at.x1 - gap;
    for (const badge of !numbered && signs + Math.min(at.name, NAME_LEAST_PX * ratio) > at.x1 - at.x0 ? badges.slice(-1) : badges) {
      const text = numbered ? badge.text : badge.sign;
      const width = widthOf(text);
      pen.fillStyle = badge.fill;
      pen.beginPath();
      pen.roundRect(right - width, at.middle - 8 * ratio, width, 15 * ratio, gap);
      pen.fill();
      pen.fillStyle = inkOn(badge.fill);
      pen.fillText(text, right - width + gap, at.middle);
      right -= width + gap;
    }
    return right;
  }

  /** Names of racks in the gap above each, where the gap is high enough. */
  racks(pen: CanvasRenderingContext2D, layout: Layout, shot: Shot, theme: Theme, ratio: number): void {
    const { inner } = layout;
    const size = Math.min(11, (layout.rackGapY * shot.scale) / ratio - 1);
    if (inner === null || size < RACK_NAME_PX) return;
    pen.font = `${Math.floor(size) * ratio}px ${FONT}`;
    pen.textBaseline = 'bottom';
    pen.textAlign = 'left';
    pen.fillStyle = GROUNDS[theme].muted;
    layout.racksIn(
      shot.left,
      shot.top,
      shot.left + shot.width / shot.scale,
      shot.top + shot.height / shot.scale + 1,
      (rack, x, y, block) => {
        const group = layout.rackGroup[rack]!;
        if (group < 0) return;
        const room = block.rackW * shot.scale;
        // A name without its number says nothing, since all of them begin alike.
        const text = inner.names[group] ?? '';
        if (this.width(pen, text) <= room) pen.fillText(text, (x - shot.left) * shot.scale, (y - shot.top) * shot.scale - ratio / 2);
      },
    );
  }

  private shorten(pen: CanvasRenderingContext2D, text: string, room: number): string {
    if (this.width(pen, text) <= room) return text;
    const fits = Math.floor((text.length * room) / Math.max(1, this.width(pen, text))) - 1;
    return fits < 1 ? '' : `${text.slice(0, fits)}…`;
  }

  private width(pen: CanvasRenderingContext2D, text: string): number {
    const key = pen.font + text;
    let width = this.widths.get(key);
    if (width === undefined) {
      if (this.widths.size > 20_000) this.widths.clear();
      width = pen.measureText(text).width;
      this.widths.set(key, width);
    }
    return width;
  }
}

/** A node's name as it fits in so many characters: all of it, its last digits, or nothing. */
export function fitName(name: string, chars: number): string {
  if (name.length <= chars) return name;
  const digits = /\d+$/.exec(name)?.[0] ?? '';
  if (digits.length > 0 && digits.length <= chars) return digits;
  return chars >= 4 ? `…${name.slice(1 - chars)}` : '';
}

/** Font for names on nodes at this size of cell (device pixels), and how many characters fit. */
export function nameFont(cell: number, ratio: number): { readonly font: string; readonly chars: number; readonly px: number } {
  const px = Math.round(Math.min(13 * ratio, Math.max(9 * ratio, cell / 7)));
  return { font: `${px}px ${MONO}`, chars: Math.floor((cell * 0.86) / (px * 0.61)), px };
}
