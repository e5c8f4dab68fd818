// What part of the map is seen: pan, zoom about a point, fit, keys. Pure, so that a page can keep a view in its URL.

/** The world point in the middle of the map, and CSS pixels per node. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const ZOOM_MAX = 200;
/** A small fleet does not fill the map with a few giant nodes. */
export const FIT_ZOOM_MAX = 96;
const FIT_MARGIN_PX = 8;
const KEY_ZOOM = 1.4;
const KEY_PAN_PX = 80;

export function toWorld(view: View, size: Size, x: number, y: number): Point {
  return { x: view.x + (x - size.width / 2) / view.zoom, y: view.y + (y - size.height / 2) / view.zoom };
}

export function toScreen(view: View, size: Size, x: number, y: number): Point {
  return { x: (x - view.x) * view.zoom + size.width / 2, y: (y - view.y) * view.zoom + size.height / 2 };
}

/** The view that shows the whole world. */
export function fit(world: Size, size: Size): View {
  const zoom = Math.min((size.width - 2 * FIT_MARGIN_PX) / world.width, (size.height - 2 * FIT_MARGIN_PX) / world.height);
  return { x: world.width / 2, y: world.height / 2, zoom: Math.min(FIT_ZOOM_MAX, Math.max(0.05, zoom)) };
}

/** Keeps the zoom between half of the fitting one and ZOOM_MAX, and the middle of the map over the world. */
export function clamp(view: View, world: Size, size: Size): View {
  const least = fit(world, size).zoom / 2;
  return {
    x: Math.min(world.width, Math.max(0, view.x)),
    y: Math.min(world.height, Math.max(0, view.y)),
    zoom: Math.min(ZOOM_MAX, Math.max(least, view.zoom)),
  };
}

/** Moves what is seen by screen pixels: the content follows the hand. */
export function panBy(view: View, dx: number, dy: number): View {
  return { ...view, x: view.x - dx / view.zoom, y: view.y - dy / view.zoom };
}

/** Zooms so that the world point below the screen point (x, y) stays there, as far as the limits let it. */
export function zoomAbout(view: View, world: Size, size: Size, x: number, y: number, factor: number): View {
  const zoom = clamp({ ...view, zoom: view.zoom * factor }, world, size).zoom;
  const held = toWorld(view, size, x, y);
  return clamp({ x: held.x - (x - size.width / 2) / zoom, y: held.y - (y - size.height / 2) / zoom, zoom }, world, size);
}

/** A wheel turn as a zoom factor; the delta is clipped, as some mice send hundreds. */
export function wheelFactor(deltaY: number, deltaMode: number): number {
  const px = deltaMode === 1 ? deltaY * 16 : deltaMode === 2 ? deltaY * 400 : deltaY;
  return Math.exp(-Math.min(240, Math.max(-240, px)) / 400);
}

/** What a key does to the view; null where it does nothing, 'fit' for 0. */
export function keyed(view: View, world: Size, size: Size, key: string): View | 'fit' | null {
  const zoomed = (factor: number): View => zoomAbout(view, world, size, size.width / 2, size.height / 2, factor);
  switch (key) {
    case 'ArrowLeft':
      return clamp(panBy(view, KEY_PAN_PX, 0), world, size);
    case 'ArrowRight':
      return clamp(panBy(view, -KEY_PAN_PX, 0), world, size);
    case 'ArrowUp':
      return clamp(panBy(view, 0, KEY_PAN_PX), world, size);
    case 'ArrowDown':
      return clamp(panBy(view, 0, -KEY_PAN_PX), world, size);
    case '+':
    case '=':
      return zoomed(KEY_ZOOM);
    case '-':
    case '_':
      return zoomed(1 / KEY_ZOOM);
    case '0':
      return 'fit';
    default:
      return null;
  }
}

/** The least move of the view that brings a node into sight, large enough to be told from its neighbours. */
export function reveal(view: View, world: Size, size: Size, x: number, y: number): View {
  const zoom = Math.max(view.zoom, 8);
  const at = toScreen({ ...view, zoom }, size, x + 0.5, y + 0.5);
  const margin = Math.min(60, size.width / 4, size.height / 4);
  const inside = at.x >= margin && at.y >= margin && at.x <= size.width - margin && at.y <= size.height - margin;
  return clamp(inside ? { ...view, zoom } : { x: x + 0.5, y: y + 0.5, zoom }, world, size);
}
