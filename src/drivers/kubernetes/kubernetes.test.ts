// The driver on a fake API server of ours: the scheduler's conformance suite, budgets, queues, and other people's hands.
import { CoreV1Api, KubeConfig, PolicyV1Api } from '@kubernetes/client-node';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FIVE, KubernetesBed as Bed } from '../../../testbed/kubernetes/bed.ts';
import { until } from '../../../testbed/until.ts';
import { schedulerConformance } from '../../../test/conformance/driver.ts';
import type { Act } from '../../core/ports.ts';

schedulerConformance(
  'kubernetes, on a fake API server',
  async () => {
    const bed = await Bed.start();
    const { cluster } = bed.fake;
    let jobs = 0;
    return {
      driver: bed.driver,
      nodes: FIVE,
      clock: bed.clock,
      foreignDrain: async (node, reason) => bed.cordon(node, reason),
      startJob: async (nodes, seconds) => {
        const name = `training-${++jobs}`;
        expect(seconds).toBeGreaterThan(0);
        for (const [index, node] of nodes.entries()) bed.jobPod(name, index, node);
        return `default/${name}`;
      },
      endJob: async (id) => {
        for (const pod of cluster.pods.values()) {
          if (`default/${pod.metadata.ownerReferences?.[0]?.name}` === id) pod.status.phase = 'Succeeded';
        }
      },
      jobStartsOn: async (node) => cluster.admits(node),
      rebootOutOfBand: async (node) => {
        const object = bed.node(node);
        cluster.setReady(object, 'Unknown');
        object.status.nodeInfo.bootID = 'another';
        cluster.setReady(object, 'True');
      },
      stop: () => bed.fake[Symbol.asyncDispose](),
    };
  },
  { jobActs: false },
);

test('the fake speaks as the published API does: the typed client of others reads it', async () => {
  await using bed = await Bed.start();
  bed.fake.cluster.addReplicaSet('web', 2);
  bed.fake.cluster.addBudget('web-pdb', 'web', 2);
  const config = new KubeConfig();
  config.loadFromFile(join(bed.fake.folder, 'kubeconfig'));
  const core = config.makeApiClient(CoreV1Api);
  const { items } = await core.listNode();
  expect(items.map(({ metadata, status }) => [metadata?.name, status?.capacity?.['nvidia.com/gpu']])).toEqual(
    FIVE.map((name) => [name, '8']),
  );
  const pods = await core.listPodForAllNamespaces();
  expect(pods.items.filter(({ metadata }) => metadata?.ownerReferences?.[0]?.kind === 'ReplicaSet')).toHaveLength(2);
  const [budget] = (await config.makeApiClient(PolicyV1Api).listPodDisruptionBudgetForAllNamespaces()).items;
  expect(budget?.status).toMatchObject({ currentHealthy: 2, desiredHealthy: 2, expectedPods: 2, disruptionsAllowed: 0 });
  const name = pods.items.find(({ metadata }) => metadata?.labels?.['app'] === 'web')?.metadata?.name ?? '';
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'default' } };
  await expect(core.createNamespacedPodEviction({ name, namespace: 'default', body: eviction })).rejects.toMatchObject({ code: 429 });
});

test('drain: services are evicted, a training job and bare pods are waited for, furniture and what has finished is no work', async () => {
  await using bed = await Bed.start();
  const { cluster } = bed.fake;
  cluster.addReplicaSet('web', 5, 1);
  bed.jobPod('train', 0, 'n2');
  bed.jobPod('train', 1, 'n1');
  cluster.addPod({ name: 'notebook', node: 'n1' });
  cluster.addPod({ name: 'static-without-owner', node: 'n1', annotations: { 'kubernetes.io/config.mirror': 'x' } });
  cluster.addPod({ name: 'over', node: 'n1' }).status.phase = 'Succeeded';
  const web = (await bed.facts('n1')).jobs.find(({ id }) => id.startsWith('default/web-'));
  expect(web).toMatchObject({ user: 'default', state: 'running', nodes: 'n1', gpus: 1 });
  const results = await bed.drain('n1');
  expect(results).toMatchObject([
    {
      outcome: 'done',
      evidence: {
        going: [`${web?.id}: evicted`],
        waits: [expect.stringContaining('default/train-1: not evicted'), expect.stringContaining('default/notebook')],
      },
    },
  ]);
  const { jobs, inService, state, gpus } = await bed.facts('n1');
  expect(jobs.map(({ id }) => id)).toEqual(['default/train', 'default/notebook']);
  expect(jobs[0]).toMatchObject({ name: 'train', nodes: 'n[1-2]', batchNode: 'n2', gpus: 16 });
  expect({ inService, state, gpus }).toEqual({ inService: false, state: 'ready+cordoned', gpus: 8 });
  expect([...cluster.pods.values()].filter(({ metadata }) => metadata.labels['app'] === 'web')).toHaveLength(5);
  expect(bed.conditions('n1')).toMatchObject({ Ready: 'True', MaintenanceInProgress: 'True', DrainInProgress: 'True', Drained: 'False' });
  await bed.undrain('n1');
  expect(bed.conditions('n1')).toMatchObject({ MaintenanceInProgress: 'False', DrainInProgress: 'False', Drained: 'False' });
  expect(bed.node('n1').metadata.annotations).toEqual({});
});

test('evict: all evicts jobs too, none nothing', async () => {
  for (const [evict, left] of [
    ['all', []],
    ['none', ['default/web-1', 'default/train']],
  ] as const) {
    await using bed = await Bed.start({ evict });
    for (const node of FIVE.slice(1)) bed.cordon(node, '');
    bed.fake.cluster.addReplicaSet('web', 1);
    bed.jobPod('train', 0, 'n1');
    await bed.drain('n1');
    expect((await bed.facts('n1')).jobs.map(({ id }) => id)).toEqual(left);
  }
});

test('a budget that allows nothing: accepted, named, asked again, and through as soon as it allows one', { timeout: 60_000 }, async () => {
  await using bed = await Bed.start({}, 20);
  const { cluster } = bed.fake;
  for (const node of FIVE.slice(1)) bed.cordon(node, 'full');
  cluster.addReplicaSet('web', 1);
  const budget = cluster.addBudget('web-pdb', 'web', 1);
  const words = 'PDB default/web-pdb allows no disruption: slow is not never';
  expect(await bed.drain('n1')).toMatchObject([{ outcome: 'accepted', evidence: { later: [`default/web-1: ${words}`] } }]);
  expect(bed.driver.waitingFor().join()).toContain(words);
  expect(bed.conditions('n1')).toMatchObject({ DrainInProgress: 'True' });
  expect((await bed.facts('n1')).jobs).toHaveLength(1);
  await until('it to be asked again', () => bed.asked('POST', '/eviction') > 2);
  expect((await bed.facts('n1')).jobs).toHaveLength(1);
  budget.spec.minAvailable = 0;
  cluster.reconcile();
  await until('the pod to go', async () => (await bed.facts('n1')).jobs.length === 0);
  await until('the node to be called drained', () => bed.conditions('n1')['Drained'] === 'True');
  expect(bed.driver.waitingFor()).toEqual([]);
});

test('undrained, or in other hands: nothing is evicted any more', { timeout: 60_000 }, async () => {
  await using bed = await Bed.start({}, 20);
  const { cluster } = bed.fake;
  cluster.addReplicaSet('web', 5);
  const budget = cluster.addBudget('web-pdb', 'web', 5);
  await bed.drain('n1', 'n2');
  await bed.undrain('n1');
  delete bed.node('n2').metadata.annotations['pitstop/run'];
  const looks = bed.asked('GET', '/pods');
  await until('a look that finds n2 in other hands', () => bed.asked('GET', '/pods') > looks);
  await until('nothing to wait for', () => bed.driver.waitingFor().length === 0);
  budget.spec.minAvailable = 0;
  cluster.reconcile();
  const evictions = bed.asked('POST', '/eviction');
  expect((await bed.facts('n1')).jobs).toHaveLength(1);
  expect((await bed.facts('n2')).drain).toMatchObject({ by: 'foreign' });
  expect(bed.asked('POST', '/eviction')).toBe(evictions);
});

test('an evicted pod that takes its time is work until it is gone', async () => {
  await using bed = await Bed.start();
  bed.fake.cluster.slowToEnd = true;
  bed.fake.cluster.addReplicaSet('web', 5);
  await bed.drain('n1');
  expect((await bed.facts('n1')).jobs).toMatchObject([{ state: 'terminating' }]);
  bed.fake.cluster.finishTerminating();
  expect((await bed.facts('n1')).jobs).toEqual([]);
});

test('taints: usual ones do nothing, others are foreign, those of Kubernetes itself only take it out of service', async () => {
  await using bed = await Bed.start();
  const [a, b, c] = [bed.node('n1'), bed.node('n2'), bed.node('n3')];
  a.spec.taints?.push({ key: 'acme.example/repair', value: 'gpu', effect: 'NoSchedule' });
  b.spec.taints?.push({ key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' });
  c.spec.taints?.push({ key: 'acme.example/hint', effect: 'PreferNoSchedule' });
  expect(await bed.facts('n1')).toMatchObject({
    inService: false,
    drain: { by: 'foreign', reason: 'taint acme.example/repair=gpu:NoSchedule' },
  });
  expect(await bed.facts('n2')).toMatchObject({ inService: false, drain: null, state: 'ready+tainted' });
  expect(await bed.facts('n3')).toMatchObject({ inService: true, drain: null });
  expect(await bed.drain('n1', 'n2')).toMatchObject([
    { outcome: 'refused', evidence: { reason: expect.stringContaining('acme') } },
    { outcome: 'done' },
  ]);
  bed.fake.cluster.setReady(bed.node('n4'), 'Unknown');
  expect(await bed.facts('n4')).toMatchObject({ inService: false, responding: false, state: 'unknown+tainted', drain: null });
  bed.fake.cluster.setReady(bed.node('n4'), 'False');
  expect(await bed.facts('n4')).toMatchObject({ inService: false, responding: true, state: 'not-ready+tainted' });
});

test('the maintenance operator has a queue: accepted until it is our turn; foreign maintenance is foreign', async () => {
  await using bed = await Bed.start();
  const { cluster } = bed.fake;
  cluster.maxParallelOperations = 1;
  const theirs = { requestorID: 'nic.nvidia.com', nodeName: 'n3', cordon: true };
  cluster.addMaintenance('netops', 'theirs', {}, theirs);
  expect(await bed.facts('n3')).toMatchObject({
    inService: false,
    drain: null,
    reservation: { by: 'foreign', reason: 'NodeMaintenance theirs of nic.nvidia.com' },
  });
  expect(await bed.reserve('n1')).toMatchObject([{ outcome: 'accepted', evidence: { phase: 'Pending' } }]);
  expect(await bed.facts('n1')).toMatchObject({ inService: true, reservation: null });
  cluster.deleteMaintenance('netops/theirs');
  expect(await bed.reserve('n1')).toMatchObject([{ outcome: 'done', evidence: { phase: 'Ready' } }]);
  expect(await bed.facts('n1')).toMatchObject({ inService: false, drain: null, reservation: { by: 'pitstop', run: 'r1' } });
  const other: Act = { role: 'scheduler', do: 'reserve', run: 'Other_Run.2' };
  expect(await bed.act(other, ['n1'])).toMatchObject([{ outcome: 'refused' }]);
  await bed.unreserve('n1');
  expect(await bed.act(other, ['n1'])).toMatchObject([{ outcome: 'done' }]);
  expect((await bed.facts('n1')).reservation?.run).toBe('Other_Run.2');
  expect(await bed.unreserve('n1')).toMatchObject([{ outcome: 'done' }]);
  expect((await bed.facts('n1')).reservation?.run).toBe('Other_Run.2');
});

test('an operator that sleeps: a reservation is in its queue, and one that is given back is on its way out', async () => {
  await using bed = await Bed.start();
  const { cluster } = bed.fake;
  await bed.reserve('n1');
  cluster.operatorSleeps = true;
  expect(await bed.reserve('n2')).toMatchObject([{ outcome: 'accepted', evidence: { phase: '' } }]);
  expect((await bed.facts('n2')).reservation).toBeNull();
  expect(await bed.unreserve('n1')).toMatchObject([{ outcome: 'accepted', evidence: { why: expect.stringContaining('not let it go') } }]);
  expect(await bed.facts('n1')).toMatchObject({ inService: false, reservation: null, drain: null });
  cluster.operatorSleeps = false;
  cluster.reconcile();
  expect(await bed.unreserve('n1')).toMatchObject([{ outcome: 'done' }]);
  expect(await bed.facts('n1')).toMatchObject({ inService: true });
  expect((await bed.facts('n2')).reservation).toMatchObject({ run: 'r1' });
});

test("the operator's cordon and ours: neither order of giving back opens or closes a node for good", async () => {
  await using bed = await Bed.start();
  // The operator uncordons when a maintenance ends, though our drain still stands: it is cordoned again.
  await bed.reserve('n1');
  await bed.drain('n1');
  expect(await bed.unreserve('n1')).toMatchObject([{ outcome: 'done', evidence: { remark: expect.stringContaining('cordoned again') } }]);
  expect(await bed.facts('n1')).toMatchObject({ inService: false, drain: { run: 'r1' }, reservation: null });
  expect(await bed.undrain('n1')).toMatchObject([{ outcome: 'done' }]);
  // Undrained first: the reservation still keeps pods away.
  await bed.reserve('n1');
  await bed.drain('n1');
  expect(await bed.undrain('n1')).toMatchObject([{ outcome: 'accepted', evidence: { state: 'ready+cordoned+maintenance' } }]);
  expect(bed.fake.cluster.admits('n1')).toBe(false);
  await bed.unreserve('n1');
  expect(bed.fake.cluster.admits('n1')).toBe(true);
  // Drained before it was reserved: the operator will not uncordon, so we do.
  await bed.drain('n2');
  await bed.reserve('n2');
  await bed.undrain('n2');
  await bed.unreserve('n2');
  expect(await bed.facts('n2')).toMatchObject({ inService: true, drain: null, reservation: null });
});

test('somebody is faster: the node is read and judged again, and what they did is not overwritten', async () => {
  await using bed = await Bed.start();
  bed.fake.faults.faster = 2;
  expect(await bed.drain('n1')).toMatchObject([{ outcome: 'done' }]);
  expect(bed.asked('PATCH', '/nodes/n1')).toBe(4);
  bed.fake.faults.faster = 99;
  expect(await bed.drain('n2')).toMatchObject([{ outcome: 'refused', evidence: { words: expect.stringContaining('409') } }]);
  expect(bed.node('n2').spec.unschedulable).toBeUndefined();
});

test('more than a page: all of it is read', async () => {
  await using bed = await Bed.start();
  for (let i = 0; i < 1_200; i++)
    bed.fake.cluster.pods.set(`default/p${i}`, {
      ...bed.fake.cluster.addPod({ name: 'seed', node: 'n5' }),
      metadata: { ...bed.fake.cluster.meta(`p${i}`), namespace: 'default' },
    });
  expect((await bed.facts('n5')).jobs).toHaveLength(1_201);
  expect(bed.asked('GET', '/api/v1/pods')).toBe(3);
});
