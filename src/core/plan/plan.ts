// A plan: immutable, self-contained, with a parent and an id, leaving the runner no choices. This is the plan file's shape.
import type { Change, MopUpWay, Step, WayBack } from '../change/procedure.ts';
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
  /** Waves whose gate must have passed. */
  readonly after: readonly string[];
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
