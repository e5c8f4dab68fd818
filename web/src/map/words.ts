// The map in words: for the tooltip, for the live region, for tables.
import { CELLS, cellOf, isOutlined } from '../../../src/api/contract/cells.ts';
import { LOOKS } from './colours.ts';
import { GROUPINGS } from './model.ts';
import type { CellStore, Colouring, MapFleet } from './model.ts';

export function stateWords(byte: number): string {
  const words = LOOKS[cellOf(byte)].words;
  return isOutlined(byte) ? `${words}, held or touched by others` : words;
}

/** Groups of a node as [grouping, name], largest first as GROUPINGS lists them. */
export function groupWords(fleet: MapFleet, id: number): readonly (readonly [by: string, name: string])[] {
  return GROUPINGS.flatMap((by) => {
    const groups = fleet.groups[by];
    const name = groups?.names[groups.of[id] ?? -1];
    return name === undefined || name === '' ? [] : [[by, name] as const];
  });
}

/** What the colouring says of a node; null where that is its state. */
export function colouringWords(colouring: Colouring, id: number): string | null {
  if (colouring.kind === 'state') return null;
  if (colouring.kind === 'category') return colouring.names[colouring.codes[id] ?? -1] ?? 'none';
  const value = colouring.values[id] ?? Number.NaN;
  return Number.isNaN(value) ? 'no value' : `${value.toLocaleString('en', { maximumFractionDigits: 1 })} ${colouring.unit}`;
}

/** "8 nodes: 7 in service, 1 failed", in the order of the states. */
export function countWords(store: CellStore): string {
  const parts = CELLS.flatMap((cell, code) => {
    const count = store.counts[code]!;
    return count === 0 ? [] : [`${count.toLocaleString('en')} ${LOOKS[cell].words}`];
  });
  return `${store.cells.length.toLocaleString('en')} nodes: ${parts.join(', ')}`;
}

export function nodeWords(fleet: MapFleet, store: CellStore, id: number): string {
  const groups = groupWords(fleet, id).map(([by, name]) => `${by} ${name}`);
  return [fleet.names[id] ?? '', stateWords(store.cells[id] ?? 0), ...groups].join(', ');
}
