import { describe, expect, it } from 'vitest';
import { ZOOM_MAX, clamp, fit, keyed, panBy, reveal, toScreen, toWorld, wheelFactor, zoomAbout } from './viewport.ts';

const world = { width: 500, height: 300 };
const size = { width: 1000, height: 700 };
const all = fit(world, size);

describe('viewport', () => {
  it('fits the whole world into sight', () => {
    const from = toScreen(all, size, 0, 0);
    const to = toScreen(all, size, world.width, world.height);
    expect(Math.min(from.x, from.y)).toBeGreaterThanOrEqual(0);
    expect(to.x).toBeLessThanOrEqual(size.width);
    expect(to.y).toBeLessThanOrEqual(size.height);
  });

  it('goes to the screen and back', () => {
    const view = { x: 40, y: 30, zoom: 7 };
    const at = toScreen(view, size, 12.5, 99);
    const back = toWorld(view, size, at.x, at.y);
    expect([back.x, back.y]).toEqual([expect.closeTo(12.5), expect.closeTo(99)]);
  });

  it('holds the point below the pointer while zooming', () => {
    const view = { x: 250, y: 150, zoom: 5 };
    const before = toWorld(view, size, 700, 200);
    const after = toWorld(zoomAbout(view, world, size, 700, 200, 1.7), size, 700, 200);
    expect([after.x, after.y]).toEqual([expect.closeTo(before.x), expect.closeTo(before.y)]);
  });

  it('stays within its limits', () => {
    let view = all;
    for (let i = 0; i < 100; i++) view = zoomAbout(view, world, size, 0, 0, 2);
    expect(view.zoom).toBe(ZOOM_MAX);
    for (let i = 0; i < 100; i++) view = zoomAbout(view, world, size, 0, 0, 0.5);
    expect(view.zoom).toBeCloseTo(all.zoom / 2);
    expect(clamp(panBy(view, 1e9, 0), world, size).x).toBe(0);
  });

  it('moves by keys', () => {
    expect(keyed(all, world, size, '+')).toMatchObject({ zoom: all.zoom * 1.4 });
    expect(keyed(all, world, size, '0')).toBe('fit');
    expect(keyed(all, world, size, 'ArrowRight')).toMatchObject({ x: all.x + 80 / all.zoom });
    expect(keyed(all, world, size, 'x')).toBeNull();
  });

  it('zooms by a wheel alike in pixels and lines, and never wildly', () => {
    expect(wheelFactor(-16, 0)).toBe(wheelFactor(-1, 1));
    expect(wheelFactor(-100_000, 0)).toBeLessThan(2);
    expect(wheelFactor(10, 0)).toBeLessThan(1);
  });

  it('brings a node into sight, and leaves the view alone where it is', () => {
    const near = { x: 100, y: 100, zoom: 20 };
    expect(reveal(near, world, size, 101, 101)).toEqual(near);
    const far = reveal(near, world, size, 400, 10);
    const at = toScreen(far, size, 400.5, 10.5);
    expect(at.x > 0 && at.x < size.width && at.y > 0 && at.y < size.height).toBe(true);
  });
});
