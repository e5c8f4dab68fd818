// What the resources offer over time before anything is placed, as packed words, with an overflow behind the calendars' end.
import type { Packing } from './packing.ts';
import { pack } from './packing.ts';
import { mostUnits, unitsAt } from './calendar.ts';
import type { Mode, Project } from './problem.ts';

export interface Supply {
  /** Ascending, the first is 0: from at[i] on, free[i * words + w] is what is free in word w, guards set. */
  readonly at: Float64Array;
  readonly free: Int32Array;
  /**
   * Calendars may end with too little for some activity, so that placing the others first can leave no place for it. From here on, behind
   * everything that a schedule may use, there is more than enough of everything: a place is always found, and a schedule
   * that reaches in here is none. Its length still says how far it is from being one, which the search can follow down. Infinity = never needed.
   */
  readonly overflowTick: number;
  /** No activity that is placed as early as possible ends later. */
  readonly endTick: number;
}

/** The supply of a project whose activities are done in one of these modes each. */
export function suppliedUnits(project: Project, modes: readonly (readonly Mode[])[], packing: Packing, tickMin: number): Supply {
  const { resources, fromMin } = project;
  const steps = resources.flatMap(({ capacity }) => capacity.map(([at]) => at));
  const releases = project.activities.map(({ releaseMin }) => releaseMin ?? fromMin);
  const lastMin = Math.max(fromMin, ...steps, ...releases);
  const workMin = modes.reduce((total, each) => total + Math.max(...each.map(({ durationMin }) => durationMin)), 0);
  const scarce = resources.some(({ capacity }, r) =>
    modes.some((each) => each.some(({ demands, durationMin }) => durationMin > 0 && (demands[r] ?? 0) > unitsAt(capacity, lastMin))),
  );
  // One tick more than all work after the last change: rounding of broken minutes must not push the last activity over.
  const overflowTick = (lastMin - fromMin + workMin) / tickMin + 1;
  const changes = [...new Set([fromMin, ...steps.filter((at) => at > fromMin)])].sort((a, b) => a - b);
  const free = changes.map((at) => resources.map(({ capacity }) => unitsAt(capacity, at)));
  const overflow = scarce ? [resources.map(({ capacity }) => mostUnits(capacity, fromMin))] : [];
  return {
    at: Float64Array.from([...changes.map((at) => (at - fromMin) / tickMin), ...(scarce ? [overflowTick] : [])]),
    free: Int32Array.from([...free, ...overflow].flatMap((units) => [...withGuards(packing, units)])),
    overflowTick: scarce ? overflowTick : Infinity,
    endTick: overflowTick + (scarce ? workMin / tickMin : 0),
  };
}

/** Fields are as wide as what can be demanded, so what is offered beyond that is cut. */
function withGuards(packing: Packing, units: readonly number[]): Int32Array {
  const packed = pack(
    packing,
    units.map((count, r) => Math.min(count, packing.most[r] ?? 0)),
  );
  return packed.map((word, w) => word | (packing.guards[w] as number));
}
