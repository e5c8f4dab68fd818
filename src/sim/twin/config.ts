// What a twin is made of: its nodes, how long things take on them, the jobs on them, and what goes wrong.
import type { Spread, Command } from './commands.ts';
import type { AlertsConfig } from './alerts.ts';
import type { FabricSpec } from './fabric-config.ts';
import type { FeltEvent } from './felt-log.ts';
import { FIRMWARE, type FirmwareConfig } from './firmware-config.ts';

/** As the testbed has them, so that one scenario can be told of both. */
export const FAULTS = [
  /** Does not come up at its next boot: dead until a power cycle or a repair. */
  'neverBack',
  /** Comes up with the version it had. */
  'oldVersion',
  /** Takes `lateFactor` times as long to boot. */
  'lateBack',
  /** Some time after a boot it reboots by itself. */
  'backTwice',
  'applyFails',
  'checkFails',
  /** When it is drained, the epilog of its job (or of the job just before) never ends. */
  'hangDrain',
  /** The reboot command exits 0 and nothing happens. */
  'rebootFails',
] as const;
/** A firmware update by the BMC ends with exit 1. */
export const UPDATE_FAULT = 'updateFails';

export type Fault = (typeof FAULTS)[number] | typeof UPDATE_FAULT;

/** Which nodes have a fault: those named, and a drawn share (0..1) of the others. */
export interface FaultSpec {
  readonly nodes?: readonly string[];
  readonly share?: number;
  /** How often it strikes on a node before that node is well again; absent = always. */
  readonly times?: number;
}

interface TwinJobs {
  /** Share (0..1) of the nodes that have a job at the start. */
  readonly busy: number;
  /** Fewest and most nodes of one job. */
  readonly nodesEach: readonly [number, number];
  /** How long the jobs of the start have still to go. */
  readonly remaining: Spread;
  /** Share (0..1) of the jobs that write a checkpoint on a signal; the others are ended by it. */
  readonly handlesSignal: number;
  readonly checkpoint: Spread;
  readonly afterCheckpoint: 'goes-on' | 'requeues';
  /** From the end of a job until its nodes are free. */
  readonly epilog: Spread;
  /** From a requeue until the job may start again; Slurm's default is 120 s. */
  readonly requeueDelayMs: number;
}

/** How the scheduler answers when it is not well. Shares are of its calls. */
interface SlowScheduler {
  readonly share: number;
  readonly answerMs: number;
  /** Never answered; every second such act has happened all the same. */
  readonly dropShare: number;
}

/** What becomes of one command or boot. */
export interface Fate {
  readonly tookMs: number;
  /** Exit code of a command; a boot with another one than 0 never ends. */
  readonly exit: number;
}

export interface TwinConfig {
  readonly nodes: readonly string[];
  readonly gpusPerNode: number;
  readonly seed: number;
  readonly scenario: number;
  /** Component -> version that runs at the start; commands that name no component mean the first one. */
  readonly versions: { readonly [component: string]: string };
  /** Components whose new version runs at once; all others from the next boot on. */
  readonly activatesAtOnce: readonly string[];
  readonly durations: {
    readonly stage: Spread;
    readonly apply: Spread;
    readonly rollback: Spread;
    readonly reboot: Spread;
    readonly read: Spread;
    readonly check: Spread;
    readonly other: Spread;
  };
  readonly jobs: TwinJobs;
  readonly faults: { readonly [fault in Fault]?: FaultSpec };
  readonly lateFactor: number;
  readonly slowScheduler: SlowScheduler;
  /** Share (0..1) of commands on nodes that run, but whose answer is lost. */
  readonly lostAnswers: number;
  /** Slurm's: 2 = a rebooted node takes work again by itself and has lost our drain; 0 and 1 = it stays down until it is resumed. */
  readonly returnToService: 0 | 1 | 2;
  /** How long a silent node still looks well to the scheduler. */
  readonly silentAfterMs: number;
  /** Every call to an outside system takes this long, evenly spread. */
  readonly latencyMs: readonly [number, number];
  /** Whether a look at a node shows its processes of work. */
  readonly showsWork: boolean;
  /** null: no fabric, and no driver for one. */
  readonly fabric: FabricSpec | null;
  /** null: no alert ever fires. */
  readonly alerts: AlertsConfig | null;
  readonly firmware: FirmwareConfig;
  /** false keeps no felt log, for benches. */
  readonly felt: boolean;
  /** Called with each felt event at once; lets a caller keep them where a crash cannot reach. */
  readonly onFelt?: (event: FeltEvent) => void;
  /** The fate of each command and boot in the order they begin on a node; null, or absent: drawn from `durations` and `faults`. */
  readonly fateOf?: (node: string, what: readonly string[] | 'boot') => Fate | null;
  /** What an argument list does on a node; absent = told by the name of its program. */
  readonly interpret?: (argv: readonly string[], node: string) => Command;
}

const MINUTE_MS = 60_000;

/** A healthy twin of H100-like nodes with a host image, of which every field can be overridden. */
export function twinConfig(nodes: readonly string[], overrides: Partial<Omit<TwinConfig, 'nodes'>> = {}): TwinConfig {
  return {
    nodes,
    gpusPerNode: 8,
    seed: 1,
    scenario: 0,
    versions: { 'host-os': '2025.06' },
    activatesAtOnce: [],
    durations: {
      stage: { medianMs: 2 * MINUTE_MS, logSd: 0.2 },
      apply: { medianMs: 6 * MINUTE_MS, logSd: 0.25 },
      rollback: { medianMs: 2 * MINUTE_MS, logSd: 0.2 },
      reboot: { medianMs: 5 * MINUTE_MS, logSd: 0.3 },
      read: { medianMs: 500, logSd: 0.2 },
      check: { medianMs: 3 * MINUTE_MS, logSd: 0.2 },
      other: { medianMs: 500, logSd: 0.2 },
    },
    jobs: {
      busy: 0,
      nodesEach: [1, 8],
      remaining: { medianMs: 20 * MINUTE_MS, logSd: 0.5 },
      handlesSignal: 0,
      checkpoint: { medianMs: 30_000, logSd: 0.3 },
      afterCheckpoint: 'goes-on',
      epilog: { medianMs: 2_000, logSd: 0.2 },
      requeueDelayMs: 2 * MINUTE_MS,
    },
    faults: {},
    lateFactor: 3,
    slowScheduler: { share: 0, answerMs: 10_000, dropShare: 0 },
    lostAnswers: 0,
    returnToService: 2,
    silentAfterMs: 30_000,
    latencyMs: [0, 50],
    showsWork: true,
    fabric: null,
    alerts: null,
    firmware: FIRMWARE,
    felt: true,
    ...overrides,
  };
}
