// A fake API server on loopback: the few paths that the driver asks, with the status codes, Status objects, pages, preconditions and patches
// of the published OpenAPI. It judges rights by a list, and fails on demand.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { FakeCluster, type FakeNode } from './cluster.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
}

/** What goes wrong, when and while it is set. */
export interface Faults {
  /** Milliseconds before every answer; Infinity: none comes. */
  latencyMs: number;
  /** Breaks every answer off in the middle. */
  truncate: boolean;
  /** Answers these paths with 200 and this body. */
  lies: { readonly [path: string]: unknown };
  /** Answers these requests ("VERB /path") with this status. */
  refuses: { readonly [request: string]: number };
  /** Rights ("patch nodes/status") that our account lacks. */
  lacks: readonly string[];
  /** Somebody else changes the node between our look and our patch, so many times. */
  faster: number;
}

const object = z.record(z.string(), z.unknown());
const text = z.string();
const texts = z.record(z.string(), z.string());
const maintenanceBody = z.looseObject({
  metadata: z.looseObject({ name: text, annotations: texts.default({}) }),
  spec: z.looseObject({
    requestorID: z.string().regex(/^[a-zA-Z0-9]([-.a-zA-Z0-9]{0,61}[a-zA-Z0-9])$/),
    nodeName: text,
    cordon: z.boolean().default(true),
  }),
});
const evictionBody = z.looseObject({
  apiVersion: z.literal('policy/v1'),
  kind: z.literal('Eviction'),
  metadata: z.looseObject({ name: text, namespace: text }),
  deleteOptions: z.looseObject({ preconditions: z.looseObject({ uid: text.optional() }).optional() }).optional(),
});
const reviewBody = z.looseObject({
  spec: z.looseObject({ resourceAttributes: z.looseObject({ verb: text, resource: text, subresource: text.optional() }) }),
});
const deleteBody = z.looseObject({ preconditions: z.looseObject({ uid: text.optional() }).optional() });
const statusPatch = z.looseObject({
  status: z.looseObject({ conditions: z.array(z.looseObject({ type: text, status: text, reason: text, message: text })) }),
});
const nodePatch = z.looseObject({
  metadata: z.looseObject({ resourceVersion: text.optional(), annotations: z.record(z.string(), text.nullable()).optional() }).optional(),
  spec: z.looseObject({ unschedulable: z.boolean().nullable().optional() }).optional(),
});

class Refusal extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: object;
  constructor(code: number, reason: string, message: string, details: object = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

const NAME = '([a-z0-9](?:[-.a-z0-9]*[a-z0-9])?)';
const MAINTENANCES = '/apis/maintenance.nvidia.com/v1alpha1';

export class FakeKubernetes implements AsyncDisposable {
  readonly cluster = new FakeCluster();
  readonly faults: Faults = { latencyMs: 0, truncate: false, lies: {}, refuses: {}, lacks: [], faster: 0 };
  readonly asked: Asked[] = [];
  readonly token = randomBytes(16).toString('hex');
  readonly folder = mkdtempSync(join(tmpdir(), 'pitstop-kubernetes-'));
  readonly #server: Server = createServer((request, response) => void this.#serve(request, response));

  /** With `kubeconfig` in its folder. */
  static async start(nodes: readonly string[]): Promise<FakeKubernetes> {
    const fake = new FakeKubernetes();
    for (const node of nodes) fake.cluster.addNode(node);
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    const { port } = fake.#server.address() as AddressInfo;
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'fake',
      clusters: [{ name: 'fake', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'pitstop', user: { token: fake.token } }],
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'pitstop' } }],
    };
    writeFileSync(join(fake.folder, 'kubeconfig'), JSON.stringify(config));
    return fake;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    const method = request.method ?? 'GET';
    this.asked.push({ method, path: url.pathname });
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (this.faults.latencyMs === Infinity) return;
    if (this.faults.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.faults.latencyMs));
    const { code, body } = this.#answer(request, method, url, Buffer.concat(parts).toString());
    const whole = JSON.stringify(body);
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(this.faults.truncate ? whole.slice(0, -25) : whole);
  }

  #answer(request: IncomingMessage, method: string, url: URL, sent: string): { code: number; body: unknown } {
    try {
      if (request.headers.authorization !== `Bearer ${this.token}`) throw new Refusal(401, 'Unauthorized', 'Unauthorized');
      const refused = this.faults.refuses[`${method} ${url.pathname}`];
      if (refused !== undefined) throw new Refusal(refused, 'InternalError', 'etcdserver: request timed out');
      if (url.pathname in this.faults.lies) return { code: 200, body: this.faults.lies[url.pathname] };
      const body: unknown = sent === '' ? {} : JSON.parse(sent);
      return this.#route(method, url, body, request.headers['content-type'] ?? '');
    } catch (error) {
      const refusal =
        error instanceof Refusal
          ? error
          : new Refusal(error instanceof z.ZodError ? 422 : 400, 'Invalid', error instanceof Error ? error.message : String(error));
      const { code, reason, message, details } = refusal;
      return { code, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code } };
    }
  }

  #route(method: string, url: URL, body: unknown, type: string): { code: number; body: unknown } {
    const { cluster } = this;
    const at = (pattern: string): string[] | null => {
      const match = new RegExp(`^${pattern}$`).exec(url.pathname);
      return match ? [...match].slice(1) : null;
    };
    const request = (verb: string, pattern: string): string[] | null => (method === verb ? at(pattern) : null);
    if (request('GET', '/api/v1/nodes')) return { code: 200, body: page('v1', 'NodeList', [...cluster.nodes.values()], url) };
    if (request('GET', '/api/v1/pods')) return { code: 200, body: page('v1', 'PodList', [...cluster.pods.values()], url) };
    if (request('GET', '/apis/policy/v1/poddisruptionbudgets')) {
      return { code: 200, body: page('policy/v1', 'PodDisruptionBudgetList', [...cluster.budgets.values()], url) };
    }
    const review = request('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews');
    if (review) return { code: 201, body: this.#review(body) };
    const node = at(`/api/v1/nodes/${NAME}`);
    if (node && method === 'GET') return { code: 200, body: this.#node(node[0]) };
    if (node && method === 'PATCH') return { code: 200, body: this.#patchNode(this.#node(node[0]), body, type) };
    const status = request('PATCH', `/api/v1/nodes/${NAME}/status`);
    if (status) return { code: 200, body: this.#patchStatus(this.#node(status[0]), body, type) };
    const eviction = request('POST', `/api/v1/namespaces/${NAME}/pods/${NAME}/eviction`);
    if (eviction) return this.#evict(`${eviction[0]}/${eviction[1]}`, body);
    if (cluster.operator) {
      if (request('GET', `${MAINTENANCES}/nodemaintenances`)) {
        return { code: 200, body: page('maintenance.nvidia.com/v1alpha1', 'NodeMaintenanceList', [...cluster.maintenances.values()], url) };
      }
      const created = request('POST', `${MAINTENANCES}/namespaces/${NAME}/nodemaintenances`);
      if (created) return { code: 201, body: this.#create(created[0] ?? '', body) };
      const deleted = request('DELETE', `${MAINTENANCES}/namespaces/${NAME}/nodemaintenances/${NAME}`);
      if (deleted) return { code: 200, body: this.#delete(`${deleted[0]}/${deleted[1]}`, body) };
    }
    throw new Refusal(404, 'NotFound', 'the server could not find the requested resource');
  }

  #node(name: string | undefined): FakeNode {
    const node = this.cluster.nodes.get(name ?? '');
    if (!node) throw new Refusal(404, 'NotFound', `nodes "${name}" not found`);
    return node;
  }

  #patchNode(node: FakeNode, body: unknown, type: string): FakeNode {
    if (type !== 'application/merge-patch+json') throw new Refusal(415, 'UnsupportedMediaType', `the fake takes no ${type} here`);
    if (this.faults.faster > 0) {
      this.faults.faster--;
      this.cluster.touch(node.metadata);
    }
    const { metadata, spec } = nodePatch.parse(body);
    if (metadata?.resourceVersion !== undefined && metadata.resourceVersion !== node.metadata.resourceVersion) {
      throw new Refusal(409, 'Conflict', `Operation cannot be fulfilled on nodes "${node.metadata.name}": the object has been modified`);
    }
    for (const [key, value] of Object.entries(metadata?.annotations ?? {})) {
      if (value === null) delete node.metadata.annotations[key];
      else node.metadata.annotations[key] = value;
    }
    if (spec?.unschedulable === true) node.spec.unschedulable = true;
    else if (spec && 'unschedulable' in spec) delete node.spec.unschedulable;
    this.cluster.touch(node.metadata);
    this.cluster.reconcile();
    return node;
  }

  #patchStatus(node: FakeNode, body: unknown, type: string): FakeNode {
    if (type !== 'application/strategic-merge-patch+json') throw new Refusal(415, 'UnsupportedMediaType', `the fake takes no ${type} here`);
    // Conditions merge by their type.
    for (const { type, status, reason, message } of statusPatch.parse(body).status.conditions) {
      this.cluster.setCondition(node.status.conditions, { type, status, reason, message });
    }
    this.cluster.touch(node.metadata);
    return node;
  }

  /** The admission of the Eviction subresource: one budget may allow it, two over one pod are an error, none lets it pass. */
  #evict(key: string, body: unknown): { code: number; body: unknown } {
    const { cluster } = this;
    const pod = cluster.pods.get(key);
    if (!pod) throw new Refusal(404, 'NotFound', `pods "${key}" not found`);
    const uid = evictionBody.parse(body).deleteOptions?.preconditions?.uid;
    if (uid !== undefined && uid !== pod.metadata.uid) throw new Refusal(409, 'Conflict', 'the UID in the precondition does not match');
    const budgets = [...cluster.budgets.values()].filter((budget) => cluster.podsOf(budget).includes(pod));
    if (budgets.length > 1)
      throw new Refusal(
        500,
        'InternalError',
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      );
    const [budget] = budgets;
    if (budget && budget.status.disruptionsAllowed <= 0) {
      const { currentHealthy, desiredHealthy } = budget.status;
      const message = `The disruption budget ${budget.metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
      const causes = [{ reason: 'DisruptionBudget', message }];
      throw new Refusal(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", { causes });
    }
    cluster.deletePod(key);
    return { code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } };
  }

  #create(namespace: string, body: unknown): unknown {
    const { metadata, spec } = maintenanceBody.parse(body);
    const { requestorID, nodeName, cordon } = spec;
    if (this.cluster.maintenances.has(`${namespace}/${metadata.name}`))
      throw new Refusal(409, 'AlreadyExists', `nodemaintenances "${metadata.name}" already exists`);
    // The operator's webhook.
    if (!this.cluster.nodes.has(nodeName)) throw new Refusal(403, 'Forbidden', `node ${nodeName} not found`);
    return this.cluster.addMaintenance(namespace, metadata.name, { ...metadata.annotations }, { requestorID, nodeName, cordon });
  }

  #delete(key: string, body: unknown): unknown {
    const maintenance = this.cluster.maintenances.get(key);
    if (!maintenance) throw new Refusal(404, 'NotFound', `nodemaintenances "${key}" not found`);
    const uid = deleteBody.parse(body).preconditions?.uid;
    if (uid !== undefined && uid !== maintenance.metadata.uid)
      throw new Refusal(409, 'Conflict', 'the UID in the precondition does not match');
    this.cluster.deleteMaintenance(key);
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };
  }

  #review(body: unknown): unknown {
    const { verb, resource, subresource } = reviewBody.parse(body).spec.resourceAttributes;
    const right = `${verb} ${resource}${subresource ? `/${subresource}` : ''}`;
    return { ...object.parse(body), status: { allowed: !this.faults.lacks.includes(right) } };
  }
}

/** As lists are given: `limit` items, and a token for the rest. */
function page(apiVersion: string, kind: string, items: readonly unknown[], url: URL): unknown {
  const from = Number(url.searchParams.get('continue') ?? 0);
  const limit = Number(url.searchParams.get('limit') ?? items.length);
  const more = from + limit < items.length ? { continue: String(from + limit), remainingItemCount: items.length - from - limit } : {};
  return { apiVersion, kind, metadata: { resourceVersion: '1', ...more }, items: items.slice(from, from + limit) };
}
