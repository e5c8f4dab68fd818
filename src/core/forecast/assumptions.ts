// What a rehearsal must assume because nobody can know it beforehand: work on the nodes, how fast people answer, faults of their own.
// Assumptions never change what a run does; each has a prior with its source, and every forecast lists those in force.
import type { Policy } from '../change/policy.ts';
import type { Prior, ShareOf } from '../change/procedure.ts';

export interface Assumptions {
  /** The work that is on the nodes when their window opens; null: they are handed over empty. */
  readonly jobs: ExpectedJobs | null;
  /** From a question (mode confirm, hand-over) until somebody approves. */
  readonly approval: Prior;
  /** From a gate's hold until somebody has looked and lets the run go on. */
  readonly gateReview: Prior;
  /** Faults of nodes that nobody touched, per node and day (0..1). */
  readonly faultsPerNodeDay: ShareOf;
  /** How long before its window a run is begun, so that early steps are done by then. */
  readonly stageLeadMs: number;
  /** How much (0..1) of what a run's targets have in common is common to all its steps: for measured steps, as learned. */
  readonly together: number;
}

export interface ExpectedJobs {
  /** Share (0..1) of nodes that carry a job. */
  readonly busy: number;
  /** Nodes of one job; null: one job a cluster. */
  readonly nodesEach: number | null;
  /** How long a job still goes on once its window has opened. */
  readonly remaining: Prior;
}

const MINUTE_MS = 60_000;

const DEFAULT_ASSUMPTIONS: Assumptions = {
  jobs: null,
  approval: { medianMs: 5 * MINUTE_MS, logSd: 0.7, n: 0, source: 'guess' },
  gateReview: { medianMs: 20 * MINUTE_MS, logSd: 0.8, n: 0, source: 'guess' },
  faultsPerNodeDay: {
    share: 0.004,
    n: 371,
    source: 'InfiniteHBD trace: 371 faults of 400 servers in 232 days; Llama 3 (419 in 54 days, 2,048 nodes) gives 0.0038',
  },
  stageLeadMs: 24 * 60 * MINUTE_MS,
  together: 0.3,
};

/** The assumptions in force: the policy's own, and the defaults for what it does not say. */
export function assumptionsOf(policy: Policy): Assumptions {
  return { ...DEFAULT_ASSUMPTIONS, ...policy.assume };
}
