// How a change is carried out on one target: ordered steps with their priors, the way back and the mop-up. Read from the catalogue.
import type { TargetKind } from '../fleet/model.ts';
import type { Role } from '../ports.ts';

/** A duration prior: lognormal with this median and log-sd, and how many observations stand behind it (0 = "never seen here"). */
export interface Prior {
  readonly medianMs: number;
  /** Between the targets of one run. */
  readonly logSd: number;
  readonly n: number;
  readonly source: string;
  /** Log-sd of what all targets of one run have in common, the uncertainty of the median included; absent: a default by `n`. */
  readonly between?: number;
  /** Degrees of freedom of that common part (Student-t); absent: normal. */
  readonly df?: number;
}

/** A share (0..1), with how many observations stand behind it. */
export interface ShareOf {
  readonly share: number;
  readonly n: number;
  readonly source: string;
}

/** The states a step may put a target into, in the order of the happy path. */
export const STEP_STATES = ['draining', 'updating', 'rebooting', 'conforming', 'validating'] as const;
type StepState = (typeof STEP_STATES)[number];

export type StepAction =
  /** return: undrain and leave the reservation, once conforming and validated; always the last step of a node. hand-over: drain-only waits here for an approval. */
  | { readonly kind: 'do'; readonly act: 'drain' | 'hand-over' | 'return' | 'reboot' | 'power-cycle' | 'power-on' | 'power-off' | 'reset' }
  | { readonly kind: 'run'; readonly argv: readonly string[] }
  /** Component -> argument list that prints the version which RUNS. */
  | { readonly kind: 'read'; readonly read: { readonly [component: string]: readonly string[] } }
  | { readonly kind: 'check'; readonly checks: readonly Check[] };

export interface Check {
  readonly name: string;
  readonly run: readonly string[];
  /** How many nodes take part in one run of it. */
  readonly nodes: number;
  readonly takes: Prior | null;
  /** Share (0..1) of defects it is expected to catch; null = unknown. */
  readonly catches: number | null;
}

export interface Step {
  readonly name: string;
  /** null: leaves the state alone (early steps). */
  readonly to: StepState | null;
  readonly by: Role;
  readonly action: StepAction;
  /** May run before the window, on a target in service. */
  readonly early: boolean;
  readonly destructive: boolean;
  /** One activation serves all components that share it. */
  readonly shared: boolean;
  /** Names of limits held while the step runs. */
  readonly uses: readonly string[];
  readonly takes: Prior | null;
  /** null: no time limit (drains are escalated, never timed out). */
  readonly timeoutMs: number | null;
  readonly attempts: number;
  /** Share (0..1) of attempts that fail. */
  readonly fails: number;
}

/** A step of Pitstop's own: no time limit, one attempt, nothing held, by the scheduler. */
export function builtInStep(name: string, action: StepAction, to: StepState | null): Step {
  return {
    name,
    to,
    by: 'scheduler',
    action,
    early: false,
    destructive: false,
    shared: false,
    uses: [],
    takes: null,
    timeoutMs: null,
    attempts: 1,
    fails: 0,
  };
}

export type Activation = 'none' | 'driver' | 'fw-reset' | 'warm' | 'dc' | 'ac' | 'unplug';
/** Rising order: merged changes take the highest. */
export const ACTIVATIONS: readonly Activation[] = ['none', 'driver', 'fw-reset', 'warm', 'dc', 'ac', 'unplug'];

export interface WayBack {
  readonly run: readonly string[];
  readonly takes: Prior | null;
  readonly timeoutMs: number;
}

export interface MopUpWay {
  readonly way: string;
  /** Share (0..1) of stragglers that this way settles. */
  readonly share: number;
  readonly takes: Prior | null;
  /** Tried by themselves, in order; empty = people. */
  readonly tries: readonly { readonly by: Role; readonly act: 'reboot' | 'power-cycle' }[];
  readonly crew: string | null;
  readonly part: string | null;
}

export interface Procedure {
  readonly component: string;
  readonly kind: TargetKind;
  readonly carries: readonly string[];
  readonly activates: Activation;
  /** What the target must be SEEN in before a destructive step. */
  readonly needs: 'cleared' | 'off' | 'live';
  /** Components that come before this one. */
  readonly after: readonly string[];
  readonly steps: readonly Step[];
  readonly back: WayBack | null;
  readonly mopUp: readonly MopUpWay[];
  /** Targets that come out of it with a defect nobody sees without a check; absent: unknown. */
  readonly defects?: ShareOf;
  /** Per link of a switch: links whose other end (port, adapter) does not come back with it; absent: none. */
  readonly disturbs?: ShareOf;
}

/** What somebody wants. */
export interface Change {
  readonly name: string;
  /** Folded target set; null = every target of the fleet of the kinds in `want`. */
  readonly targets: string | null;
  /** Component -> version. */
  readonly want: { readonly [component: string]: string };
  /** Part -> folded target set that gets a new one. */
  readonly replace: { readonly [part: string]: string };
}
