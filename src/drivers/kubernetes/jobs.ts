// Which pods are work, and whose: a pod of a Deployment or StatefulSet stands for itself, pods of one Job (or of one training job of any
// other controller) are one job on several nodes.
import { foldNames, isNodeName } from '../../core/fleet/nodeset.ts';
import type { JobFacts } from '../../core/ports.ts';
import type { PodObject } from './objects.ts';

const MIRROR_KEY = 'kubernetes.io/config.mirror';
const INDEX_KEY = 'batch.kubernetes.io/job-completion-index';
const GPU = 'nvidia.com/gpu';
/** Controllers that start a pod again elsewhere when it is evicted. */
const SERVICES: ReadonlySet<string> = new Set(['ReplicaSet', 'ReplicationController', 'StatefulSet']);
/** A node's own furniture: it stays, or is started there again at once. */
const FURNITURE: ReadonlySet<string> = new Set(['DaemonSet', 'Node']);

/** Not furniture, not finished. A pod that is being deleted is work until it is gone. */
export function isWork(pod: PodObject): boolean {
  if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') return false;
  return pod.metadata.annotations?.[MIRROR_KEY] === undefined && !FURNITURE.has(ownerOf(pod)?.kind ?? '');
}

/** Somebody starts it again elsewhere when it is evicted here. */
export function isService(pod: PodObject): boolean {
  return SERVICES.has(ownerOf(pod)?.kind ?? '');
}

export function podName({ metadata }: PodObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** The jobs on this node, each with all its nodes. */
export function jobsOn(
  node: string,
  pods: ReadonlyMap<string, readonly PodObject[]>,
  jobs: ReadonlyMap<string, readonly PodObject[]>,
): JobFacts[] {
  const ids = new Set((pods.get(node) ?? []).filter(isWork).map(jobId));
  return [...ids].map((id) => jobOf(id, jobs.get(id) ?? []));
}

/** All work of the cluster by job. */
export function groupJobs(pods: ReadonlyMap<string, readonly PodObject[]>): ReadonlyMap<string, readonly PodObject[]> {
  return Map.groupBy([...pods.values()].flat().filter(isWork), jobId);
}

function jobId(pod: PodObject): string {
  const owner = ownerOf(pod);
  return owner && !isService(pod) ? `${pod.metadata.namespace}/${owner.name}` : podName(pod);
}

function jobOf(id: string, pods: readonly PodObject[]): JobFacts {
  const nodes = pods.flatMap(({ spec }) => spec.nodeName ?? []);
  const first =
    pods.find(({ metadata }) => metadata.labels?.[INDEX_KEY] === '0') ?? pods.toSorted((a, b) => (podName(a) < podName(b) ? -1 : 1))[0];
  const starts = pods.flatMap(({ status }) => timeOf(status.startTime) ?? []);
  const ends = pods.flatMap(({ spec, status }) => {
    const start = timeOf(status.startTime);
    return start === null || !spec.activeDeadlineSeconds ? [] : [start + spec.activeDeadlineSeconds * 1000];
  });
  return {
    id,
    name: id.slice(id.indexOf('/') + 1),
    user: first?.metadata.namespace ?? '',
    state: stateOf(pods),
    nodes: foldNames(nodes.filter((node) => isNodeName(node))),
    batchNode: first?.spec.nodeName ?? null,
    startedAt: starts.length > 0 ? Math.min(...starts) : null,
    endsBy: ends.length > 0 && ends.length === pods.length ? Math.max(...ends) : null,
    restarts: 0,
    gpus: pods.reduce((sum, pod) => sum + gpusOf(pod), 0),
    comment: '',
  };
}

function stateOf(pods: readonly PodObject[]): string {
  if (pods.some(({ metadata }) => metadata.deletionTimestamp)) return 'terminating';
  return (pods.find(({ status }) => status.phase !== 'Running')?.status.phase ?? 'Running').toLowerCase();
}

function gpusOf({ spec }: PodObject): number {
  return spec.containers.reduce(
    (sum, { resources }) => sum + (Number(resources?.limits?.[GPU] ?? resources?.requests?.[GPU] ?? 0) || 0),
    0,
  );
}

function ownerOf({ metadata }: PodObject) {
  return metadata.ownerReferences?.find(({ controller }) => controller === true) ?? null;
}

function timeOf(text: string | null | undefined): number | null {
  const time = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
