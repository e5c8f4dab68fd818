// Pointer, wheel and pinch on the map, told in its own pixels.
import { wheelFactor } from './viewport.ts';
import type { Point } from './viewport.ts';

export interface Gestures {
  pan(dx: number, dy: number): void;
  /** Zoom about a point. */
  zoom(x: number, y: number, factor: number): void;
  /** null: the pointer left. */
  hover(at: Point | null): void;
  /** `add`: with Ctrl or Meta. */
  click(at: Point, add: boolean): void;
  open(at: Point): void;
  /** A shape is being drawn with Shift held; `done` when the pointer is let go, with null when it was dropped. */
  lasso(points: readonly Point[] | null, done: boolean, add: boolean): void;
}

/** A press that moves less than this is a click. */
const CLICK_PX = 4;
/** A lasso keeps a point every so many pixels. */
const LASSO_PX = 4;

/** Listens on an element; returns the function that ends this. */
export function listen(element: HTMLElement, gestures: Gestures): () => void {
  const ended = new AbortController();
  const hand = new Hand(element, gestures);
  const on = <K extends keyof HTMLElementEventMap>(type: K, act: (event: HTMLElementEventMap[K]) => void): void =>
    element.addEventListener(type, act, { signal: ended.signal, passive: false });
  on('pointerdown', (event) => hand.down(event));
  on('pointermove', (event) => hand.move(event));
  on('pointerup', (event) => hand.up(event));
  on('pointercancel', (event) => hand.drop(event));
  on('pointerleave', () => gestures.hover(null));
  on('dblclick', (event) => gestures.open(hand.place(event)));
  on('wheel', (event) => {
    event.preventDefault();
    const at = hand.place(event);
    gestures.zoom(at.x, at.y, wheelFactor(event.deltaY, event.deltaMode));
  });
  return () => ended.abort();
}

class Hand {
  private readonly element: HTMLElement;
  private readonly gestures: Gestures;
  private readonly held = new Map<number, Point>();
  private start: Point | null = null;
  private moved = false;
  private lasso: Point[] | null = null;

  constructor(element: HTMLElement, gestures: Gestures) {
    this.element = element;
    this.gestures = gestures;
  }

  place(event: MouseEvent): Point {
    const box = this.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  down(event: PointerEvent): void {
    if (event.button !== 0) return;
    const at = this.place(event);
    this.element.setPointerCapture(event.pointerId);
    this.held.set(event.pointerId, at);
    if (this.held.size > 1) {
      this.lasso = null;
      this.gestures.lasso(null, true, false);
      this.moved = true;
      return;
    }
    this.start = at;
    this.moved = false;
    if (event.shiftKey) this.lasso = [at];
  }

  move(event: PointerEvent): void {
    const at = this.place(event);
    const before = this.held.get(event.pointerId);
    if (before === undefined) {
      this.gestures.hover(at);
      return;
    }
    if (this.start !== null && Math.hypot(at.x - this.start.x, at.y - this.start.y) >= CLICK_PX) this.moved = true;
    if (!this.moved) return;
    if (this.lasso !== null) this.draw(at, event);
    else if (this.held.size === 2) this.pinch(event.pointerId, before, at);
    else this.gestures.pan(at.x - before.x, at.y - before.y);
    this.held.set(event.pointerId, at);
  }

  up(event: PointerEvent): void {
    if (!this.held.delete(event.pointerId)) return;
    const add = event.ctrlKey || event.metaKey;
    if (this.lasso !== null) {
      if (this.moved) this.gestures.lasso(this.lasso, true, add);
      else this.gestures.click(this.place(event), true);
      this.lasso = null;
    } else if (!this.moved) this.gestures.click(this.place(event), add);
  }

  drop(event: PointerEvent): void {
    this.held.delete(event.pointerId);
    if (this.lasso !== null) this.gestures.lasso(null, true, false);
    this.lasso = null;
  }

  private draw(at: Point, event: PointerEvent): void {
    const last = this.lasso?.at(-1);
    if (this.lasso === null || last === undefined || Math.hypot(at.x - last.x, at.y - last.y) < LASSO_PX) return;
    this.lasso.push(at);
    this.gestures.lasso(this.lasso, false, event.ctrlKey || event.metaKey);
  }

  /** Two fingers: the middle pans, the distance zooms. */
  private pinch(moving: number, before: Point, at: Point): void {
    const other = [...this.held].find(([id]) => id !== moving)?.[1];
    if (other === undefined) return;
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    const now = Math.hypot(at.x - other.x, at.y - other.y);
    this.gestures.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
    if (was > 0 && now > 0) this.gestures.zoom((at.x + other.x) / 2, (at.y + other.y) / 2, now / was);
  }
}
