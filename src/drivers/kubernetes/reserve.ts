// Reserve and unreserve: we are a requestor of the maintenance operator. It may have a queue: until its condition Ready is True, a
// reservation is accepted and not done; and it uncordons when ours is deleted, so a drain of ours is set again then.
import { createHash } from 'node:crypto';
import type { Result } from '../../core/ports.ts';
import { isCordoned, isReady, maintenanceRun, phaseOf, REQUESTOR, RUN_KEY, runOf } from './claims.ts';
import { lookAtCluster, MAINTENANCE_API, readMaintenances, readNodes, whyOf, type Look } from './look.ts';
import type { MaintenanceObject } from './objects.ts';
import { each, result, write, type WriteContext, type Written } from './write.ts';

const NO_OPERATOR = 'the maintenance operator (maintenance.nvidia.com/v1alpha1) is not installed on this cluster';
const NAME_CHARACTERS_MAX = 200;

/** done: Ready. accepted: the operator has it in its queue, or is at it. refused: unknown node, no operator, or another run's. */
export async function reserve(to: WriteContext, run: string, targets: readonly string[]): Promise<Result[]> {
  const look = await lookAtCluster(to.api, to.signal);
  const written = new Map<string, Written>();
  await each(
    targets.filter((target) => look.nodes.has(target) && oursOn(look, target).length === 0 && look.maintenances !== null),
    async (target) => written.set(target, await write(to, creation(to, run, target))),
  );
  const after = written.size === 0 ? look.maintenances : await readMaintenances(to.api, to.signal);
  return targets.map((target) => {
    if (!look.nodes.has(target)) return result(target, 'refused', { why: 'the API server does not list it' });
    if (after === null) return result(target, 'refused', { why: NO_OPERATOR });
    const ours = oursOn({ maintenances: after }, target);
    const mine = ours.find((one) => maintenanceRun(one) === run && !one.metadata.deletionTimestamp);
    if (mine) return result(target, isReady(mine) ? 'done' : 'accepted', { maintenance: mine.metadata.name, phase: phaseOf(mine) });
    const others = ours[0];
    if (others)
      return result(target, 'refused', {
        why: `reserved by run ${maintenanceRun(others)}, or on its way out`,
        maintenance: others.metadata.name,
      });
    const answer = written.get(target);
    return result(target, answer?.outcome === 'refused' ? 'refused' : 'unknown', { words: answer?.words ?? 'not to be seen' });
  });
}

/** done: none of this run's is left. accepted: it is being deleted. */
export async function unreserve(to: WriteContext, run: string, targets: readonly string[]): Promise<Result[]> {
  const before = await readMaintenances(to.api, to.signal);
  const written = new Map<string, Written>();
  const mineOn = (maintenances: Look['maintenances'], target: string): MaintenanceObject | undefined =>
    oursOn({ maintenances }, target).find((one) => maintenanceRun(one) === run);
  await each(targets, async (target) => {
    const mine = mineOn(before, target);
    if (!mine) return;
    const { namespace, name, uid } = mine.metadata;
    const path = `${MAINTENANCE_API}/namespaces/${namespace}/nodemaintenances/${name}`;
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...(uid ? { preconditions: { uid } } : {}) };
    written.set(target, await write(to, { method: 'DELETE', path, body }));
  });
  if (written.size === 0) return targets.map((target) => result(target, 'done', {}));
  const after = await readMaintenances(to.api, to.signal);
  const restored = await cordonAgain(
    to,
    [...written.keys()].filter((target) => !mineOn(after, target)),
  );
  return targets.map((target) => {
    const mine = mineOn(after, target);
    const answer = written.get(target);
    if (!mine) return result(target, 'done', restored.has(target) ? { remark: restored.get(target) ?? '' } : {});
    if (mine.metadata.deletionTimestamp)
      return result(target, 'accepted', { maintenance: mine.metadata.name, why: 'the operator has not let it go yet' });
    return result(target, answer?.outcome === 'refused' ? 'refused' : 'unknown', { words: answer?.words ?? 'it is still there' });
  });
}

/** Where the operator has just uncordoned what a run of ours still drains. */
async function cordonAgain(to: WriteContext, targets: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const remarks = new Map<string, string>();
  if (targets.length === 0) return remarks;
  try {
    const nodes = await readNodes(to.api, to.signal);
    await each(targets, async (target) => {
      const node = nodes.get(target);
      if (!node || runOf(node) === null || isCordoned(node)) return;
      const body = { metadata: { resourceVersion: node.metadata.resourceVersion ?? '' }, spec: { unschedulable: true } };
      const { outcome, words } = await write(to, { method: 'PATCH', path: `/api/v1/nodes/${target}`, patch: 'merge', body });
      remarks.set(
        target,
        outcome === 'done' ? 'the operator uncordoned it: cordoned again, since a drain of ours stands' : `its cordon is lost: ${words}`,
      );
    });
  } catch (error) {
    for (const target of targets) remarks.set(target, `not seen whether its cordon stands: ${whyOf(error)}`);
  }
  return remarks;
}

function creation({ api }: WriteContext, run: string, node: string) {
  const { namespace } = api.settings;
  const body = {
    apiVersion: 'maintenance.nvidia.com/v1alpha1',
    kind: 'NodeMaintenance',
    metadata: { name: nameOf(run, node), namespace, annotations: { [RUN_KEY]: run } },
    spec: { requestorID: REQUESTOR, nodeName: node, cordon: true },
  };
  return { method: 'POST', path: `${MAINTENANCE_API}/namespaces/${namespace}/nodemaintenances`, body } as const;
}

/** A name that Kubernetes takes, for any run id. */
function nameOf(run: string, node: string): string {
  const plain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(run) && run.length + node.length < NAME_CHARACTERS_MAX;
  return `pitstop-${plain ? run : createHash('sha256').update(run).digest('hex').slice(0, 16)}-${node}`;
}

function oursOn({ maintenances }: Pick<Look, 'maintenances'>, node: string): MaintenanceObject[] {
  return (maintenances?.get(node) ?? []).filter((each) => maintenanceRun(each) !== null);
}
