// A node of the API as facts of a scheduler.
import type { Observation, SchedulerFacts } from '../../core/ports.ts';
import { blockingTaints, drainClaim, isActive, isCordoned, reservationClaim } from './claims.ts';
import { jobsOn } from './jobs.ts';
import type { Look } from './look.ts';
import { conditionOf, type MaintenanceObject, type NodeObject, type PodObject } from './objects.ts';

const GPU = 'nvidia.com/gpu';

/** `jobs` as of groupJobs. */
export function observationOf(
  target: string,
  at: number,
  look: Look,
  jobs: ReadonlyMap<string, readonly PodObject[]>,
  usualTaints: readonly string[],
): Observation {
  const node = look.nodes.get(target);
  if (node === undefined) return { target, at, facts: null, why: 'the API server does not list it' };
  if (node === null) return { target, at, facts: null, why: 'the API server lists it in another shape than nodes have' };
  const maintenances = look.maintenances?.get(target) ?? [];
  const gpus = node.status.capacity?.[GPU];
  const facts: SchedulerFacts = {
    role: 'scheduler',
    inService: inService(node, maintenances, usualTaints),
    // The control plane sets Unknown when the node's lease has run out.
    responding: ['True', 'False'].includes(readiness(node)),
    state: stateOf(node, maintenances, usualTaints),
    drain: drainClaim(node, maintenances, usualTaints),
    reservation: reservationClaim(maintenances),
    jobs: jobsOn(target, look.pods, jobs),
    gpus: gpus !== undefined && /^\d{1,4}$/.test(gpus) ? Number(gpus) : null,
  };
  return { target, at, facts, why: '' };
}

export function inService(node: NodeObject, maintenances: readonly MaintenanceObject[], usualTaints: readonly string[]): boolean {
  const free = blockingTaints(node, usualTaints).length === 0 && !maintenances.some(isActive);
  return readiness(node) === 'True' && !isCordoned(node) && free;
}

export function stateOf(node: NodeObject, maintenances: readonly MaintenanceObject[], usualTaints: readonly string[]): string {
  const ready = { True: 'ready', False: 'not-ready' }[readiness(node)] ?? 'unknown';
  const flags = [
    ...(isCordoned(node) ? ['cordoned'] : []),
    ...(blockingTaints(node, usualTaints).length > 0 ? ['tainted'] : []),
    ...(maintenances.some(isActive) ? ['maintenance'] : []),
  ];
  return [ready, ...flags].join('+');
}

function readiness(node: NodeObject): string {
  return conditionOf(node.status, 'Ready')?.status ?? 'Unknown';
}
