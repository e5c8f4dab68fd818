// A wave while the planner is at it: sets as sets, and what it waits for still open.
import type { Policy } from '../change/policy.ts';
import { resolveQuantity } from '../change/quantity.ts';
import type { TargetKind } from '../fleet/model.ts';
import { fold, size } from '../fleet/nodeset.ts';
import type { NodeSet } from '../fleet/nodeset.ts';
import type { MergedProcedure, Wave, WaveGate } from './plan.ts';
import type { ClusterTargets } from './targets.ts';

/** What the targets of one kind get. */
export interface KindWork {
  readonly kind: TargetKind;
  readonly procedureId: string;
  readonly procedure: MergedProcedure;
  /** In the order in which clusters are served. */
  readonly clusters: readonly ClusterTargets[];
  /** Kinds that come before it. */
  readonly after: readonly TargetKind[];
}

/**
 * canary: goes first. spine: one of parallel switches at a time, spine-canary the first of them. behind: nodes that only stand still for
 * something else. main: the rest.
 */
export type Role = 'canary' | 'spine-canary' | 'main' | 'spine' | 'behind';

export interface Draft {
  readonly id: string;
  readonly cluster: string;
  /** Piece of the cluster. */
  readonly piece: string;
  readonly role: Role;
  readonly work: KindWork;
  /** Never empty. */
  readonly targets: NodeSet;
  readonly affected: NodeSet;
  readonly after: Set<string>;
  readonly quiet: Set<string>;
  /** Step -> waves it waits for. */
  readonly holds: Map<string, Set<string>>;
}

export function hold(draft: Draft, step: string, until: string): void {
  const waves = draft.holds.get(step) ?? new Set();
  draft.holds.set(step, waves.add(until));
}

export function isCanary({ role }: Draft): boolean {
  return role === 'canary' || role === 'spine-canary';
}

/** Beside nodes that work: others of its role stand in. */
export function isBeside({ role }: Draft): boolean {
  return role === 'spine' || role === 'spine-canary';
}

export function finish(draft: Draft, policy: Policy): Wave {
  const n = size(draft.targets);
  const holds = [...draft.holds].map(([step, until]) => ({ step, until: [...until] }));
  return {
    id: draft.id,
    cluster: draft.cluster,
    kind: draft.work.kind,
    targets: fold(draft.targets),
    procedure: draft.work.procedureId,
    after: [...draft.after],
    ...(draft.quiet.size > 0 ? { quiet: [...draft.quiet] } : {}),
    ...(holds.length > 0 ? { holds } : {}),
    atOnce: isBeside(draft) ? 1 : Math.min(n, resolveQuantity(policy.atOnce.nodes, n)),
    gate: isCanary(draft) ? canaryGate(n, policy) : mainGate(n, policy),
    affected: fold(draft.affected),
  };
}

/** At least one must come back, whatever the policy forgives: a gate that nothing can fail is none. */
function canaryGate(n: number, policy: Policy): WaveGate {
  const failedMax = Math.min(policy.canary?.failed ?? 0, n - 1);
  return { failedMax, returnedMin: n - failedMax, failureRateMax: null };
}

/** Stragglers never stop a main wave: only a failure rate, and too few back when it is over. */
function mainGate(n: number, policy: Policy): WaveGate {
  return { failedMax: null, returnedMin: Math.min(n, resolveQuantity(policy.gates.returned, n)), failureRateMax: policy.gates.failureRate };
}
