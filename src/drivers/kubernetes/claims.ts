// Whose hand is on a node: our drain is a cordon with our annotation, our reservation a NodeMaintenance that is Ready; a cordon or a taint
// without them is somebody else's.
import type { Claim } from '../../core/ports.ts';
import { conditionOf, type MaintenanceObject, type NodeObject } from './objects.ts';

export const RUN_KEY = 'pitstop/run';
export const WHY_KEY = 'pitstop/why';
export const REQUESTOR = 'pitstop';

/** Where others leave their reason for a cordon. */
const REASON_KEYS = ['nodeset.slinky.slurm.net/node-cordon-reason'];
/** The operator's note whether the node was cordoned before it came; only what was not is uncordoned by it. */
const INITIALLY_CORDONED_KEY = 'maintenance.nvidia.com/node-initial-state.unschedulable';
const UNSCHEDULABLE_TAINT = 'node.kubernetes.io/unschedulable';
/** Kubernetes' own: out of service while they stand, but nobody's hand. */
const OWN_TAINT = /^(node\.kubernetes\.io|node\.cloudprovider\.kubernetes\.io)\//;

/** The run that our annotation names; it alone is no drain. */
export function runOf(node: NodeObject): string | null {
  return node.metadata.annotations?.[RUN_KEY] ?? null;
}

export function isCordoned(node: NodeObject): boolean {
  return node.spec.unschedulable === true;
}

/** null: not drained. A cordon that the maintenance operator placed for a NodeMaintenance is that one's. */
export function drainClaim(node: NodeObject, maintenances: readonly MaintenanceObject[], usualTaints: readonly string[]): Claim | null {
  const taint = blockingTaints(node, usualTaints).find(({ key }) => !OWN_TAINT.test(key));
  if (taint) return { by: 'foreign', run: null, reason: `taint ${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}` };
  if (!isCordoned(node)) return null;
  const run = runOf(node);
  if (run !== null) return { by: 'pitstop', run, reason: `pitstop:${run} ${node.metadata.annotations?.[WHY_KEY] ?? ''}`.trim() };
  if (maintenances.some((each) => isActive(each) && each.spec.cordon === true)) return null;
  const annotations = node.metadata.annotations ?? {};
  const reason = REASON_KEYS.map((key) => annotations[key]).find((text) => text !== undefined && text !== '');
  return { by: 'foreign', run: null, reason: reason ?? 'cordoned, no reason given' };
}

/** Of maintenances, those that the operator still holds back are nobody's hand yet. Somebody else's comes before ours. */
export function reservationClaim(maintenances: readonly MaintenanceObject[]): Claim | null {
  const active = maintenances.filter(isActive);
  const foreign = active.find((each) => !isOurs(each));
  if (foreign) return { by: 'foreign', run: null, reason: `NodeMaintenance ${foreign.metadata.name} of ${foreign.spec.requestorID}` };
  const ours = active.find((each) => isReady(each) && !each.metadata.deletionTimestamp);
  const run = ours ? maintenanceRun(ours) : null;
  return run === null ? null : { by: 'pitstop', run, reason: `pitstop:${run}` };
}

/** Taints that keep new pods away. The one that every cordon brings is not among them. */
export function blockingTaints(node: NodeObject, usualTaints: readonly string[]) {
  return (node.spec.taints ?? []).filter(
    ({ key, effect }) => effect !== 'PreferNoSchedule' && key !== UNSCHEDULABLE_TAINT && !usualTaints.includes(key),
  );
}

/** The run of a NodeMaintenance of ours; null: somebody else's. */
export function maintenanceRun(maintenance: MaintenanceObject): string | null {
  return isOurs(maintenance) ? (maintenance.metadata.annotations?.[RUN_KEY] ?? '') : null;
}

/** Past the operator's queue. */
export function isActive(maintenance: MaintenanceObject): boolean {
  return isReady(maintenance) || !['', 'Pending'].includes(phaseOf(maintenance));
}

export function isReady(maintenance: MaintenanceObject): boolean {
  return conditionOf(maintenance.status ?? {}, 'Ready')?.status === 'True';
}

export function phaseOf(maintenance: MaintenanceObject): string {
  return conditionOf(maintenance.status ?? {}, 'Ready')?.reason ?? '';
}

/** The operator takes its cordon away when this one is deleted. */
export function willUncordon(maintenance: MaintenanceObject): boolean {
  return (
    isActive(maintenance) && maintenance.spec.cordon === true && maintenance.metadata.annotations?.[INITIALLY_CORDONED_KEY] === 'false'
  );
}

function isOurs(maintenance: MaintenanceObject): boolean {
  return maintenance.spec.requestorID === REQUESTOR;
}
