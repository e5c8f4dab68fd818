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

/** What can read a version out of the output of a vendor's tool: src/core/reading/read-as.ts. */
export const READERS = ['mlxfwmanager', 'flint', 'nvfwupd', 'nvidia-smi', 'ibswinfo'] as const;
export type ReaderName = (typeof READERS)[number];

/** What can judge a check by its output: src/core/reading/judge-check.ts. */
export const JUDGES = ['nccl', 'dcgmi'] as const;
export type JudgeName = (typeof JUDGES)[number];

/** How a version is read: an argument list that prints it, or a tool's own output and which part of it is meant. */
export type Reading = readonly string[] | ReadByTool;

interface ReadByTool {
  readonly run: readonly string[];
  readonly as: ReaderName;
  /** A part number or PSID, a component; absent: whatever the tool lists, which must all run one version. */
  readonly part?: string;
}

/** The argument list alone. */
export function argvOf(reading: Reading): readonly string[] {
  return 'run' in reading ? reading.run : reading;
}

/**
 * return: undrain and leave the reservation, once conforming and validated; always the last step of a node. hand-over: drain-only waits here
 * for an approval. links: every link that the target had at hand-over is up again, as wide and as fast, and clean for a while.
 */
export type DoAct = 'drain' | 'hand-over' | 'return' | 'links' | 'reboot' | 'power-cycle' | 'ac-cycle' | 'power-on' | 'power-off' | 'reset';

export type StepAction =
  | { readonly kind: 'do'; readonly act: DoAct }
  | { readonly kind: 'run'; readonly argv: readonly string[] }
  /** By the shell: a file of the server's machine to every target, there only with this SHA-256 (lower-case hexadecimal). */
  | { readonly kind: 'push'; readonly from: string; readonly to: string; readonly sha256: string }
  /** By the BMC: a firmware image (a file or an address) for these ids of its firmware inventory, or for what the image is for. */
  | { readonly kind: 'update'; readonly image: string; readonly components: readonly string[] }
  /** Component -> how to read the version which RUNS; by the BMC: the one id of its firmware inventory. */
  | { readonly kind: 'read'; readonly read: { readonly [component: string]: Reading } }
  /** before: on the cleared target, ahead of any change; what fails there is kept, and fails nothing. */
  | { readonly kind: 'check'; readonly checks: readonly Check[]; readonly before?: true };

export interface Check {
  readonly name: string;
  readonly run: readonly string[];
  /**
   * How many nodes take part in one run of it; rail: all of a unit that are there, once for each rail; all: all of a cluster that are there.
   * `{nodes}` is then a list of them, `{rail}` the rail's number.
   */
  readonly nodes: number | 'rail' | 'all';
  readonly takes: Prior | null;
  /** Share (0..1) of defects it is expected to catch; null = unknown. */
  readonly catches: number | null;
  /** Run on the cleared target before anything is changed too, and kept with the baseline; it fails nothing then. Absent: no. */
  readonly before?: true;
  /** The output is judged too, not the exit code alone. */
  readonly as?: JudgeName;
  /** With `nccl`: the least average bus bandwidth, GB/s. */
  readonly busbwMin?: number;
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
