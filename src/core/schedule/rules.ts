// Activity lists to begin with: drawn at random, in favour of what a priority rule would take next.
import type { ActivityList } from './generate.ts';
import type { Network } from './network.ts';
import type { Random } from './random.ts';

/** Of each activity, how much it should go before others; only differences count. */
export type Priority = Float64Array;

/** The longest chain behind it goes first, which is the rule "latest finish time". */
export function longestTail({ tail }: Network): Priority {
  return Float64Array.from(tail);
}

/** The heaviest for its duration goes first, with everything behind it; for weighted completion. W. E. Smith's rule, 1956, along the network. */
export function heaviestForItsWork(network: Network): Priority {
  const { project, order, successors, modes, duration } = network;
  const work = project.activities.map((_, j) => duration[modes.from[j] as number] as number);
  const ratio = project.activities.map(({ weight }, j) => (weight ?? 0) / Math.max(work[j] as number, 1e-9));
  for (const j of order.toReversed())
    for (let s = successors.from[j] as number; s < (successors.from[j + 1] as number); s++)
      ratio[j] = Math.max(ratio[j] as number, ratio[successors.at[s] as number] as number);
  return Float64Array.from(ratio);
}

/** Who holds up the most others, directly or not, goes first: the rule "most total successors". */
export function mostSuccessors({ count, order, successors }: Network): Priority {
  const behind = Array.from({ length: count }, () => new Set<number>());
  for (const j of order.toReversed())
    for (let s = successors.from[j] as number; s < (successors.from[j + 1] as number); s++) {
      const next = successors.at[s] as number;
      behind[j]?.add(next);
      for (const k of behind[next] ?? []) behind[j]?.add(k);
    }
  return Float64Array.from(behind, (set) => set.size);
}

/**
 * Draws lists. Regret-based biased sampling: among the activities whose predecessors are in the list, each is drawn in proportion to
 * (its priority - the least priority + the least step) ^ greed. A. Drexl, Scheduling of project networks by job assignment, Management Science
 * 37, 1991.
 */
export class ListSampler {
  readonly #network: Network;
  readonly #open: Int32Array;
  readonly #ready: Int32Array;
  readonly #share: Float64Array;

  constructor(network: Network) {
    this.#network = network;
    this.#open = new Int32Array(network.count);
    this.#ready = new Int32Array(network.count);
    this.#share = new Float64Array(network.count);
  }

  sample(list: ActivityList, priority: Priority, greed: number, random: Random): void {
    const { count, predecessors, successors } = this.#network;
    const step = leastStep(priority);
    let ready = 0;
    for (let j = 0; j < count; j++) {
      this.#open[j] = (predecessors.from[j + 1] as number) - (predecessors.from[j] as number);
      if (this.#open[j] === 0) this.#ready[ready++] = j;
    }
    for (let i = 0; i < count; i++) {
      const drawn = this.#draw(ready, priority, step, greed, random);
      const j = this.#ready[drawn] as number;
      this.#ready[drawn] = this.#ready[--ready] as number;
      list[i] = j;
      for (let s = successors.from[j] as number; s < (successors.from[j + 1] as number); s++) {
        const next = successors.at[s] as number;
        this.#open[next] = (this.#open[next] as number) - 1;
        if (this.#open[next] === 0) this.#ready[ready++] = next;
      }
    }
  }

  #draw(ready: number, priority: Priority, step: number, greed: number, random: Random): number {
    let least = Infinity;
    for (let r = 0; r < ready; r++) least = Math.min(least, priority[this.#ready[r] as number] as number);
    let total = 0;
    for (let r = 0; r < ready; r++) {
      const share = ((priority[this.#ready[r] as number] as number) - least + step) ** greed;
      this.#share[r] = share;
      total += share;
    }
    let left = random.unit() * total;
    let drawn = 0;
    while (drawn < ready - 1 && (left -= this.#share[drawn] as number) > 0) drawn++;
    return drawn;
  }
}

/** A hundredth of the range: what the last of all gets, so that it can be drawn too. */
function leastStep(priority: Priority): number {
  let least = Infinity;
  let most = -Infinity;
  for (const each of priority) {
    least = Math.min(least, each);
    most = Math.max(most, each);
  }
  return most > least ? (most - least) / 100 : 1;
}
