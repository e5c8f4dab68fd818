// The limits in force for a change: windows, how many at once, gates, what jobs are asked, crews, parts. Every default is filled in.
import type { Assumptions } from '../forecast/assumptions.ts';

/** A count, or a share of the plan's targets in its scope (rounded down, at least 1). */
export type Quantity = { readonly kind: 'count'; readonly count: number } | { readonly kind: 'share'; readonly share: number };

export const LIMIT_SCOPES = ['fleet', 'cluster', 'rack', 'unit', 'feed', 'customer'] as const;
export type LimitScope = (typeof LIMIT_SCOPES)[number];

export interface Limit {
  readonly count: number;
  readonly per: LimitScope;
  readonly owner: string | null;
  readonly why: string | null;
  /** The date by which it should be mended, as written. */
  readonly until: string | null;
  /** Where the number comes from, and of when it is. */
  readonly source?: string;
  readonly since?: string;
}

export interface Window {
  readonly cluster: string;
  /** Unix minutes, half open. */
  readonly fromMin: number;
  readonly toMin: number;
}

export interface Gates {
  /** Share (0..1) of started targets that may fail; null = no such gate. */
  readonly failureRate: number | null;
  readonly returned: Quantity;
  readonly per: readonly ('cluster' | 'customer')[];
  readonly countIn: 'node' | 'domain' | 'unit';
  readonly soakMs: number;
  /** How long a link must be up without an error before it counts as clean; absent: LINK_SOAK_MS. */
  readonly linkSoakMs?: number;
  readonly timeoutMs: number;
}

/** A guess: long enough for a flap of a bad cable to show. */
export const LINK_SOAK_MS = 60_000;

/** How a job is asked for a checkpoint. */
export type JobAsk =
  | { readonly kind: 'none' }
  | { readonly kind: 'signal'; readonly signal: string; readonly to: 'batch' | 'steps' | 'full' }
  | { readonly kind: 'touch'; readonly file: string }
  | { readonly kind: 'run'; readonly argv: readonly string[] };

/** What is believed as proof of a checkpoint; an exit code is none. */
export type JobProof =
  | { readonly kind: 'none' }
  | { readonly kind: 'requeued' }
  | { readonly kind: 'newer'; readonly file: string }
  | { readonly kind: 'run'; readonly argv: readonly string[] };

export interface JobsPolicy {
  readonly ask: JobAsk;
  readonly proof: JobProof;
  readonly then: 'wait' | 'requeue' | 'hold';
  /** How long proof is waited for before somebody is called. */
  readonly proofTimeoutMs: number;
}

export interface Blackout {
  readonly fromMin: number;
  readonly toMin: number;
  readonly why: string;
}

export interface Crew {
  readonly count: number;
  /** Unix-minute intervals in which the crew works; null = always. */
  readonly shifts: string | null;
  readonly timezone: string;
}

export interface Parts {
  readonly onSite: number;
  readonly arriving: readonly { readonly count: number; readonly atMin: number }[];
}

/** Words of people that can be made to need two. `drop`: giving a straggler up. */
export const APPROVED_WORDS = ['confirm', 'approve', 'recall', 'abort', 'consent', 'drop'] as const;
export type ApprovedWord = (typeof APPROVED_WORDS)[number];

/** How many different people must say a word before it is carried out. */
export interface Approval {
  readonly people: 1 | 2;
  /** The words that it is about; empty with one person. */
  readonly of: readonly ApprovedWord[];
}

export interface Policy {
  /** Empty: whenever `run` is called. */
  readonly windows: readonly Window[];
  readonly atWindowEnd: 'finish-started' | 'stop-and-return' | 'ask';
  readonly northStarMs: number | null;
  readonly atOnce: { readonly clusters: number | null; readonly nodes: Quantity; readonly perRack: Quantity; readonly perUnit: Quantity };
  readonly unavailableAtMost: Quantity;
  readonly limits: { readonly [name: string]: Limit };
  readonly overlap: readonly (readonly [string, string])[];
  readonly redundant: boolean;
  readonly leases: readonly string[];
  /** null: the default (one node when there are more than eight). */
  readonly canary: { readonly targets: string; readonly failed: number } | null;
  readonly gates: Gates;
  readonly jobs: JobsPolicy;
  readonly crew: { readonly [name: string]: Crew };
  readonly parts: { readonly [name: string]: Parts };
  readonly validation: 'all' | 'sample' | 'none';
  readonly blackouts: readonly Blackout[];
  /** For rehearsals only: what is known better than the defaults. */
  readonly assume?: Partial<Assumptions>;
  /** Absent: one person is enough for every word. */
  readonly approval?: Approval;
}
