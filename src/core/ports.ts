// The ports of the functional core: what the runner needs of outside systems and of the log. Types only.
import type { Finding } from './finding.ts';
import type { JsonObject } from '../std/json.ts';

export type Role = 'scheduler' | 'allocator' | 'shell' | 'bmc' | 'fabric' | 'alerts' | 'local';

/** What is asked of an outside system, by role; a closed union. Targets are given beside it. */
export type Act =
  | { readonly role: 'scheduler'; readonly do: 'reserve' | 'unreserve' | 'undrain'; readonly run: string }
  | { readonly role: 'scheduler'; readonly do: 'drain'; readonly run: string; readonly why: string }
  | {
      readonly role: 'scheduler';
      readonly do: 'signal';
      readonly job: string;
      readonly signal: string;
      readonly to: 'batch' | 'steps' | 'full';
    }
  | { readonly role: 'scheduler'; readonly do: 'requeue'; readonly job: string; readonly hold: boolean }
  /** hold: nothing new is placed on the targets, what is there stays. release: our hold is lifted, and nobody else's. */
  | { readonly role: 'allocator'; readonly do: 'hold' | 'release'; readonly run: string; readonly why: string }
  /** A file of the server's machine to the same path on every target, there only when its SHA-256 is this one; the node's old file stays until then. */
  | { readonly role: 'shell'; readonly do: 'push'; readonly from: string; readonly to: string; readonly sha256: string }
  /** `once`: the same key runs at most once on a node; a second call waits for the first and gives its result. */
  | {
      readonly role: 'shell';
      readonly do: 'run';
      readonly argv: readonly string[];
      readonly version: string | null;
      readonly previous: { readonly [target: string]: string };
      readonly once: boolean;
    }
  /** A target reboots only if it still shows the boot id given here. */
  | { readonly role: 'shell'; readonly do: 'reboot'; readonly bootIds: { readonly [target: string]: string } }
  /** power-cycle: the host's power (DC). ac-cycle: the standby power too, so the BMC goes away with it. reset: the BMC alone. */
  | { readonly role: 'bmc'; readonly do: 'power-on' | 'power-off' | 'power-cycle' | 'ac-cycle' | 'reset' }
  /**
   * `image`: a file of the server's machine, or an address that the BMC fetches. `components`: ids of the firmware inventory, empty = what
   * the image is for. Ends with the task: evidence `exit` 0 or 1, as of a command, with the task's own words.
   */
  | { readonly role: 'bmc'; readonly do: 'update'; readonly image: string; readonly components: readonly string[] }
  /** A command on the management machine about the target ({node} is its name); `once` as of a shell. */
  | {
      readonly role: 'fabric';
      readonly do: 'run';
      readonly argv: readonly string[];
      readonly version: string | null;
      readonly previous: { readonly [target: string]: string };
      readonly once: boolean;
    }
  /** Targets are subnet managers, by the names of the driver's options. */
  | { readonly role: 'fabric'; readonly do: 'sm-stop' | 'sm-start' }
  /** silence: these targets too, all of the run's until `until` (Unix ms). unsilence: these no more; the last one removes it. */
  | { readonly role: 'alerts'; readonly do: 'silence'; readonly run: string; readonly until: number; readonly why: string }
  | { readonly role: 'alerts'; readonly do: 'unsilence'; readonly run: string }
  | { readonly role: 'local'; readonly do: 'run'; readonly argv: readonly string[] };

export interface ActRequest {
  readonly act: Act;
  readonly targets: readonly string[];
  /** Names the intent (`run/step/attempt`, the target is added by the driver): equal keys are the same act. */
  readonly key: string;
  /** Unix milliseconds after which the act must not start any more, and is given up. */
  readonly deadline: number;
}

/** done: it happened. accepted: it was taken, look whether it happens. refused: it certainly did not happen. unknown: look. */
export type Outcome = 'done' | 'accepted' | 'refused' | 'unknown';

export interface Result {
  readonly target: string;
  readonly outcome: Outcome;
  /** For `run`: exit, stdout, stderr (trimmed, bounded). Never secrets. */
  readonly evidence: JsonObject;
}

export interface JobFacts {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly state: string;
  /** Folded; empty while pending. */
  readonly nodes: string;
  readonly batchNode: string | null;
  readonly startedAt: number | null;
  /** By its time limit; null = none. */
  readonly endsBy: number | null;
  readonly restarts: number;
  readonly gpus: number;
  readonly comment: string;
}

/** Whose drain, maintenance or reservation stands on a target. `run` is set when it is one of Pitstop's. */
export interface Claim {
  readonly by: 'pitstop' | 'foreign';
  readonly run: string | null;
  readonly reason: string;
}

export interface SchedulerFacts {
  readonly role: 'scheduler';
  /** docs/concepts.md: accepts work, no drain, fail, maintenance, `*` or reboot flag. */
  readonly inService: boolean;
  readonly responding: boolean;
  /** As the scheduler words it, lower case, flags joined by "+": "idle", "mixed+drain", "down*". */
  readonly state: string;
  /** null: not drained. */
  readonly drain: Claim | null;
  /** A maintenance reservation over the target; null: none. */
  readonly reservation: Claim | null;
  /** Jobs that hold the target, completing ones and their epilogs included. */
  readonly jobs: readonly JobFacts[];
  readonly gpus: number | null;
}

export interface ShellFacts {
  readonly role: 'shell';
  readonly reachable: boolean;
  readonly bootId: string | null;
  /** Processes of work that the node itself shows; null: nobody told us how to look. */
  readonly work: readonly string[] | null;
}

export interface BmcFacts {
  readonly role: 'bmc';
  readonly power: 'on' | 'off' | 'unknown';
  /** Version by id of the firmware inventory; null: this BMC does not tell. */
  readonly firmware: { readonly [id: string]: string } | null;
  /** A firmware update that runs, or a background copy: no power may be taken now. Empty: none. */
  readonly busy: string;
}

export interface LinkFacts {
  /** `node/hca--switch/port`, or between switches `switch/port--switch/port` with the lesser name first. */
  readonly link: string;
  /** initialize: up, but not (yet) configured by a subnet manager; Armed counts as that. */
  readonly state: 'down' | 'initialize' | 'active';
  /** As the tools word it: "4X", "NDR"; null: not told. */
  readonly width: string | null;
  readonly speed: string | null;
  /** Counters of both ends added up, since somebody cleared them; only those that are not 0. */
  readonly errors: { readonly [counter: string]: number };
}

export interface SubnetManager {
  /** As the driver's options name it, else its GUID. */
  readonly name: string;
  readonly guid: string;
  readonly state: 'master' | 'standby' | 'discovering' | 'not-active';
  readonly priority: number | null;
  /** SHA-256 of what it is configured with; null: nobody told us how to read it. */
  readonly config: string | null;
}

/** What the fabric shows of a node, a switch or a link. */
export interface FabricFacts {
  readonly role: 'fabric';
  /** Seen by the sweep that began at the observation's `at`. */
  readonly present: boolean;
  readonly guid: string | null;
  readonly lid: number | null;
  /** Those seen; a link that is down may be missing altogether. A link has itself alone. */
  readonly links: readonly LinkFacts[];
  /** All of the whole fabric, the same in every observation of a sweep. */
  readonly managers: readonly SubnetManager[];
}

/** What the system that places VMs or containers shows of a node. */
export interface AllocatorFacts {
  readonly role: 'allocator';
  /** It may place new work on the target. */
  readonly open: boolean;
  /** Why it may not, when somebody said so; null: not held. */
  readonly hold: Claim | null;
  readonly placements: readonly { readonly id: string; readonly owner: string }[];
  /** Outside production, and somebody still occupies it; null: nobody. */
  readonly session: { readonly whose: string; readonly since: number | null } | null;
  /** The customer handed it over there; null: not (yet). */
  readonly released: { readonly by: string; readonly at: number } | null;
}

export interface AlertsFacts {
  readonly role: 'alerts';
  /** Silences that match the target, ours and others'. */
  readonly silences: readonly { readonly id: string; readonly by: Claim; readonly until: number }[];
  readonly firing: readonly { readonly alert: string; readonly since: number; readonly silenced: boolean }[];
}

export type Facts = SchedulerFacts | ShellFacts | BmcFacts | FabricFacts | AllocatorFacts | AlertsFacts;

/** One look at one target; facts null = nobody answered, which is never "fine". `at` is when the look began. */
export interface Observation {
  readonly target: string;
  readonly at: number;
  readonly facts: Facts | null;
  /** Why there are no facts, or a remark. */
  readonly why: string;
}

export interface Driver {
  readonly name: string;
  readonly roles: readonly Role[];
  /** true: one call for many targets is one call to the system (folded); false: a call per target costs the same. */
  readonly folds: boolean;
  /** One observation per target and role of the driver, in any order. Never throws for a target; a dead system gives facts null. */
  observe(targets: readonly string[], signal: AbortSignal): Promise<Observation[]>;
  /** One result per target. Throws only for a bug of ours. */
  act(request: ActRequest, signal: AbortSignal): Promise<Result[]>;
  /** The commands that this act would be, folded, as people read them; nothing is asked of the system. For dry runs. */
  describe(request: ActRequest): readonly string[];
  /** Does the system answer, with the rights we need? For `doctor`. */
  diagnose(targets: readonly string[], signal: AbortSignal): Promise<Finding[]>;
  /** What it waits for right now, for people: "slurmctld: 3 of 5 calls slow". Empty: nothing. */
  waitingFor(): readonly string[];
  close(): Promise<void>;
}

/** Every kind of journal entry. The order is the storage format: append only, never reorder. */
export const ENTRY_KINDS = [
  // of the run; target -1
  'claim',
  'confirm',
  'release',
  'consent',
  'baseline',
  'begin',
  'pause',
  'resume',
  'abort',
  'hold',
  'unhold',
  'approve',
  'recall',
  'gate',
  'gate-timeout',
  'lease',
  'job',
  'note',
  'window',
  // of a target: events given to `advance`
  'done',
  'failed',
  'expired',
  'foreign',
  'foreign-gone',
  'retry',
  'fixed',
  'drop',
  'soak-passed',
  'soak-failed',
  'skip',
  // of a target: what was about to be done, was done, and was seen
  'intent',
  'act',
  'observed',
  // of the run; target -1
  'forecast',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** One line of a run's journal as the runner writes it; `target` and `step` are the program's ids, -1 = none. */
export interface Entry {
  readonly at: number;
  readonly target: number;
  readonly kind: EntryKind;
  readonly step: number;
  readonly attempt: number;
  readonly note: EntryNote | null;
}

export interface EntryNote {
  readonly by?: string;
  readonly why?: string;
  readonly data?: JsonObject;
}

export interface StoredEntry extends Entry {
  /** 1, 2, 3, ... over all shards of a run, without holes. */
  readonly seq: number;
  readonly shard: number;
  readonly epoch: number;
}

export interface RunHeader {
  readonly run: string;
  readonly planId: string;
  readonly createdAt: number;
  /** The plan's JSON text, byte for byte. */
  readonly plan: string;
  /** Names by program id. */
  readonly targets: readonly string[];
  readonly steps: readonly string[];
  readonly shards: number;
  /** What `run` was called with (driver overrides of a twin, the fleet folder, who). */
  readonly options: JsonObject;
  /** null while unfinished. */
  readonly finishedAt: number | null;
}

/** One line of the desk's book (src/desk): people, tokens, plans kept, links shared. It belongs to no run. */
export interface StreamEntry {
  /** Unix ms. */
  readonly at: number;
  readonly kind: string;
  readonly by: string;
  readonly why: string;
  readonly data: JsonObject;
}

export interface StoredStreamEntry extends StreamEntry {
  /** 1, 2, 3, ... within its stream, without holes. */
  readonly seq: number;
}

/** The only truth about runs: append-only, packed, fenced by epoch. All methods reject with JournalClosedError after close. */
export interface Journal {
  /** Registers the run and occupies its targets, or only those given, in one transaction. Rejects with RunExistsError or TargetOccupiedError. */
  create(header: Omit<RunHeader, 'finishedAt'>, occupies?: readonly string[]): Promise<void>;
  runs(): Promise<readonly RunHeader[]>;
  /** Frees these targets of an unfinished run: they have settled, and another run may have them. */
  free(run: string, targets: readonly string[]): Promise<void>;
  /** Frees the run's targets. */
  finish(run: string, at: number): Promise<void>;
  /** Takes the shard over: everything an older epoch writes from now on is refused. Returns the new epoch, from 1. */
  claim(run: string, shard: number, owner: string): Promise<number>;
  /** Resolves with the entries' last seq once they are durable (group commit). Rejects with JournalFencedError for a stale epoch. */
  append(run: string, shard: number, epoch: number, entries: readonly Entry[]): Promise<number>;
  /** Entries with seq >= from, in seq order, at most `limit`. */
  read(run: string, from: number, limit: number): Promise<readonly StoredEntry[]>;
  /** Beside the runs: resolves with the entry's seq once it is durable. Streams need no creation. */
  appendStream(stream: string, entry: StreamEntry): Promise<number>;
  /** Entries of the stream with seq >= from, in seq order, at most `limit`; empty for a stream that nobody wrote to. */
  readStream(stream: string, from: number, limit: number): Promise<readonly StoredStreamEntry[]>;
  /** Called after entries of any run became durable; returns the way to stop. */
  subscribe(listener: (run: string, lastSeq: number) => void): () => void;
  close(): Promise<void>;
}
