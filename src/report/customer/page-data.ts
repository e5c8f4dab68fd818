// What the customer's page and its feed show, as data: of one customer only, with nothing in it that is internal to the operator.

export const PHASES = ['planned', 'waiting', 'under way', 'returned', 'settled', 'aborted'] as const;
/**
 * planned: no run yet. waiting: a run is there, none of the customer's nodes has left service. under way: some have, and fewer are back than
 * agreed. returned: as many are back as agreed, the rest is being worked on. settled: every node is back or waits for a repair by name.
 */
export type Phase = (typeof PHASES)[number];

export const NODE_LISTS = ['returned', 'out', 'untouched', 'not-taken'] as const;
/**
 * returned: back in service with the new (or, after a recall, the old) version. out: left service and is not back. untouched: in the plan and
 * still as it was. not-taken: of the customer's clusters, but out of service when the work began, or not in the plan.
 */
export type NodeList = (typeof NODE_LISTS)[number];

export const DOINGS = ['emptying', 'queued', 'updating', 'restarting', 'checking', 'held', 'repair'] as const;
/** What an `out` node is about. queued: empty, waits for its next step. held: somebody stopped it. repair: waits for people or a part. */
export type Doing = (typeof DOINGS)[number];

export interface CustomerPage {
  readonly customer: string;
  /** Name of the change. */
  readonly title: string;
  /** Why it is done, in the desk's words; null: nobody wrote it. */
  readonly why: string | null;
  /** Whom to ask; null: nobody wrote it. */
  readonly contact: string | null;
  readonly phase: Phase;
  /** IANA zone of the customer; every time is shown in it. */
  readonly zone: string;
  /** When this was true; Unix ms, as all times here. */
  readonly now: number;
  /** When the link to the page stops working. */
  readonly expiresAt: number;
  /** The customer's own clusters that the plan touches. */
  readonly clusters: readonly string[];
  readonly windows: readonly PageWindow[];
  /** When the customer's first node left service; null: none has. */
  readonly firstDrainAt: number | null;
  readonly capacity: Capacity;
  /** When 50, 75 and 95 per cent of the nodes are back, in this order. */
  readonly marks: readonly Mark[];
  /** Every estimate ever given, oldest first. */
  readonly etas: readonly Eta[];
  /** null: neither a forecast nor a return to draw. */
  readonly curve: PageCurve | null;
  readonly changes: readonly VersionChange[];
  readonly replaced: readonly { readonly part: string; readonly nodes: NodeSetCount }[];
  /** What of `changes` may break a job. */
  readonly breakers: readonly JobBreaker[];
  readonly nodes: { readonly [list in NodeList]: NodeSetCount };
  /** Of nodes.out; what nobody is in is left out. */
  readonly doing: readonly { readonly doing: Doing; readonly nodes: NodeSetCount }[];
  /** Of nodes.returned: whether every check was passed after the last act on the node. */
  readonly validated: NodeSetCount;
  readonly unvalidated: NodeSetCount;
  /** By the maintenance team, newest first. */
  readonly updates: readonly { readonly at: number; readonly text: string }[];
  /** What the customer did on this page, newest first. */
  readonly said: readonly OwnWord[];
  readonly offers: Offers;
  /** Sent back with each form. */
  readonly csrf: string;
  /** What became of the form just sent. */
  readonly notice: Notice | null;
  /** The page reloads itself after so many seconds; null: it does not. */
  readonly refreshSeconds: number | null;
}

export interface Notice {
  readonly kind: 'done' | 'refused';
  readonly text: string;
}

export interface PageWindow {
  readonly cluster: string;
  readonly from: number;
  readonly to: number;
}

/** A folded node set and how many it is; "" is none. */
export interface NodeSetCount {
  readonly nodes: string;
  readonly count: number;
}

export interface Capacity {
  /** Nodes of the plan that were in service when the work began (before it: all of the plan). */
  readonly nodes: number;
  /** Of them, now: returned or untouched. */
  readonly usable: number;
  readonly returned: number;
  /** GPUs of the same; null: not known for every node. */
  readonly gpus: { readonly all: number; readonly usable: number } | null;
  /** Whole units or NVL domains, where the contract counts in them: all of whose nodes are usable; null: it counts nodes. */
  readonly groups: { readonly kind: 'unit' | 'domain'; readonly all: number; readonly usable: NodeSetCount } | null;
  /** Nodes that must be back by contract. */
  readonly needed: number;
}

export interface Mark {
  readonly percent: number;
  /** Nodes that are so many per cent. */
  readonly nodes: number;
  /** When so many were back, and they have stayed so; null: not yet. */
  readonly reachedAt: number | null;
  /** By the latest estimate; null: none, or not within its horizon. */
  readonly likelyAt: number | null;
  /** In nine of ten scenarios. */
  readonly lateAt: number | null;
  /** The same from the first drain, in minutes, for a plan without a date. */
  readonly likelyMin: number | null;
  readonly lateMin: number | null;
}

/** told: given to the customer at that time. start: frozen when the run began. now: the latest. */
export type EtaKind = 'told' | 'start' | 'now';

export interface Eta {
  readonly at: number;
  readonly kind: EtaKind;
  /** When 50, 75 and 95 per cent are back, half of the scenarios; null: not known. */
  readonly likelyAt: readonly [at50: number | null, at75: number | null, at95: number | null];
  /** 95 per cent, nine of ten scenarios. */
  readonly late95At: number | null;
  /** By how much 95 per cent moved against the estimate before, in minutes; positive = later; null: nothing to compare. */
  readonly movedMin: number | null;
}

export interface PageCurve {
  /** Nodes that 100 % is. */
  readonly nodes: number;
  /** Unix ms of minute 0; null: not known yet. */
  readonly zeroAt: number | null;
  /** When 1 to 100 per cent are back; empty: no forecast. */
  readonly forecast: readonly {
    readonly share: number;
    readonly p10Min: number | null;
    readonly p50Min: number | null;
    readonly p90Min: number | null;
  }[];
  readonly milestones: { readonly [percent: string]: { readonly p50Min: number | null; readonly p90Min: number | null } };
  /** Minutes from minute 0, nodes that were back; empty: nothing has happened. */
  readonly actual: readonly (readonly [min: number, count: number])[];
  readonly nowMin: number | null;
  readonly windowEndMin: number | null;
}

export interface VersionChange {
  readonly component: string;
  /** What gets it. */
  readonly on: 'node' | 'switch' | 'link' | 'domain' | 'feed';
  readonly targets: number;
  readonly after: string;
  /** Most frequent first; empty: not known. */
  readonly before: readonly { readonly version: string; readonly targets: number }[];
}

export interface JobBreaker {
  /** As a user of the cluster calls it. */
  readonly area: string;
  readonly component: string;
  readonly before: string | null;
  readonly after: string;
  readonly check: string;
  /** What the new version is known to do for a job, e.g. the newest CUDA it runs; null: nothing known. */
  readonly gives: string | null;
}

export const WORD_KINDS = ['release', 'counter', 'recall', 'sooner-unvalidated', 'later-validated'] as const;
export type WordKind = (typeof WORD_KINDS)[number];

export interface OwnWord {
  readonly at: number;
  readonly kind: WordKind;
  /** Folded; "" where it was about all. */
  readonly targets: string;
  /** Of a counter-offer; null: it named none. */
  readonly window: { readonly from: number; readonly to: number } | null;
  readonly text: string;
}

/** What the customer may do now; null: not now. */
interface Offers {
  readonly release: ReleaseOffer | null;
  readonly counter: { readonly from: number | null; readonly to: number | null } | null;
  readonly recall: RecallOffer | null;
  readonly choice: ChoiceOffer | null;
}

export interface ReleaseOffer {
  /** Not released yet. */
  readonly nodes: NodeSetCount;
  readonly released: number;
  /** What becomes of jobs on them. */
  readonly jobs: 'wait' | 'requeue' | 'hold';
}

/** What would come back how, in the order in which it would. */
export interface RecallOffer {
  /** Never drained: stay in service. */
  readonly untouched: number;
  /** Left service, nothing on them changed. */
  readonly unchanged: number;
  /** Changed, and their old version can be put back. */
  readonly wayBack: number;
  /** Median minutes of putting it back; null: not known. */
  readonly wayBackMin: number | null;
  /** Changed, with no way back: go on. */
  readonly onward: number;
  /** Wait for a repair. */
  readonly repair: number;
  /** Already back. */
  readonly returned: number;
}

export interface ChoiceOffer {
  readonly sooner: ChoiceTimes;
  readonly later: ChoiceTimes;
  /** Nodes not back yet that the choice is about. */
  readonly nodes: number;
  /** Of them, how many are expected to come back with a fault that the checks would have found; null: not known here. */
  readonly faulty: number | null;
  /** Nodes behind that number; 0: never measured here. */
  readonly seen: number;
  /** What the customer chose last; null: nothing. */
  readonly chosen: 'sooner-unvalidated' | 'later-validated' | null;
}

/** When 95 per cent are back. */
export interface ChoiceTimes {
  readonly likelyAt: number | null;
  readonly lateAt: number | null;
  readonly likelyMin: number | null;
  readonly lateMin: number | null;
}
