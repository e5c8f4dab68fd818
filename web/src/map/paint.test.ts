import { describe, expect, it } from 'vitest';
import { CELL_OUTLINED, cellCode } from '../../../src/api/contract/cells.ts';
import { CATEGORY_OTHER, RAMP_STEPS, pixelOf } from './colours.ts';
import { fitName } from './labels.ts';
import { CellStore } from './model.ts';
import {
  FLAG_DIMMED,
  FLAG_HELD,
  FLAG_HIGHLIGHTED,
  FLAG_SELECTED,
  Paints,
  codeOfKey,
  fillColours,
  fillOfKey,
  fillsOf,
  flagsOfKey,
} from './paint.ts';
import { smallPixels } from './sprites.ts';
import { LEVELS, TILE_PX, levelFor, stamp } from './tiles.ts';

const FAILED = cellCode('failed');

describe('Paints', () => {
  it('keeps fill, state and flags apart', () => {
    const store = new CellStore(3, Uint8Array.of(FAILED | CELL_OUTLINED, FAILED, 1));
    const paints = new Paints(store);
    paints.recolour({ kind: 'category', names: ['a', 'b'], codes: Int32Array.of(1, -1, 0) }, 1);
    expect(paints.mark(FLAG_SELECTED, Int32Array.of(0, 2))).toEqual([0, 2]);
    expect(paints.mark(FLAG_HIGHLIGHTED, Int32Array.of(2))).toEqual([2]);
    const keys = [0, 1, 2].map((id) => paints.key(id));
    expect(keys.map(fillOfKey)).toEqual([1, CATEGORY_OTHER, 0]);
    expect(keys.map(codeOfKey)).toEqual([FAILED, FAILED, 1]);
    expect(keys.map(flagsOfKey)).toEqual([FLAG_SELECTED | FLAG_HELD, FLAG_DIMMED, FLAG_SELECTED | FLAG_HIGHLIGHTED | FLAG_DIMMED]);
    expect(paints.mark(FLAG_SELECTED, Int32Array.of(1))).toEqual([0, 1, 2]);
  });

  it('puts numbers on the ramp', () => {
    const fills = fillsOf({ kind: 'number', unit: 'min', values: Float32Array.of(0, 45, 90, 900, Number.NaN), max: 90 }, 5);
    expect([...fills!]).toEqual([0, RAMP_STEPS / 2, RAMP_STEPS - 1, RAMP_STEPS - 1, RAMP_STEPS]);
  });
});

describe('tiles', () => {
  it('stamps a cell into a tile, clipped at each edge', () => {
    const cell = new Uint32Array(16).fill(7);
    for (const [x, y, pixels] of [
      [10, 10, 16],
      [-2, 0, 8],
      [TILE_PX - 1, TILE_PX - 1, 1],
      [0, -3, 4],
      [TILE_PX, 0, 0],
    ] as const) {
      const tile = new Uint32Array(TILE_PX * TILE_PX);
      stamp(tile, x, y, cell, 4);
      expect(tile.filter((pixel) => pixel === 7)).toHaveLength(pixels);
    }
  });

  it('shows the level that is stretched least', () => {
    expect(LEVELS[levelFor(2.8)]).toBe(4);
    expect(LEVELS[levelFor(1)]).toBe(1);
    expect(LEVELS[levelFor(0.1)]).toBe(0.25);
    expect(LEVELS[levelFor(20)]).toBe(16);
  });

  it('draws a selected cell otherwise at every size', () => {
    const dress = { theme: 'dark', fills: fillColours({ kind: 'state' }, 'dark'), byState: true, gpus: 8, ratio: 1 } as const;
    for (const size of [1, 2, 4]) {
      const plain = smallPixels(dress, FAILED | (FAILED << 5), size);
      const chosen = smallPixels(dress, FAILED | (FAILED << 5) | (FLAG_SELECTED << 9), size);
      expect(plain).toContain(pixelOf(dress.fills[FAILED]!));
      expect(chosen).not.toEqual(plain);
    }
  });
});

describe('fitName', () => {
  it('shortens to the digits that tell nodes apart', () => {
    expect(fitName('phx62-0007', 10)).toBe('phx62-0007');
    expect(fitName('phx62-0007', 5)).toBe('0007');
    expect(fitName('phx62-0007', 3)).toBe('');
    expect(fitName('node-alpha', 6)).toBe('…alpha');
  });
});
