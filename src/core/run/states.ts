// The words for where a target and a run stand, with one line of meaning each, and how people see them.

/** What a node shows (docs/concepts.md), in the order of the happy path. Codes are indices; append only, they are in journals. */
export const NODE_STATES = ['in-service', 'draining', 'cleared', 'updating', 'rebooting', 'conforming', 'validating', 'returned'] as const;
export type NodeState = (typeof NODE_STATES)[number];

/** Where a target stands in the machine; the node state is what it shows meanwhile. */
export const STAGES = [
  /** The run has not begun. */
  'idle',
  /** Ready to be drained: its wave, window or release is not there yet. */
  'waiting',
  /** Wants its next step, but a limit is used up; stands in that limit's line. */
  'queued',
  /** Wants its next step, but a pause, hold, gate or foreign act forbids it, or the plan holds it until other waves have passed. */
  'parked',
  /** A step is under way. */
  'running',
  /** Off the happy path with nothing automatic left: waits for people. */
  'straggling',
  /** Back in service, conforming and validated; the soak is still on. */
  'returned',
  /** Returned and soaked. */
  'settled',
  /** A straggler that somebody gave up on; keeps its drain and its name in the retro. */
  'dropped',
  /** Never changed by this run: not taken, or given back untouched. */
  'skipped',
] as const;
export type Stage = (typeof STAGES)[number];

export const FLAG = {
  held: 1,
  foreign: 2,
  /** The customer handed it over (or it is the operator's own and somebody confirmed the counts). */
  released: 4,
  /** A destructive step was started on it in this run, or what it hangs on was worked on while it was held. */
  changed: 8,
  /** Holds its places in the at-once limits. */
  acting: 16,
  /** Counts against unavailableAtMost. */
  unavailable: 32,
  /** In service at hand-over. */
  baseline: 64,
  /** Turning back: untouched targets are given back, changed ones take the way back. */
  recalled: 128,
  /** Left the happy path at least once. */
  failedOnce: 256,
  /** Is off the happy path now, mop-up tries included. */
  straggler: 512,
  /** Entered the work (a node: was drained) and must be given back. */
  drained: 1024,
  /** Carries no work: was cleared, or is out of the run; no longer so while it is at its drain again. */
  quiet: 2048,
  /** Gave its place among those at once back, because the plan holds it before its next step. */
  aside: 4096,
  /** On its way out untouched: nothing is left to do on it but its return. */
  leaving: 8192,
} as const;

export const WAVE_STATES = [
  /** Waits for the gates of other waves, or until they are quiet. */
  'closed',
  /** Mode confirm: waits for somebody's approval. */
  'asking',
  'open',
  /** Its gate said hold: nothing new is drained anywhere until somebody approves. */
  'held',
  'passed',
] as const;
export type WaveState = (typeof WAVE_STATES)[number];

/** Run states as the contract words them (docs/concepts.md). */
export const RUN_STATES = ['planned', 'running', 'paused', 'held', 'returned', 'settled', 'aborted'] as const;
export type RunState = (typeof RUN_STATES)[number];

export const stageCode = (stage: Stage): number => STAGES.indexOf(stage);
export const nodeStateCode = (state: NodeState): number => NODE_STATES.indexOf(state);
