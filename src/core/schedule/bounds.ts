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
  const least = leastOf(network);
  if (network.project.objective === 'weighted completion')
    return highest([
      { value: criticalPaths(network, least), kind: 'critical path' },
      { value: fluid(network, least), kind: 'resource' },
    ]);
  const simple = highest([
    { value: criticalPath(least), kind: 'critical path' },
    { value: wholeTicks(network, resourceWindows(network, least)), kind: 'resource' },
    { value: disjunctive(network, least), kind: 'disjunctive' },
  ]);
  return highest([simple, { value: energetic(network, simple.value), kind: 'energetic' }]);
}

function highest(bounds: readonly Bound[]): Bound {
  return bounds.reduce((best, each) => (each.value > best.value * (1 + ROUNDING) ? each : best));
}

/** Where all times are whole ticks, some optimal schedule has whole ticks too. */
function wholeTicks({ whole, tickMin }: Network, value: number): number {
  return whole ? Math.ceil((value / tickMin) * (1 - ROUNDING)) * tickMin : value * (1 - ROUNDING);
}

const ROUNDING = 1e-12;
