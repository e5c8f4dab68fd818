// A plan: immutable, self-contained, with a parent and an id, leaving the runner no choices. This is the plan file's shape.
import type { Change, MopUpWay, ShareOf, Step, WayBack } from '../change/procedure.ts';
import type { Policy } from '../change/policy.ts';
import type { Finding } from '../finding.ts';
import type { Fleet, TargetKind } from '../fleet/model.ts';

export interface Plan {
  readonly schema: 1;
  /** sha256 of the canonical JSON without `id`. */
  readonly id: string;
  readonly parent: string | null;
  readonly fleet: { readonly id: string; readonly document: Fleet };
  readonly inventory: { readonly id: string; readonly at: number } | null;
  readonly change: Change;
  readonly policy: Policy;
  /** By id; one per kind of target and set of components. */
  readonly procedures: { readonly [id: string]: MergedProcedure };
  readonly phases: readonly Phase[];
  readonly waves: readonly Wave[];
  /** How the waves were cut and put in a row where somebody chose it; absent: a wave a cluster, by priority of their customers. */
  readonly sequence?: Sequence;
  /** Unix-minute intervals by calendar name (windows, blackouts, crews). */
  readonly calendars: { readonly [name: string]: readonly (readonly [number, number])[] };
  readonly catalogue: readonly { readonly component: string; readonly sha256: string }[];
  readonly report: PlanReport;
  readonly findings: readonly Finding[];
}

/** The components that one target gets, as one chain of steps with at most one activation per kind of it. */
export interface MergedProcedure {
  readonly kind: TargetKind;
  /** Component -> version it must RUN at the end. */
  readonly components: { readonly [component: string]: string };
  readonly needs: 'cleared' | 'off' | 'live';
  readonly steps: readonly Step[];
  readonly back: WayBack | null;
  readonly mopUp: readonly MopUpWay[];
  /** The worst of its components. */
  readonly defects?: ShareOf;
  readonly disturbs?: ShareOf;
}

/** What a search may choose without touching what people agreed: policy, windows and gates stay as they are. */
export interface Sequence {
  /** Clusters in the order in which they are served; those not named follow by priority of their customers. */
  readonly order?: readonly string[];
  /** What one wave of a cluster is; nodes that are in no such piece make one together. Absent: the whole cluster. */
  readonly cut?: 'cluster' | 'unit' | 'rack';
  /** How many pieces of one cluster may be in work at once: as many rows of waves, one after the other. Absent: 1. */
  readonly chains?: number;
}

export interface Phase {
  readonly name: string;
  readonly waves: readonly string[];
}

export interface Wave {
  readonly id: string;
  readonly cluster: string;
  readonly kind: TargetKind;
  /** Folded. */
  readonly targets: string;
  readonly procedure: string;
  /** Waves whose gate must have passed before it is opened (its first drain, or its first act). */
  readonly after: readonly string[];
  /** Waves of nodes all of whose targets must be cleared (or out of the run) before it is opened: a switch is quiet when they are. */
  readonly quiet?: readonly string[];
  /** Its targets are drained meanwhile, but this step of theirs waits until those waves' gates have passed. */
  readonly holds?: readonly { readonly step: string; readonly until: readonly string[] }[];
  /** Targets acting at the same time. */
  readonly atOnce: number;
  readonly gate: WaveGate;
  /** Folded: everything, of all customers, that the wave's acts take power, link, NVLink or subnet manager from. */
  readonly affected: string;
}

export interface WaveGate {
  /** How many targets may leave the happy path, mopped up or not, before the gate holds; null = no such stop (main waves). */
  readonly failedMax: number | null;
  /** How many must be back (and soaked) before the gate passes; the rest may be stragglers. */
  readonly returnedMin: number;
  /** Share of started targets that may fail, judged after min(20, wave); null = none. */
  readonly failureRateMax: number | null;
}

/** Why the plan is as it is: not a summary of it. */
export interface PlanReport {
  readonly why: readonly { readonly about: string; readonly text: string }[];
  /** Every default in force, as `policy.gates.returned = 95%`. */
  readonly defaults: readonly string[];
}
