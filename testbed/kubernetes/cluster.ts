// The state of the fake cluster and what its controllers do with it, at once and in one piece: a scheduler, the controllers of replica sets
// and of disruption budgets, the taints of a cordon, and the maintenance operator.
import { randomUUID } from 'node:crypto';

type Labels = { [key: string]: string };

interface Metadata {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  labels: Labels;
  annotations: Labels;
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller: boolean }[];
  finalizers?: string[];
  deletionTimestamp?: string;
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  [time: string]: string | undefined;
}

export interface FakeNode {
  metadata: Metadata;
  spec: { unschedulable?: boolean; taints?: { key: string; value?: string; effect: string }[] };
  status: { conditions: Condition[]; capacity: Labels; nodeInfo: { bootID: string } };
}

export interface FakePod {
  metadata: Metadata & { namespace: string };
  spec: { nodeName?: string; nodeSelector?: Labels; containers: { name: string; resources: { requests: Labels; limits: Labels } }[] };
  status: { phase: string; startTime?: string; conditions: Condition[] };
}

export interface FakeBudget {
  metadata: Metadata & { namespace: string };
  spec: { minAvailable: number; selector: { matchLabels: Labels } };
  status: { currentHealthy: number; desiredHealthy: number; expectedPods: number; disruptionsAllowed: number; observedGeneration: number };
}

export interface FakeMaintenance {
  metadata: Metadata & { namespace: string };
  spec: { requestorID: string; nodeName: string; cordon: boolean };
  status: { conditions: Condition[] };
}

interface ReplicaSet {
  readonly name: string;
  readonly namespace: string;
  readonly app: string;
  replicas: number;
  readonly gpus: number;
}

export interface PodSettings {
  readonly name: string;
  readonly namespace?: string;
  readonly node?: string;
  readonly owner?: { readonly kind: string; readonly name: string };
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly gpus?: number;
}

const INITIALLY_CORDONED = 'maintenance.nvidia.com/node-initial-state.unschedulable';
const FINALIZER = 'maintenance.nvidia.com/finalizer';
const CORDON_TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export class FakeCluster {
  readonly nodes = new Map<string, FakeNode>();
  readonly pods = new Map<string, FakePod>();
  readonly budgets = new Map<string, FakeBudget>();
  readonly maintenances = new Map<string, FakeMaintenance>();
  /** How many NodeMaintenances the operator lets work at once; its own default is 1. */
  maxParallelOperations = Infinity;
  /** false: the operator and its definition are not installed. */
  operator = true;
  /** It is installed, but does nothing at the moment. */
  operatorSleeps = false;
  /** Pods that are evicted stay terminating until `finishTerminating`. */
  slowToEnd = false;
  readonly #replicaSets: ReplicaSet[] = [];
  #version = 1000;
  #names = 0;

  addNode(name: string, labels: Labels = {}, gpus = 8): FakeNode {
    const node: FakeNode = {
      metadata: { ...this.meta(name), labels: { 'kubernetes.io/hostname': name, ...labels } },
      spec: gpus > 0 ? { taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }] } : {},
      status: {
        conditions: [],
        capacity: { cpu: '96', memory: '2Ti', pods: '110', ...(gpus > 0 ? { 'nvidia.com/gpu': String(gpus) } : {}) },
        nodeInfo: { bootID: randomUUID() },
      },
    };
    this.nodes.set(name, node);
    this.setCondition(node.status.conditions, {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'kubelet is posting ready status',
    });
    // Of every node, as DaemonSets and static pods are.
    this.addPod({ name: `exporter-${name}`, namespace: 'monitoring', node: name, owner: { kind: 'DaemonSet', name: 'exporter' } });
    this.addPod({
      name: `proxy-${name}`,
      namespace: 'kube-system',
      node: name,
      owner: { kind: 'Node', name },
      annotations: { 'kubernetes.io/config.mirror': 'x' },
    });
    return node;
  }

  addPod(settings: PodSettings): FakePod {
    const pod = this.#put(settings);
    this.reconcile();
    return pod;
  }

  #put({ name, namespace = 'default', node, owner, labels = {}, annotations = {}, gpus = 0 }: PodSettings): FakePod {
    const amount: Labels = gpus > 0 ? { 'nvidia.com/gpu': String(gpus) } : {};
    const pod: FakePod = {
      metadata: {
        ...this.meta(name),
        namespace,
        labels,
        annotations,
        ...(owner ? { ownerReferences: [{ apiVersion: 'v1', ...owner, uid: randomUUID(), controller: true }] } : {}),
      },
      spec: {
        ...(node === undefined ? {} : { nodeName: node }),
        containers: [{ name: 'main', resources: { requests: amount, limits: amount } }],
      },
      status: { phase: node === undefined ? 'Pending' : 'Running', ...(node === undefined ? {} : { startTime: now() }), conditions: [] },
    };
    if (node !== undefined) this.setCondition(pod.status.conditions, { type: 'Ready', status: 'True' });
    this.pods.set(`${namespace}/${name}`, pod);
    return pod;
  }

  addReplicaSet(name: string, replicas: number, gpus = 0, namespace = 'default'): void {
    this.#replicaSets.push({ name, namespace, app: name, replicas, gpus });
    this.reconcile();
  }

  addBudget(name: string, app: string, minAvailable: number, namespace = 'default'): FakeBudget {
    const status = { currentHealthy: 0, desiredHealthy: minAvailable, expectedPods: 0, disruptionsAllowed: 0, observedGeneration: 1 };
    const budget = { metadata: { ...this.meta(name), namespace }, spec: { minAvailable, selector: { matchLabels: { app } } }, status };
    this.budgets.set(`${namespace}/${name}`, budget);
    this.reconcile();
    return budget;
  }

  addMaintenance(namespace: string, name: string, annotations: Labels, spec: FakeMaintenance['spec']): FakeMaintenance {
    const maintenance: FakeMaintenance = { metadata: { ...this.meta(name), namespace, annotations }, spec, status: { conditions: [] } };
    this.maintenances.set(`${namespace}/${name}`, maintenance);
    this.reconcile();
    return maintenance;
  }

  /** What would the scheduler do with a pod that wants exactly this node and tolerates the taint of GPUs? */
  admits(name: string): boolean {
    const node = this.nodes.get(name);
    if (!node) return false;
    const ready = node.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
    return ready && !(node.spec.taints ?? []).some(({ key, effect }) => effect !== 'PreferNoSchedule' && key !== 'nvidia.com/gpu');
  }

  deletePod(key: string): void {
    const pod = this.pods.get(key);
    if (!pod) return;
    pod.metadata.deletionTimestamp ??= now();
    this.touch(pod.metadata);
    if (!this.slowToEnd) this.pods.delete(key);
    this.reconcile();
  }

  finishTerminating(): void {
    for (const [key, { metadata }] of this.pods) if (metadata.deletionTimestamp) this.pods.delete(key);
    this.reconcile();
  }

  deleteMaintenance(key: string): void {
    const maintenance = this.maintenances.get(key);
    if (!maintenance) return;
    maintenance.metadata.deletionTimestamp ??= now();
    if ((maintenance.metadata.finalizers ?? []).length === 0) this.maintenances.delete(key);
    this.reconcile();
  }

  setReady(node: FakeNode, status: 'True' | 'False' | 'Unknown'): void {
    this.setCondition(node.status.conditions, { type: 'Ready', status, reason: status === 'Unknown' ? 'NodeStatusUnknown' : 'Kubelet' });
    const taints = (node.spec.taints ?? []).filter(
      ({ key }) => !['node.kubernetes.io/unreachable', 'node.kubernetes.io/not-ready'].includes(key),
    );
    if (status !== 'True')
      taints.push({ key: `node.kubernetes.io/${status === 'Unknown' ? 'unreachable' : 'not-ready'}`, effect: 'NoExecute' });
    node.spec.taints = taints;
    this.touch(node.metadata);
  }

  setCondition(conditions: Condition[], wanted: Condition): void {
    const known = conditions.find(({ type }) => type === wanted.type);
    const times = { lastTransitionTime: known?.status === wanted.status ? known['lastTransitionTime'] : now() };
    if (known) Object.assign(known, wanted, times);
    else conditions.push({ ...wanted, ...times });
  }

  touch(metadata: Metadata): void {
    metadata.resourceVersion = String(++this.#version);
  }

  /** All controllers, until nothing changes any more. */
  reconcile(): void {
    this.#cordonTaints();
    if (this.operator && !this.operatorSleeps) this.#operate();
    this.#cordonTaints();
    for (const set of this.#replicaSets) this.#replicate(set);
    for (const budget of this.budgets.values()) this.#count(budget);
  }

  meta(name: string): Metadata {
    return { name, uid: randomUUID(), resourceVersion: String(++this.#version), creationTimestamp: now(), labels: {}, annotations: {} };
  }

  podsOf(budget: FakeBudget): FakePod[] {
    const wanted = Object.entries(budget.spec.selector.matchLabels);
    return [...this.pods.values()].filter(
      ({ metadata }) => metadata.namespace === budget.metadata.namespace && wanted.every(([key, value]) => metadata.labels[key] === value),
    );
  }

  #cordonTaints(): void {
    for (const node of this.nodes.values()) {
      const others = (node.spec.taints ?? []).filter(({ key }) => key !== CORDON_TAINT.key);
      if (others.length > 0 || node.spec.unschedulable) node.spec.taints = node.spec.unschedulable ? [...others, CORDON_TAINT] : others;
      else delete node.spec.taints;
    }
  }

  /** As many pods as wanted, each where the scheduler may put it, the emptiest node first. */
  #replicate(set: ReplicaSet): void {
    const mine = [...this.pods.values()].filter(
      ({ metadata }) => metadata.ownerReferences?.[0]?.name === set.name && !metadata.deletionTimestamp,
    );
    for (let missing = set.replicas - mine.length; missing > 0; missing--) {
      const load = (name: string): number => [...this.pods.values()].filter(({ spec }) => spec.nodeName === name).length;
      const [node] = [...this.nodes.keys()].filter((name) => this.admits(name)).toSorted((a, b) => load(a) - load(b));
      if (node === undefined) return;
      const { namespace, gpus, app, name } = set;
      const owner = { kind: 'ReplicaSet', name };
      this.#put({ name: `${name}-${++this.#names}`, namespace, node, owner, labels: { app }, gpus });
    }
  }

  #count(budget: FakeBudget): void {
    const pods = this.podsOf(budget);
    const isReady = ({ status, metadata }: FakePod): boolean =>
      !metadata.deletionTimestamp && status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
    const currentHealthy = pods.filter(isReady).length;
    const desiredHealthy = budget.spec.minAvailable;
    Object.assign(budget.status, {
      currentHealthy,
      desiredHealthy,
      expectedPods: pods.length,
      disruptionsAllowed: Math.max(0, currentHealthy - desiredHealthy),
    });
  }

  /** One node is worked on by one NodeMaintenance; it cordons when it begins, and uncordons at the end only what it cordoned. */
  #operate(): void {
    for (const [key, maintenance] of this.maintenances) {
      const { metadata, spec } = maintenance;
      const node = this.nodes.get(spec.nodeName);
      if (metadata.deletionTimestamp) {
        if (node && metadata.annotations[INITIALLY_CORDONED] === 'false' && node.spec.unschedulable) {
          delete node.spec.unschedulable;
          this.touch(node.metadata);
        }
        this.maintenances.delete(key);
      } else if (maintenance.status.conditions.length === 0) this.#phase(maintenance, 'Pending');
    }
    const working = (): FakeMaintenance[] =>
      [...this.maintenances.values()].filter(({ status }) => status.conditions[0]?.reason !== 'Pending');
    for (const maintenance of this.maintenances.values()) {
      const { metadata, spec, status } = maintenance;
      const node = this.nodes.get(spec.nodeName);
      const busy = working().some((other) => other.spec.nodeName === spec.nodeName);
      if (!node || status.conditions[0]?.reason !== 'Pending' || busy || working().length >= this.maxParallelOperations) continue;
      metadata.finalizers = [FINALIZER];
      if (spec.cordon) {
        metadata.annotations[INITIALLY_CORDONED] = String(node.spec.unschedulable === true);
        node.spec.unschedulable = true;
        this.touch(node.metadata);
      }
      this.#phase(maintenance, 'Ready');
    }
  }

  #phase(maintenance: FakeMaintenance, reason: string): void {
    this.setCondition(maintenance.status.conditions, { type: 'Ready', status: reason === 'Ready' ? 'True' : 'False', reason });
    this.touch(maintenance.metadata);
  }
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}
