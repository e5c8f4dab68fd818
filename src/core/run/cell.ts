// What a target shows on the map: one byte each, so that 100,000 of them are 100 kB. Append only, replays are made of them.
import type { Chronicle } from './chronicle.ts';
import { FLAG, NODE_STATES, stageCode, type NodeState } from './states.ts';

/** Code = index. Colours and glyphs are the console's. */
export const CELLS = [
  /** Nobody has looked, or it is in no run. */
  'unknown',
  'in-service',
  /** Cleared ones too. */
  'draining',
  'updating',
  'rebooting',
  /** Conforming ones too. */
  'validating',
  'returned',
  /** Straggling: off the happy path. */
  'failed',
  /** Given up on in its run: repaired outside of it. */
  'in-repair',
  /** Down before the run, or out of service for reasons that are not ours. */
  'down',
] as const;
export type Cell = (typeof CELLS)[number];

/** Set beside the code: held by a person, or a foreign act was seen. Drawn as an outline. */
export const CELL_OUTLINED = 64;

export const cellCode = (cell: Cell): number => CELLS.indexOf(cell);

/** What was seen of a target before this run did anything to it. */
export const SEEN = { nobodyLooked: 0, inService: 1, out: 2 } as const;

const CELL_OF_STATE = {
  'in-service': 'in-service',
  draining: 'draining',
  cleared: 'draining',
  updating: 'updating',
  rebooting: 'rebooting',
  conforming: 'validating',
  validating: 'validating',
  returned: 'returned',
} as const satisfies Record<NodeState, Cell>;

const BY_SHOWN = Uint8Array.from(NODE_STATES, (state) => cellCode(CELL_OF_STATE[state]));
const UNKNOWN = cellCode('unknown');
const IN_SERVICE = cellCode('in-service');
const FAILED = cellCode('failed');
const IN_REPAIR = cellCode('in-repair');
const DOWN = cellCode('down');

const STRAGGLING = stageCode('straggling');
const RETURNED = stageCode('returned');
const SETTLED = stageCode('settled');
const DROPPED = stageCode('dropped');
const SKIPPED = stageCode('skipped');

/** The byte of one target: a code, and `CELL_OUTLINED` where a hold or a foreign act keeps it up. */
export function cellByte({ state, seen, begunAt }: Chronicle, target: number): number {
  const stage = state.stage[target] as number;
  const flags = state.flags[target] as number;
  // Whoever is through is held up by nothing: a hold that came during the last step has no effect any more.
  if (stage === RETURNED || stage === SETTLED) return BY_SHOWN[state.shown[target] as number] as number;
  if (stage === DROPPED) return IN_REPAIR;
  const othersHaveIt = (flags & FLAG.foreign) !== 0 && (flags & FLAG.drained) === 0;
  if (stage === SKIPPED) return othersHaveIt ? DOWN : before(seen[target]);
  const outline = (flags & (FLAG.held | FLAG.foreign)) === 0 ? 0 : CELL_OUTLINED;
  if (stage === STRAGGLING || (flags & FLAG.straggler) !== 0) return FAILED | outline;
  if (othersHaveIt) return DOWN | outline;
  if (begunAt === null) return before(seen[target]) | outline;
  return (BY_SHOWN[state.shown[target] as number] as number) | outline;
}

/** The bytes of all targets, by their ids. */
export function cellsOf(chronicle: Chronicle): Uint8Array {
  return Uint8Array.from(chronicle.program.targets, (_, target) => cellByte(chronicle, target));
}

function before(seen: number | undefined): number {
  if (seen === SEEN.inService) return IN_SERVICE;
  return seen === SEEN.out ? DOWN : UNKNOWN;
}
