// What is scheduled: activities that wait for each other and share resources whose capacity changes over time (the
// resource-constrained project scheduling problem with calendars and modes), and what a schedule of them is.

/**
 * A project. Times on the clock are minutes on one clock, say Unix minutes, that fall on whole seconds; durations are minutes, counted in whole
 * seconds, rounded up. So sums of times are exact, and what fits a window to the second fits. Units are whole numbers.
 * "makespan" asks for the earliest end of everything; "weighted completion" for the least sum of weight x (finish - fromMin), which is
 * capacity-minutes lost when a weight is the capacity that an activity keeps away.
 */
export interface Project {
  /** Nothing starts before. */
  readonly fromMin: number;
  readonly objective: 'makespan' | 'weighted completion';
  readonly resources: readonly Resource[];
  readonly activities: readonly Activity[];
}

/** Something that is used for a while and given back: a crew, places at an image server, permission to work. */
export interface Resource {
  readonly name: string;
  /** Sorted by time. A blackout is capacity 0, a delivery of parts a step up. */
  readonly capacity: readonly CapacityStep[];
}

/** So many units from this minute until the next step; none before the first step, and the last one holds for ever. */
export type CapacityStep = readonly [fromMin: number, units: number];

/** A piece of work that is not interrupted once it has begun. */
export interface Activity {
  readonly name: string;
  /** The ways to do it, at least one; "k targets at once" is one for each k. */
  readonly modes: readonly Mode[];
  /** Indices of the activities that may start only when this one has finished. */
  readonly successors: readonly number[];
  readonly releaseMin?: number;
  /** Of its finish in "weighted completion"; 0 when absent. */
  readonly weight?: number;
}

export interface Mode {
  readonly durationMin: number;
  /** One entry per resource of the project, taken for the whole duration. An activity without duration takes nothing. */
  readonly demands: readonly number[];
}

/** A start and a mode for each activity. */
export interface Schedule {
  readonly startMin: readonly number[];
  /** Index into the activity's modes. */
  readonly modes: readonly number[];
  /** From the project's fromMin to the last finish. */
  readonly makespanMin: number;
  /** What the objective counts; equals makespanMin for "makespan". */
  readonly cost: number;
}

/** Why there is no schedule. */
export interface Impossible {
  readonly activity: string;
  /** The resource that stands in the way; null when it is not one alone, or none. */
  readonly resource: string | null;
  readonly reason: string;
  /** False: the search found no way, which does not prove that there is none. */
  readonly proven: boolean;
}
