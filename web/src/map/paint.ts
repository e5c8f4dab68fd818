// What one cell looks like, as one small number: fill, state and flags. Sprites and pixels are kept by it.
import { CELL_OUTLINED, cellCode } from '../../../src/api/contract/cells.ts';
import { CATEGORY_OTHER, RAMP_STEPS, categoryColours, rampColours, stateColours } from './colours.ts';
import type { Theme } from './colours.ts';
import type { CellStore, Colouring } from './model.ts';

export const FLAG_SELECTED = 1;
export const FLAG_HIGHLIGHTED = 2;
export const FLAG_DIMMED = 4;
export const FLAG_HELD = 8;

/** A key holds the fill in bits 0-4, the cell code in 5-8, flags in 9-12. */
export const fillOfKey = (key: number): number => key & 31;
export const codeOfKey = (key: number): number => (key >> 5) & 15;
export const flagsOfKey = (key: number): number => key >> 9;
const keyOf = (fill: number, code: number, flags: number): number => fill | (code << 5) | (flags << 9);

const FAILED = cellCode('failed');
const IN_REPAIR = cellCode('in-repair');
/** Failed and in repair are outlined in every colouring and at every zoom. */
export const isMarked = (byte: number): boolean => (byte & 63) === FAILED || (byte & 63) === IN_REPAIR;

/** The fills of a colouring, least first; in 'state' the index is the cell code. */
export function fillColours(colouring: Colouring, theme: Theme): readonly string[] {
  if (colouring.kind === 'state') return stateColours(theme);
  return colouring.kind === 'category' ? categoryColours(theme) : rampColours(theme);
}

/** Index of fill by node id; null in 'state', where the store has it. */
export function fillsOf(colouring: Colouring, nodes: number): Uint8Array | null {
  if (colouring.kind === 'state') return null;
  const fills = new Uint8Array(nodes);
  for (let id = 0; id < nodes; id++) {
    fills[id] = colouring.kind === 'category' ? categoryFill(colouring.codes[id]) : numberFill(colouring.values[id], colouring.max);
  }
  return fills;
}

function categoryFill(code: number | undefined): number {
  return code === undefined || code < 0 || code >= CATEGORY_OTHER ? CATEGORY_OTHER : code;
}

function numberFill(value: number | undefined, max: number): number {
  if (value === undefined || Number.isNaN(value)) return RAMP_STEPS;
  const share = max > 0 ? value / max : 0;
  return Math.min(RAMP_STEPS - 1, Math.max(0, Math.floor(share * RAMP_STEPS)));
}

/** Looks of all nodes: cells and colouring, selected and highlighted sets, and the one fill that is not dimmed. */
export class Paints {
  private readonly store: CellStore;
  private readonly sets: Uint8Array;
  private fills: Uint8Array | null = null;
  private only: number | null = null;

  constructor(store: CellStore) {
    this.store = store;
    this.sets = new Uint8Array(store.cells.length);
  }

  recolour(colouring: Colouring, only: number | null): void {
    this.fills = fillsOf(colouring, this.store.cells.length);
    this.only = only;
  }

  /** Sets one flag on these ids and takes it from all others; returns the ids that changed. */
  mark(flag: typeof FLAG_SELECTED | typeof FLAG_HIGHLIGHTED, ids: Int32Array): number[] {
    const changed: number[] = [];
    const wanted = new Uint8Array(this.sets.length);
    for (const id of ids) wanted[id] = flag;
    for (let id = 0; id < wanted.length; id++) {
      if ((this.sets[id]! & flag) === wanted[id]) continue;
      this.sets[id]! ^= flag;
      changed.push(id);
    }
    return changed;
  }

  key(id: number): number {
    const byte = this.store.cells[id] ?? 0;
    const code = byte & 15;
    const fill = this.fills === null ? code : this.fills[id]!;
    const dimmed = this.only !== null && fill !== this.only ? FLAG_DIMMED : 0;
    const held = (byte & CELL_OUTLINED) !== 0 ? FLAG_HELD : 0;
    return keyOf(fill, code, this.sets[id]! | dimmed | held);
  }
}
