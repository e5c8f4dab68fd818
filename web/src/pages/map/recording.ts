// A replay of the server laid over the fleet of the map: its targets become the map's ids, and its returns a curve.
import { cellCode } from '../../../../src/api/contract/cells.ts';
import { unpackBytes, unpackFloat64, unpackUint32 } from '../../../../src/api/contract/packed.ts';
import { idsOf, type MapFleet } from '../../map/model.ts';
import type { Recording } from '../../map/replay.ts';
import type { Answers } from '../../ui/client.ts';

export interface Laid {
  readonly title: string;
  readonly recording: Recording;
  readonly fromMs: number;
  readonly toMs: number;
  readonly zeroMs: number | null;
  /** [Unix ms, how many had returned], rising in time. */
  readonly returned: readonly (readonly [number, number])[];
  readonly baseline: number;
  /** Mark -> minutes from time zero. */
  readonly marks: { readonly [mark: string]: number | null };
}

const RETURNED = cellCode('returned');
const CODE_MASK = 63;

/** Targets that the map does not know (switches, say) are left out, also of what has returned: the baseline is nodes. */
export function lay(answer: Answers['runs']['replay'], fleet: MapFleet): Laid {
  const idByTarget = new Int32Array(answer.targets.length).fill(-1);
  for (const [target, name] of answer.targets.entries()) idByTarget[target] = idsOf(fleet, [name]).ids[0] ?? -1;
  const [atMs, target, cell] = [unpackFloat64(answer.atMs), unpackUint32(answer.target), unpackBytes(answer.cell)];
  const first = unpackBytes(answer.initial);
  const initial = new Uint8Array(fleet.names.length);
  for (const [i, id] of idByTarget.entries()) if (id >= 0) initial[id] = first[i] ?? 0;
  const known = [...target.keys()].filter((i) => (idByTarget[target[i] ?? 0] ?? -1) >= 0);
  return {
    title: answer.title,
    fromMs: answer.fromMs,
    toMs: answer.toMs,
    zeroMs: answer.zeroMs,
    baseline: answer.baseline,
    marks: answer.marks,
    returned: returnsIn(first, { atMs, target, cell }, known),
    recording: {
      initial,
      atMs: Float64Array.from(known, (i) => atMs[i] ?? 0),
      id: Uint32Array.from(known, (i) => idByTarget[target[i] ?? 0] ?? 0),
      cell: Uint8Array.from(known, (i) => cell[i] ?? 0),
    },
  };
}

interface Transitions {
  readonly atMs: Float64Array;
  readonly target: Uint32Array;
  readonly cell: Uint8Array;
}

/** `of`: which transitions count, in their order. */
function returnsIn(initial: Uint8Array, { atMs, target, cell }: Transitions, of: readonly number[]): [number, number][] {
  const now = initial.slice();
  const points: [number, number][] = [];
  let count = 0;
  for (const i of of) {
    const changed = target[i] ?? 0;
    const before = (now[changed] ?? 0) & CODE_MASK;
    const after = (cell[i] ?? 0) & CODE_MASK;
    now[changed] = cell[i] ?? 0;
    if (before === after || (before !== RETURNED && after !== RETURNED)) continue;
    count += after === RETURNED ? 1 : -1;
    points.push([atMs[i] ?? 0, count]);
  }
  return points;
}
