// What one scenario of a rehearsal leaves behind, whichever engine ran it. Times are minutes from time zero (the first drain of a node,
// or the first act where the plan drains none); Infinity = not within the horizon.

export interface ScenarioResult {
  /** [q - 1]: when q per cent of the counted targets were back, q = 1 ... 100; the count is ceil(q / 100 x counted). */
  readonly curve: Float64Array;
  /** By cluster of the program: when 50, 75, 95, 99 and 100 per cent of its own counted targets were back; NaN: it has none. */
  readonly clusters: readonly Float64Array[];
  /** When every scope of the return gate had enough back. */
  readonly gateMin: number;
  /** From the last first-pass return until the last straggler was back; 0 without stragglers. */
  readonly mopUpMin: number;
  readonly gpuHoursNotReturned: number;
  /** Targets that left the happy path. */
  readonly stragglers: number;
  /** 1: the last window of some cluster was over before the return gate was met. */
  readonly short: 0 | 1;
  /** By step of the program: minutes that targets stood in line or waited for a gate before it, summed, and how many came to it. */
  readonly waitMin: Float64Array;
  readonly came: Float64Array;
  /** By limit of the program: minutes that targets stood in its lines, summed. */
  readonly limitWaitMin: Float64Array;
  /** Events of the engine, for benches. */
  readonly events: number;
}

/** Per cent of a cluster's counted targets, in the order of ScenarioResult.clusters. */
export const CLUSTER_MARKS = [50, 75, 95, 99, 100] as const;
