// A plan compiled to dense tables: integer ids for targets, steps, waves and limits, so that a rehearsal of 100,000 nodes and a run
// of sixteen go through the same machine. Pure data; `compile.ts` makes it, `advance.ts` reads it.
import type { WaveGate } from '../plan/plan.ts';
import type { StepAction } from '../change/procedure.ts';
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
  readonly chains: readonly Chain[];
  readonly steps: readonly ProgramStep[];
  readonly limits: readonly ProgramLimit[];
  /** Capacity by counter; a limit `per rack` has a counter for each rack. */
  readonly capacity: Int32Array;
  /** Limits held from the drain until the return or until the target becomes a straggler. */
  readonly actingLimits: readonly number[];
  /** Limits held from the drain until the return, stragglers included. */
  readonly unavailableLimits: readonly number[];
  /** Return-gate scopes: whole plan, or each cluster or customer. */
  readonly scopes: readonly ReturnScope[];
  readonly soakMs: number;
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
  readonly members: Int32Array;
  readonly after: readonly number[];
  readonly gate: WaveGate;
  /** Mode confirm: an approval opens it. */
  readonly asks: boolean;
  readonly affected: string;
}

/** The steps of one kind of target: forward (ending with `return`), back, and the automatic mop-up tries. Ranges are [first, end). */
export interface Chain {
  readonly id: string;
  readonly first: number;
  readonly end: number;
  readonly drain: number;
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
  /** Median, log-sd and failure share for the twin and the rehearsal; null = never stated. */
  readonly takes: { readonly medianMs: number; readonly logSd: number; readonly n: number } | null;
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
