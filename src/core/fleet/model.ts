// What exists: sites' clusters with their nodes, groups, switches, links, domains and feeds, normalised from fleet.yaml.
// Node sets are kept folded ("n[1-16]"); every default is already filled in.
import type { JsonObject } from '../../std/json.ts';

export const TARGET_KINDS = ['node', 'switch', 'link', 'domain', 'feed'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

/** observe: read only. confirm: one question a wave. drain-only: drains, holds, undrains on approve. act: all of it. */
export const MODES = ['observe', 'confirm', 'drain-only', 'act'] as const;
export type Mode = (typeof MODES)[number];

export interface Fleet {
  readonly name: string;
  /** IANA zone in which dates without an hour are read. */
  readonly timezone: string;
  readonly customers: readonly Customer[];
  readonly clusters: readonly Cluster[];
}

export interface Customer {
  readonly name: string;
  readonly timezone: string;
  /** 1 is served first. */
  readonly priority: number;
  readonly noticeMs: number;
}

export interface Cluster {
  readonly name: string;
  /** null: the operator's own. */
  readonly customer: string | null;
  readonly mode: Mode;
  readonly workload: 'training' | 'inference';
  /** Folded node set. */
  readonly nodes: string;
  /** null: ask the scheduler. */
  readonly gpusPerNode: number | null;
  readonly racks: readonly NodeGroup[];
  readonly units: readonly NodeGroup[];
  readonly domains: readonly NvlDomain[];
  readonly feeds: readonly NodeGroup[];
  readonly switches: readonly Switch[];
  /** `node/hca--switch/port` or `switch/port--switch/port` each, the switch of any cluster. */
  readonly links: readonly string[];
  /** Folded set of the nodes and switches at which subnet managers run; absent: not told. */
  readonly subnetManagers?: string;
  readonly image: string | null;
  /** By role or lease hook: which driver speaks to this cluster, and its options as written (secrets stay references). */
  readonly drivers: { readonly [role: string]: DriverChoice };
  /** Site hooks by name of the mover they stop (autoscaler, auto-repair, ...). */
  readonly leases: { readonly [mover: string]: LeaseHooks };
}

export interface NodeGroup {
  readonly name: string;
  readonly nodes: string;
}

export interface NvlDomain extends NodeGroup {
  /** NVLink switches in the domain. */
  readonly switches: number;
}

export interface Switch {
  readonly name: string;
  readonly role: 'leaf' | 'spine' | 'core' | 'unknown';
}

export interface DriverChoice {
  /** Name of the driver: slurm, ssh, twin, local, ... */
  readonly use: string;
  readonly options: JsonObject;
}

/** Argument lists run on the machine of `serve`; take and give must be idempotent, verify passes (exit 0) while the lease holds. */
export interface LeaseHooks {
  readonly take: readonly string[];
  readonly verify: readonly string[];
  readonly give: readonly string[];
  readonly renewEveryMs: number | null;
}

/** A dated, perhaps incomplete observation of the fleet. */
export interface Inventory {
  readonly fleet: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly nodes: readonly InventoryNode[];
}

export interface InventoryNode {
  readonly name: string;
  readonly cluster: string;
  readonly inService: boolean;
  /** As the scheduler words it, e.g. "idle", "mixed+drain". */
  readonly state: string;
  readonly reason: string;
  readonly gpus: number | null;
  /** Component -> version that RUNS, where somebody answered. */
  readonly versions: { readonly [component: string]: string };
  readonly jobs: number;
}
