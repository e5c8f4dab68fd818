// One look at the whole cluster: its nodes, its pods and who asked for maintenance of what, in pages, as consistent reads.
import type { z } from 'zod';
import { ApiSilentError, type KubernetesApi } from './api.ts';
import {
  listObject,
  maintenanceObject,
  nodeObject,
  podObject,
  statusObject,
  type MaintenanceObject,
  type NodeObject,
  type PodObject,
} from './objects.ts';

export interface Look {
  /** null: it was listed, but what stands there cannot be read. */
  readonly nodes: ReadonlyMap<string, NodeObject | null>;
  readonly pods: ReadonlyMap<string, readonly PodObject[]>;
  /** By node. null: the maintenance operator is not installed. */
  readonly maintenances: ReadonlyMap<string, readonly MaintenanceObject[]> | null;
}

/** The API server answered something else than what it was asked for. */
export class ApiAnswerError extends Error {
  override name = 'ApiAnswerError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const MAINTENANCE_API = '/apis/maintenance.nvidia.com/v1alpha1';
const PAGE_ITEMS = 500;
const PAGES_MAX = 2_000;
const EXPIRED = 410;

/** Rejects with ApiSilentError or ApiAnswerError: then nothing is known. */
export async function lookAtCluster(api: KubernetesApi, signal: AbortSignal): Promise<Look> {
  const [nodes, pods, maintenances] = await Promise.all([readNodes(api, signal), readPods(api, signal), readMaintenances(api, signal)]);
  return { nodes, pods, maintenances };
}

export async function readNodes(api: KubernetesApi, signal: AbortSignal): Promise<ReadonlyMap<string, NodeObject | null>> {
  const nodes = new Map<string, NodeObject | null>();
  for (const item of await listAll(api, '/api/v1/nodes', signal)) {
    const parsed = nodeObject.safeParse(item);
    const name = parsed.success ? parsed.data.metadata.name : nameOf(item);
    if (name === null || nodes.has(name))
      throw new ApiAnswerError(200, `the list of nodes holds ${name ?? 'something nameless'} twice or in another shape`);
    nodes.set(name, parsed.success ? parsed.data : null);
  }
  return nodes;
}

/** By node; pods that no node has are left out. */
async function readPods(api: KubernetesApi, signal: AbortSignal): Promise<ReadonlyMap<string, readonly PodObject[]>> {
  const pods = await listOf(api, '/api/v1/pods', podObject, 'pods', signal);
  return byNode(pods, ({ spec }) => spec.nodeName);
}

export async function readMaintenances(
  api: KubernetesApi,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly MaintenanceObject[]> | null> {
  try {
    const all = await listOf(api, `${MAINTENANCE_API}/nodemaintenances`, maintenanceObject, 'NodeMaintenances', signal);
    return byNode(all, ({ spec }) => spec.nodeName);
  } catch (error) {
    if (error instanceof ApiAnswerError && error.status === 404) return null;
    throw error;
  }
}

/** The message of an answer that is no success, in one line. */
export function refusalOf(status: number, body: unknown): string {
  const parsed = statusObject.safeParse(body);
  const message = parsed.success ? (parsed.data.message ?? parsed.data.reason ?? '') : '';
  return `${status}${message === '' ? '' : ` ${message}`}`.replaceAll(/[\p{Cc}\s]+/gu, ' ').slice(0, 300);
}

/** Why nothing is known. Rethrows bugs of ours. */
export function whyOf(error: unknown): string {
  if (error instanceof ApiSilentError) return `the API server does not answer: ${error.message}`;
  if (error instanceof ApiAnswerError) return `the API server: ${error.message}`;
  throw error;
}

/** An item that cannot be read might be on any node: then the whole list says nothing. */
async function listOf<T>(api: KubernetesApi, path: string, shape: z.ZodType<T>, what: string, signal: AbortSignal): Promise<T[]> {
  return (await listAll(api, path, signal)).map((item) => {
    const parsed = shape.safeParse(item);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new ApiAnswerError(
      200,
      `the list of ${what} holds ${nameOf(item) ?? 'something nameless'} in another shape: ${issue?.path.join('.')}: ${issue?.message}`,
    );
  });
}

async function listAll(api: KubernetesApi, path: string, signal: AbortSignal): Promise<unknown[]> {
  try {
    return await listOnce(api, path, signal);
  } catch (error) {
    // A list that took so long that its beginning is forgotten is read again from the start.
    if (error instanceof ApiAnswerError && error.status === EXPIRED) return listOnce(api, path, signal);
    throw error;
  }
}

async function listOnce(api: KubernetesApi, path: string, signal: AbortSignal): Promise<unknown[]> {
  const items: unknown[] = [];
  let from = '';
  for (let page = 0; page < PAGES_MAX; page++) {
    const query = { limit: String(PAGE_ITEMS), ...(from === '' ? {} : { continue: from }) };
    const { status, body } = await api.ask({ method: 'GET', path, query }, signal);
    if (status !== 200) throw new ApiAnswerError(status, `GET ${path}: ${refusalOf(status, body)}`);
    const list = listObject.safeParse(body);
    // A 200 may carry an error.
    if (!list.success) throw new ApiAnswerError(status, `GET ${path}: answered no list`);
    items.push(...list.data.items);
    from = list.data.metadata?.continue ?? '';
    if (from === '') return items;
  }
  throw new ApiAnswerError(200, `GET ${path}: more than ${PAGES_MAX} pages`);
}

function byNode<T>(objects: readonly T[], nodeOf: (object: T) => string | null | undefined): Map<string, T[]> {
  const nodes = new Map<string, T[]>();
  for (const object of objects) {
    const node = nodeOf(object);
    if (!node) continue;
    const there = nodes.get(node);
    if (there) there.push(object);
    else nodes.set(node, [object]);
  }
  return nodes;
}

function nameOf(item: unknown): string | null {
  const metadata: unknown = item !== null && typeof item === 'object' && 'metadata' in item ? item.metadata : null;
  const name: unknown = metadata !== null && typeof metadata === 'object' && 'name' in metadata ? metadata.name : null;
  return typeof name === 'string' && name !== '' ? name : null;
}
