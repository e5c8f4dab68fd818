// A plan compiled to dense tables: integer ids for targets, steps, waves and limits, so that a rehearsal of 100,000 nodes and a run
// of sixteen go through the same machine. Pure data; `compile.ts` makes it, `advance.ts` reads it.
import type { Prior, StepAction } from '../change/procedure.ts';
import type { TargetKind } from '../fleet/model.ts';
import type { WaveGate } from '../plan/plan.ts';
import type { Role } from '../ports.ts';

export interface Program {
  /** Id -> name. */
  readonly targets: readonly string[];
  readonly idOf: ReadonlyMap<string, number>;
  readonly waveOf: Int32Array;
  readonly chainOf: Int32Array;
  readonly clusterOf: Int32Array;
  readonly shardOf: Int32Array;
  readonly shards: number;
  readonly clusters: readonly ProgramCluster[];
  readonly waves: readonly ProgramWave[];
  /** By id: the holds of all waves. */
  readonly holds: readonly ProgramHold[];
  readonly chains: readonly Chain[];
  readonly steps: readonly ProgramStep[];
  readonly limits: readonly ProgramLimit[];
  /** Capacity by counter; a limit `per rack` has a counter for each rack. */
  readonly capacity: Int32Array;
  /** Limits held from the entry until the return, a hold, or until the target becomes a straggler. */
  readonly actingLimits: readonly number[];
  /** Limits held from the entry until the return, stragglers included. */
  readonly unavailableLimits: readonly number[];
  /** Return-gate scopes: whole plan, or each cluster or customer. */
  readonly scopes: readonly ReturnScope[];
  /** 1: counts in baseline, marks and returns: a node, or any target of a plan that has no node. */
  readonly counted: Uint8Array;
  readonly soakMs: number;
  /** How long a link must be clean. */
  readonly linkSoakMs: number;
  readonly gateTimeoutMs: number;
  readonly needsConfirmation: boolean;
}

interface ProgramCluster {
  readonly name: string;
  readonly customer: string | null;
  readonly mode: 'observe' | 'confirm' | 'drain-only' | 'act';
  readonly gpusPerNode: number | null;
}

export interface ProgramWave {
  readonly id: string;
  readonly cluster: number;
  readonly kind: TargetKind;
  readonly members: Int32Array;
  /** Waves whose gate must have passed before it opens; each once. */
  readonly after: readonly number[];
  /** Waves all of whose members must be quiet before it opens; each once. */
  readonly quiet: readonly number[];
  /** At most one a step. */
  readonly holds: readonly ProgramHold[];
  /** The same from the other side, rising: waves that have this one in `after`, in `quiet`; ids of the holds that have it in `until`. */
  readonly followers: readonly number[];
  readonly silences: readonly number[];
  readonly lifts: readonly number[];
  readonly gate: WaveGate;
  /** Mode confirm: an approval opens it. */
  readonly asks: boolean;
  readonly affected: string;
}

/** A step before which the wave's targets wait, drained and not at work, until the gates of other waves have passed. */
export interface ProgramHold {
  readonly id: number;
  readonly wave: number;
  readonly step: number;
  /** Each once. */
  readonly until: readonly number[];
}

/** The steps of one kind of target: forward (ending with `return` where it was drained), back, and the automatic mop-up tries. Ranges are [first, end). */
export interface Chain {
  readonly id: string;
  readonly first: number;
  readonly end: number;
  /** The drain; -1: the chain has none, as for a switch, which is quiet when its nodes are drained. */
  readonly drain: number;
  /** Where a target enters the work: the drain, or else the first step that is not early. Wave, window, release and at-once limits apply here. */
  readonly entry: number;
  /** All that a target takes when it enters: the step's own limits, its place among those at once, and among the unavailable. */
  readonly entryLimits: readonly number[];
  /** Looks what runs, for a target that somebody has mended; in a chain without such a step, the last one. */
  readonly conform: number;
  readonly back: number;
  readonly backEnd: number;
  readonly mopUp: number;
  readonly mopUpEnd: number;
  readonly components: { readonly [component: string]: string };
}

export interface ProgramStep {
  readonly id: number;
  readonly chain: number;
  readonly name: string;
  readonly by: Role;
  readonly action: StepAction;
  /** Node state code while it runs; -1 leaves the state alone. */
  readonly to: number;
  readonly early: boolean;
  readonly destructive: boolean;
  readonly timeoutMs: number | null;
  readonly attempts: number;
  readonly limits: readonly number[];
  readonly back: boolean;
  /** For the twin and the rehearsal; null = never stated. */
  readonly takes: Prior | null;
  /** What the checks of a step of checks take and catch, in their order; empty for any other step. */
  readonly checks: readonly { readonly takes: Prior | null; readonly catches: number | null }[];
  readonly fails: number;
}

export interface ProgramLimit {
  readonly name: string;
  readonly owner: string | null;
  /** Target -> counter; -1 = the limit does not bind it. */
  readonly counterOf: Int32Array;
}

export interface ReturnScope {
  readonly name: string;
  /** Share or count that must be back, of the baseline in this scope. */
  readonly need: { readonly kind: 'count'; readonly count: number } | { readonly kind: 'share'; readonly share: number };
  readonly members: Int32Array;
}
