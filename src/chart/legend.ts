// The legend below a drawing: a sample of each line, area or dot with its words, in as few rows as they fit.
import { circleOf, LINE_PX, pathOf, rectOf, textAt, toPx, widthPxOf } from './svg.ts';

export interface LegendItem {
  readonly shape: 'line' | 'box' | 'dot' | 'diamond';
  /** The class that the thing itself has. */
  readonly kind: string;
  readonly words: string;
}

const SAMPLE_PX = 22;
const GAP_PX = 6;
const BETWEEN_PX = 20;
const ROW_PX = LINE_PX + 4;

/** The drawn rows and how high they are. `y` is the base line of the first. */
export function legendOf(
  items: readonly LegendItem[],
  x: number,
  y: number,
  widthPx: number,
): { readonly lines: string[]; readonly heightPx: number } {
  const lines: string[] = [];
  let [left, row] = [0, 0];
  for (const item of items) {
    const takesPx = SAMPLE_PX + GAP_PX + widthPxOf(item.words);
    if (left > 0 && left + takesPx > widthPx) [left, row] = [0, row + 1];
    const base = y + row * ROW_PX;
    lines.push(sample(item, x + left, base - 4), textAt(x + left + SAMPLE_PX + GAP_PX, base, item.words));
    left += takesPx + BETWEEN_PX;
  }
  return { lines, heightPx: items.length === 0 ? 0 : (row + 1) * ROW_PX };
}

export function diamondOf(kind: string, x: number, y: number, radiusPx: number): string {
  return pathOf(kind, `M${toPx(x)} ${toPx(y - radiusPx)}l${radiusPx} ${radiusPx}l-${radiusPx} ${radiusPx}l-${radiusPx} -${radiusPx}Z`);
}

function sample({ shape, kind }: LegendItem, x: number, y: number): string {
  if (shape === 'line') return pathOf(kind, `M${toPx(x)} ${toPx(y)}h${SAMPLE_PX}`);
  if (shape === 'box') return rectOf(kind, x, y - 5, SAMPLE_PX, 10);
  if (shape === 'dot') return circleOf(kind, x + SAMPLE_PX / 2, y, 4.5);
  return diamondOf(kind, x + SAMPLE_PX / 2, y, 5);
}
