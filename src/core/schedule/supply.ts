// What the resources offer over time before anything is placed, as packed words, with an overflow behind the calendars' end.
import { mostUnits, unitsAt } from './calendar.ts';
import { pack } from './packing.ts';
import type { Packing } from './packing.ts';
import type { Timed } from './timed.ts';

export interface Supply {
  /** Ascending, the first is 0: from at[i] on, free[i * words + w] is what is free in word w, guards set. */
  readonly at: Int32Array;
  readonly free: Int32Array;
  /**
   * Calendars may end with too little for some activity, so that placing the others first can leave no place for it. From here on, behind
   * everything that a schedule may use, there is enough of everything: a place is always found, and a schedule that
   * reaches in here is none. Its length still says how far it is from being one, which the search can follow down. Infinity = never needed.
   */
  readonly overflowTick: number;
  /** No activity that is placed as early as possible ends later. */
  readonly endTick: number;
}

export function suppliedUnits({ resources, activities }: Timed, packing: Packing): Supply {
  const steps = resources.flatMap(({ capacity }) => capacity.map(([at]) => at));
  const last = Math.max(0, ...steps, ...activities.map(({ release }) => release));
  const work = activities.reduce((total, { modes }) => total + Math.max(...modes.map(({ duration }) => duration)), 0);
  const scarce = resources.some(({ capacity }, r) => {
    const there = unitsAt(capacity, last);
    return activities.some(({ modes }) => modes.some(({ demands, duration }) => duration > 0 && (demands[r] ?? 0) > there));
  });
  const end = last + work;
  const changes = [...new Set([0, ...steps.filter((at) => at > 0)])].sort((a, b) => a - b);
  const offered = changes.map((at) => resources.map(({ capacity }) => unitsAt(capacity, at)));
  const overflow = resources.map(({ capacity }) => mostUnits(capacity, 0));
  return {
    at: Int32Array.from(scarce ? [...changes, end + 1] : changes),
    free: Int32Array.from((scarce ? [...offered, overflow] : offered).flatMap((units) => [...withGuards(packing, units)])),
    overflowTick: scarce ? end + 1 : Infinity,
    endTick: scarce ? end + 1 + work : end,
  };
}

/** Fields are as wide as what can be demanded; what is offered beyond that is cut. */
function withGuards(packing: Packing, units: readonly number[]): Int32Array {
  const cut = units.map((count, r) => Math.min(count, packing.most[r] ?? 0));
  return pack(packing, cut).map((word, w) => word | (packing.guards[w] as number));
}
