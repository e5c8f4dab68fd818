// Drain: cordon with our annotation, on the version of the node that was just judged, then evictions. Undrain: uncordon what is ours.
import type { Result } from '../../core/ports.ts';
import type { Json, JsonObject } from '../../std/json.ts';
import { drainClaim, isCordoned, maintenanceRun, RUN_KEY, runOf, WHY_KEY, willUncordon } from './claims.ts';
import { writeConditions } from './conditions.ts';
import { evictAll, type Eviction } from './evict.ts';
import { inService, stateOf } from './facts.ts';
import type { Keeper } from './keeper.ts';
import { lookAtCluster, type Look } from './look.ts';
import { nodeObject, type MaintenanceObject, type NodeObject } from './objects.ts';
import { each, result, write, type WriteContext } from './write.ts';

const CONFLICT = 409;
const ATTEMPTS_MAX = 4;
const PODS_SHOWN_MAX = 10;
const WHY_CHARACTERS_MAX = 200;

/** done: our cordon stands. accepted: it does, and pods go later. refused: it is somebody else's. */
export async function drain(to: WriteContext, keeper: Keeper, run: string, why: string, targets: readonly string[]): Promise<Result[]> {
  const look = await lookAtCluster(to.api, to.signal);
  const words = why
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, WHY_CHARACTERS_MAX);
  const change = { metadata: { annotations: { [RUN_KEY]: run, [WHY_KEY]: words } }, spec: { unschedulable: true } };
  return each(targets, async (target) => {
    const { usualTaints } = to.api.settings;
    const stopped = await changeNode(to, look, target, (node, maintenances) => {
      const claim = drainClaim(node, maintenances, usualTaints);
      if (claim && claim.run !== run)
        return result(target, 'refused', { why: `drained by somebody else: ${claim.reason}`, reason: claim.reason });
      return claim ? 'as wanted' : change;
    });
    if (stopped) return stopped;
    const evictions = await evictAll(to, look.pods.get(target) ?? []);
    const left = evictions.length > 0;
    if (left) keeper.keep({ node: target, run, evictions });
    else keeper.drop(target);
    const remark = await writeConditions(to, target, left ? 'draining' : 'drained', `pitstop:${run} ${words}`.trim());
    const later = evictions.some(({ how }) => how === 'later' || how === 'failed');
    return result(target, later ? 'accepted' : 'done', { ...evidenceOf(evictions), ...(remark === '' ? {} : { remark }) });
  });
}

/** done: in service, no drain of ours. accepted: our drain is lifted, it is not in service yet. refused: not ours to lift. */
export async function undrain(to: WriteContext, keeper: Keeper, run: string, targets: readonly string[]): Promise<Result[]> {
  const look = await lookAtCluster(to.api, to.signal);
  const { usualTaints } = to.api.settings;
  return each(targets, async (target) => {
    let after: NodeObject | null = null;
    const maintenances = look.maintenances?.get(target) ?? [];
    const stopped = await changeNode(to, look, target, (node) => {
      const claim = drainClaim(node, maintenances, usualTaints);
      const ours = runOf(node);
      after = node;
      if (ours === null) return claim ? foreign(target, claim.reason) : 'as wanted';
      if (ours !== run) return foreign(target, `run ${ours}`);
      // While our reservation stands, the operator's own cordon stays, and it takes it away itself.
      const stays = maintenances.some((each) => maintenanceRun(each) !== null && willUncordon(each));
      return { metadata: { annotations: { [RUN_KEY]: null, [WHY_KEY]: null } }, spec: { unschedulable: stays && isCordoned(node) } };
    });
    if (stopped) return stopped;
    keeper.drop(target);
    const node: NodeObject | null = after;
    const remark = await writeConditions(to, target, 'over', '');
    const returned = node !== null && inService(node, maintenances, usualTaints);
    const state = node === null ? 'unknown' : stateOf(node, maintenances, usualTaints);
    return result(target, returned ? 'done' : 'accepted', { state, ...(remark === '' ? {} : { remark }) });
  });
}

type Judged = Result | 'as wanted' | JsonObject;

/** Judges the node and patches exactly what was judged: when somebody was faster, it is read and judged again. null: it is as wanted. */
async function changeNode(
  to: WriteContext,
  look: Look,
  target: string,
  judge: (node: NodeObject, maintenances: readonly MaintenanceObject[]) => Judged,
): Promise<Result | null> {
  let node = look.nodes.get(target);
  const path = `/api/v1/nodes/${target}`;
  for (let attempt = 1; ; attempt++) {
    if (node === undefined) return result(target, 'refused', { why: 'the API server does not list it' });
    if (node === null) return result(target, 'unknown', { why: 'the API server lists it in another shape than nodes have' });
    const verdict = judge(node, look.maintenances?.get(target) ?? []);
    if (verdict === 'as wanted') return null;
    if (isResult(verdict)) return verdict;
    const metadata = { ...(verdict['metadata'] as JsonObject), resourceVersion: node.metadata.resourceVersion ?? '' };
    const said = await write(to, { method: 'PATCH', path, patch: 'merge', body: { ...verdict, metadata } });
    if (said.outcome === 'done') {
      const after = nodeObject.safeParse(said.body);
      if (!after.success) return result(target, 'unknown', { why: 'the API server answered with something that is no node' });
      const again = judge(after.data, look.maintenances?.get(target) ?? []);
      if (again === 'as wanted') return null;
      return isResult(again) ? again : result(target, 'unknown', { why: 'the API server took it, but does not show it' });
    }
    if (said.status !== CONFLICT || attempt >= ATTEMPTS_MAX) return result(target, said.outcome, { words: said.words });
    const read = await write(to, { method: 'GET', path });
    if (read.outcome !== 'done') return result(target, 'unknown', { words: read.words });
    const parsed = nodeObject.safeParse(read.body);
    node = parsed.success ? parsed.data : null;
  }
}

function isResult(judged: Result | JsonObject): judged is Result {
  return 'outcome' in judged;
}

function foreign(target: string, reason: string): Result {
  return result(target, 'refused', { why: `not ours to lift: ${reason}`, reason });
}

function evidenceOf(evictions: readonly Eviction[]): JsonObject {
  const shown = (how: Eviction['how']): Json[] => {
    const all = evictions.filter((one) => one.how === how).map(({ pod, why }) => `${pod}: ${why}`);
    return all.length > PODS_SHOWN_MAX ? [...all.slice(0, PODS_SHOWN_MAX), `and ${all.length - PODS_SHOWN_MAX} more`] : all;
  };
  const groups = (['going', 'later', 'waits', 'failed'] as const).map((how) => [how, shown(how)] as const);
  return Object.fromEntries(groups.filter(([, pods]) => pods.length > 0));
}
