// Large fleets do not fit into a processor's cache, and the targets come up in no order: this is against the misses that costs.
import type { MachineState } from '../../core/run/state.ts';
import type { SimModel } from '../model.ts';

/** From this many targets on, their tables do not stay in the cache of a core. */
const COLD_TARGETS = 20_000;

/**
 * Looks at what the machine will want of the targets that come up next, so that it is there by then. The misses of a batch overlap; those
 * of one event after the other, each of which decides what is looked at next, do not.
 */
export function warmer({ program, laws }: SimModel, state: MachineState): (ids: Int32Array, count: number) => void {
  const n = program.targets.length;
  if (n < COLD_TARGETS) return () => undefined;
  const { stage, shown, step, attempt, starts, failures, flags } = state;
  const { waveOf, chainOf } = program;
  const { targetKeys } = laws;
  // The sum is of no use, but without it the looks might be left out.
  const sums = new Int32Array(1);
  return (ids, count) => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const id = ids[i] as number;
      if (id >= n) continue;
      sum += (stage[id] as number) + (shown[id] as number) + (step[id] as number) + (attempt[id] as number) + (starts[id] as number);
      sum += (failures[id] as number) + (flags[id] as number) + (waveOf[id] as number) + (chainOf[id] as number);
      sum = (sum + (targetKeys[id] as number)) | 0;
    }
    sums[0] = sum;
  };
}
