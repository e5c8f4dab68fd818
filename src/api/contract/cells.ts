// How a byte of the map is read: what a target shows, and whether it is outlined. Without zod, for the console as well.
import { CELL_OUTLINED, CELLS, type Cell } from '../../core/run/cell.ts';

export { CELL_OUTLINED, CELLS, cellCode, type Cell } from '../../core/run/cell.ts';

const CELL_CODE = CELL_OUTLINED - 1;

export const cellOf = (byte: number): Cell => CELLS[byte & CELL_CODE] ?? 'unknown';
export const isOutlined = (byte: number): boolean => (byte & CELL_OUTLINED) !== 0;
