// The glyph of each state, drawn into a square. Colour never stands alone.
import type { Glyph } from './colours.ts';

type Pen = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Draws into the square with its middle at (x, y), `s` pixels wide, in the pen's colours. */
export function drawGlyph(pen: Pen, glyph: Glyph, x: number, y: number, s: number): void {
  pen.lineWidth = Math.max(1, s / 6);
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  const r = s / 2;
  pen.beginPath();
  SHAPES[glyph](pen, x, y, r);
}

function lines(pen: Pen, x: number, y: number, r: number, paths: readonly (readonly number[])[]): void {
  for (const path of paths) {
    for (let i = 0; i < path.length; i += 2) {
      const [px, py] = [x + path[i]! * r, y + path[i + 1]! * r];
      if (i === 0) pen.moveTo(px, py);
      else pen.lineTo(px, py);
    }
  }
  pen.stroke();
}

const SHAPES: { readonly [glyph in Glyph]: (pen: Pen, x: number, y: number, r: number) => void } = {
  none: () => undefined,
  question: (pen, x, y, r) => {
    pen.arc(x, y - r * 0.3, r * 0.5, Math.PI, Math.PI * 2.5);
    pen.lineTo(x, y + r * 0.4);
    pen.stroke();
    pen.fillRect(x - pen.lineWidth / 2, y + r * 0.75, pen.lineWidth, pen.lineWidth);
  },
  arrow: (pen, x, y, r) =>
    lines(pen, x, y, r, [
      [0, -0.8, 0, 0.8],
      [-0.6, 0.2, 0, 0.8, 0.6, 0.2],
    ]),
  half: (pen, x, y, r) => {
    pen.arc(x, y, r * 0.8, Math.PI / 2, -Math.PI / 2);
    pen.fill();
    pen.beginPath();
    pen.arc(x, y, r * 0.8, 0, Math.PI * 2);
    pen.stroke();
  },
  ring: (pen, x, y, r) => {
    pen.arc(x, y, r * 0.65, 0, Math.PI * 2);
    pen.stroke();
  },
  dots: (pen, x, y, r) => {
    for (const at of [-0.65, 0, 0.65]) {
      pen.moveTo(x + at * r, y);
      pen.arc(x + at * r, y, Math.max(0.6, r * 0.2), 0, Math.PI * 2);
    }
    pen.fill();
  },
  tick: (pen, x, y, r) => lines(pen, x, y, r, [[-0.75, 0.05, -0.2, 0.6, 0.75, -0.55]]),
  cross: (pen, x, y, r) =>
    lines(pen, x, y, r, [
      [-0.65, -0.65, 0.65, 0.65],
      [0.65, -0.65, -0.65, 0.65],
    ]),
  wrench: (pen, x, y, r) => {
    pen.arc(x + r * 0.35, y - r * 0.35, r * 0.42, Math.PI * 1.85, Math.PI * 1.15 + Math.PI * 2 - Math.PI * 0.5);
    pen.stroke();
    pen.beginPath();
    lines(pen, x, y, r, [[0.05, -0.05, -0.75, 0.75]]);
  },
  bar: (pen, x, y, r) => lines(pen, x, y, r, [[-0.6, 0, 0.6, 0]]),
};
