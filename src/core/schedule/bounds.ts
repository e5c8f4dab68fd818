// How good a schedule can be at best: lower bounds of the cost, each with its kind, as a gap says nothing without the bound it refers to.
import { criticalPath, disjunctive, leastOf, resourceWindows } from './bounds-makespan.ts';
import { energetic } from './bounds-energetic.ts';
import { criticalPaths, fluid } from './bounds-weighted.ts';
import type { Network } from './network.ts';

/**
 * - critical path: every activity waits for its predecessors, its release and the calendars, but for nobody's use of a resource.
 * - resource: the work on one resource has to pass through its capacity.
 * - disjunctive: activities that can never run side by side run one after the other.
 * - energetic: for every smaller makespan, some stretch of time would hold more work than a resource has capacity.
 */
export type BoundKind = 'critical path' | 'resource' | 'disjunctive' | 'energetic';

export interface Bound {
  /** In the units of a schedule's cost: minutes from the project's start, or weight x minutes. */
  readonly value: number;
  readonly kind: BoundKind;
}

/** The highest of the bounds; of equal ones the simplest. Takes some ms for 100 activities. */
export function lowerBound(network: Network): Bound {
  const { value, kind } = network.project.objective === 'makespan' ? ofMakespan(network) : ofWeighted(network);
  return { value: value * network.timed.tickMin, kind };
}

function ofMakespan(network: Network): Bound {
  const least = leastOf(network);
  const simple = highest([
    { value: criticalPath(least), kind: 'critical path' },
    // Some optimal schedule has whole ticks.
    { value: Math.ceil(resourceWindows(network, least) * LESS), kind: 'resource' },
    { value: disjunctive(network, least), kind: 'disjunctive' },
  ]);
  return highest([simple, { value: energetic(network, simple.value), kind: 'energetic' }]);
}

function ofWeighted(network: Network): Bound {
  const least = leastOf(network);
  return highest([
    { value: criticalPaths(network, least), kind: 'critical path' },
    { value: fluid(network, least) * LESS, kind: 'resource' },
  ]);
}

function highest(bounds: readonly Bound[]): Bound {
  return bounds.reduce((best, each) => (each.value > best.value ? each : best));
}

/** Divisions are rounded; a bound must not end up above the truth by that. */
const LESS = 1 - 1e-12;
