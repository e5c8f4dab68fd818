// What a rehearsal asks of an engine, as values. A driver is a generator: it yields requests and is given answers, so the same pure code is
// served in-process by a test, or by worker threads that it knows nothing of.
import type { Basis } from '../../core/forecast/forecast.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Present } from '../exact/present.ts';

export type EngineName = 'fast' | 'exact';

/** A model to run scenarios of. Equal specs give equal answers, on any machine; the same object is sent to a worker once. */
export interface Spec {
  readonly plan: Plan;
  readonly engine: EngineName;
  readonly seed: number;
  /** Fast engine: how many targets it keeps at least; absent: its default. */
  readonly keep?: number;
  /** Unix ms at which the run begins; absent: as its windows and crews say (SimOptions). */
  readonly startMs?: number;
  /** Exact engine: goes on from there. */
  readonly present?: Present;
}

/** Scenarios [from, from + count) of a model. */
export interface Request {
  readonly spec: Spec;
  readonly from: number;
  readonly count: number;
}

export interface Answer {
  /** null: stopped before the model was there, and no scenario was run. */
  readonly about: ModelAbout | null;
  /** Scenarios that were run, from the first one on without a gap: fewer than asked for when somebody stopped it. */
  readonly count: number;
  /** Rows of `rows.ts`, one a scenario. */
  readonly rows: Float64Array;
}

/** What the numbers of a row are about. */
export interface ModelAbout {
  /** Targets whose return is counted. */
  readonly counted: number;
  readonly targets: number;
  readonly clusters: readonly { readonly name: string; readonly customer: string | null; readonly counted: number }[];
  readonly steps: readonly StepAbout[];
  readonly limits: readonly string[];
  /** Targets that were really simulated; fewer than `targets` with the fast engine. */
  readonly simulated: number;
  /** The priors it rests on, and what was assumed, in words. */
  readonly basis: readonly Basis[];
  readonly notes: readonly string[];
}

interface StepAbout {
  readonly procedure: string;
  readonly step: string;
  /** Of the happy path; the others belong to the mop-up and the way back. */
  readonly forward: boolean;
  /** Names of the limits that it takes. */
  readonly limits: readonly string[];
  /** Of one target that waits for nobody. */
  readonly medianMin: number;
}

/** Requests of one turn may be answered in any order and at the same time. */
export type Asking<T> = Generator<readonly Request[], T, readonly Answer[]>;

/** Carries a driver out with one function that answers; the driver's result. */
export function answerAll<T>(asking: Asking<T>, answer: (request: Request) => Answer): T {
  let turn = asking.next();
  while (!turn.done) turn = asking.next(turn.value.map(answer));
  return turn.value;
}
