// What a rehearsal says: when which share of the nodes is back, what that costs, and how sure that is. Types shared by engines,
// reports, pictures and the command line; all times in minutes from time zero (the first drain) unless a name says otherwise.

/** Shares (per cent) of the baseline whose return has a name of its own. */
export const MILESTONES = [50, 75, 95, 99, 100] as const;

/** null: not within the horizon in more than half (p50) or a tenth (p90) of the scenarios. */
export interface Band {
  readonly p50Min: number | null;
  readonly p90Min: number | null;
}

/** A milestone, with the 95 % interval that the number of scenarios leaves to its P90 (order statistics). */
export interface Milestone extends Band {
  readonly lowMin: number | null;
  readonly highMin: number | null;
  /** Share (0..1) of the scenarios that reached it within the horizon. */
  readonly reached: number;
}

export interface Spread {
  readonly p50: number | null;
  readonly p90: number | null;
}

export interface Forecast {
  readonly plan: string;
  readonly seed: number;
  readonly scenarios: number;
  readonly engine: 'fast' | 'exact';
  /** Largest relative difference (per cent) of T50, T75, T95 between fast and exact over the paired scenarios; null: engine exact. */
  readonly errorPct: number | null;
  /** Nodes whose return is counted. */
  readonly nodes: number;
  /** Unix minute at which the first window opens; null: no window, time zero is whenever the run is begun. */
  readonly windowMin: number | null;
  readonly oneNodeMin: Spread;
  /** By MILESTONES, as text. */
  readonly milestones: { readonly [q: string]: Milestone };
  /** Milestone 95 at P50 by oneNode at P50; null where one of them is. */
  readonly ratio: number | null;
  /** From the last target of the happy path until the last straggler has settled. */
  readonly mopUpMin: Spread;
  readonly gpuHoursNotReturned: Spread;
  /** Targets that leave the happy path. */
  readonly stragglers: Spread;
  /** Share (0..1) of scenarios in which the last window of a cluster ends before the return gate is met; null: no windows. */
  readonly short: number | null;
  /** The return gate of the policy. */
  readonly gateMin: Band;
  /** When 1, 2, ... 100 per cent are back. */
  readonly curve: readonly CurvePoint[];
  /** Return gate per scope of the policy (cluster, customer), and the clusters' own curves' milestones. */
  readonly clusters: readonly ClusterForecast[];
  /** The priors it rests on, with the number of observations behind each. */
  readonly basis: readonly Basis[];
  /** What had to be assumed, in words. */
  readonly notes: readonly string[];
}

export interface CurvePoint {
  /** Per cent of the baseline. */
  readonly share: number;
  readonly p10Min: number | null;
  readonly p50Min: number | null;
  readonly p90Min: number | null;
}

export interface ClusterForecast {
  readonly cluster: string;
  readonly customer: string | null;
  readonly nodes: number;
  readonly milestones: { readonly [q: string]: Band };
}

export interface Basis {
  /** Procedure and step, or the assumption's name. */
  readonly about: string;
  readonly medianMin: number;
  readonly logSd: number;
  /** Observations here; 0: never seen here. */
  readonly n: number;
  readonly source: string;
  /** Nobody stated it: a default of the kind of step stands in. */
  readonly assumed: boolean;
}

/** What one limit costs: re-simulated without it on the same scenarios. */
export interface LimitCost {
  readonly name: string;
  /** What kind of thing it is, in one word: limit, crew, part, window, blackout, gate, canary, order, drain, validation, staging. */
  readonly kind: string;
  readonly value: string;
  readonly owner: string | null;
  readonly source: string | null;
  readonly since: string | null;
  readonly why: string | null;
  /** Mend-by date. */
  readonly until: string | null;
  /** Median gain in minutes of that milestone, with the 95 % interval of the paired difference. */
  readonly gainMin: { readonly [q: string]: Difference };
}

export interface Difference {
  readonly diffMin: number | null;
  readonly lowMin: number | null;
  readonly highMin: number | null;
}

export interface LimitsReport {
  readonly plan: string;
  readonly seed: number;
  readonly scenarios: number;
  readonly engine: 'fast' | 'exact';
  readonly oneNodeMin: Spread;
  readonly fleetMin: { readonly [q: string]: Band };
  readonly ratio: number | null;
  /** Dearest first. */
  readonly limits: readonly LimitCost[];
  /** Which steps take as long for all as for one, and which grow with the number of nodes. */
  readonly steps: readonly StepGrowth[];
  /** T(N): how the milestones grow with the number of nodes, all limits as they are. */
  readonly growth: readonly { readonly nodes: number; readonly t50Min: number | null; readonly t95Min: number | null }[];
  /** Number of nodes from which T95 grows by more than a tenth over T(1) of the same plan; null: nowhere up to the fleet. */
  readonly bendsAtNodes: number | null;
}

export interface StepGrowth {
  readonly step: string;
  readonly oneNodeMin: number;
  /** Median time that targets of the fleet wait in front of the step. */
  readonly waitMin: number;
  readonly o1: boolean;
  /** The limit it waits for most; null: none. */
  readonly waitsFor: string | null;
}

export interface Comparison {
  readonly seed: number;
  readonly scenarios: number;
  readonly engine: 'fast' | 'exact';
  /** Second plan minus first plan, by milestone, paired scenarios: negative = the second is sooner. */
  readonly milestones: { readonly [q: string]: Difference };
  readonly gpuHours: { readonly diff: number; readonly low: number; readonly high: number };
  /** Variance of unpaired by variance of paired differences at T95: how much the common scenarios help. */
  readonly pairing: number | null;
}

/** One question of the challenger: it asks, it never blocks. Every number equals a re-simulation. */
export interface Question {
  readonly id: string;
  /** The limit, step, crew, part, window or wave it is about. */
  readonly about: string;
  readonly text: string;
  readonly numbers: { readonly [name: string]: number | string | null };
  /** The change of the plan that the numbers are those of, as `--set` words; empty: none would do it. */
  readonly sets: readonly string[];
}
