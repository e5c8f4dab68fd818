// The question between waves: have enough come back, and have few enough failed, to go on?
import type { WaveGate } from '../plan/plan.ts';

export type Verdict = 'pass' | 'hold' | 'pending';

export interface WaveCounts {
  /** Targets of the wave that the run really took. */
  readonly members: number;
  readonly started: number;
  /** Targets that left the happy path at least once; mopped up or not, they failed. */
  readonly failedEver: number;
  /** Returned and soaked. */
  readonly settled: number;
}

/** How many targets must have started before a failure rate means anything (docs/concepts.md). */
const RATE_JUDGED_FROM = 20;

/** pass: go on. hold: somebody must look. pending: too early to say. A wave of which nothing was taken passes. */
export function judgeWave(gate: WaveGate, counts: WaveCounts): Verdict {
  if (counts.members === 0) return 'pass';
  if (gate.failedMax !== null && counts.failedEver > gate.failedMax) return 'hold';
  if (gate.failureRateMax !== null && counts.started >= Math.min(RATE_JUDGED_FROM, counts.members)) {
    if (counts.failedEver / counts.started > gate.failureRateMax) return 'hold';
  }
  return counts.settled >= Math.min(gate.returnedMin, counts.members) ? 'pass' : 'pending';
}
