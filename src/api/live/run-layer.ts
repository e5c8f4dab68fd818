// What one run shows on the map of its fleet: a byte a node, 0 where it says nothing. Live runs are looked at again and again, finished ones
// once.
import { CELL_OUTLINED, cellByte, cellCode } from '../../core/run/cell.ts';
import type { Chronicle } from '../../core/run/chronicle.ts';

const UNKNOWN = cellCode('unknown');
const IN_SERVICE = cellCode('in-service');
const RETURNED = cellCode('returned');
const FAILED = cellCode('failed');
const IN_REPAIR = cellCode('in-repair');
const DOWN = cellCode('down');

/** Cells of a target by its number, kept up to date by comparing them with the chronicle. */
export class RunCells {
  readonly bytes: Uint8Array;
  readonly #chronicle: Chronicle;

  constructor(chronicle: Chronicle) {
    this.#chronicle = chronicle;
    this.bytes = new Uint8Array(chronicle.program.targets.length);
  }

  /**
   * Looks at every target and tells of those that show something else than before. An entry about one target may set others free, and a word
   * to the run concerns all; a byte costs ten nanoseconds, so all are looked at.
   */
  refresh(changed: (target: number, byte: number) => void): void {
    const { bytes } = this;
    for (let target = 0; target < bytes.length; target++) {
      const byte = cellByte(this.#chronicle, target);
      if (byte === bytes[target]) continue;
      bytes[target] = byte;
      changed(target, byte);
    }
  }
}

/** Target -> id of the node; -1 for what is no node of the fleet: a switch, a node that is not there any more. */
export function nodeIdsOf({ program }: Chronicle, idOf: ReadonlyMap<string, number>): Int32Array {
  return Int32Array.from(program.targets, (name) => idOf.get(name) ?? -1);
}

/** What a finished run leaves of a byte, for a day and later (run-order.ts). Nobody is at work on anything any more: whatever was under way is not known. */
export function leftBy(byte: number, isFresh: boolean): number {
  const code = byte & (CELL_OUTLINED - 1);
  if (code === RETURNED || code === IN_SERVICE) return IN_SERVICE;
  if (code === FAILED || code === IN_REPAIR) return isFresh ? code : DOWN;
  return code === DOWN ? DOWN : UNKNOWN;
}
