// The driver on a fake API server that breaks off, lies, is slow or refuses; and what doctor says.
import { expect, test } from 'vitest';
import { KubernetesBed as Bed } from '../../../testbed/kubernetes/bed.ts';
import { until } from '../../../testbed/until.ts';
import { kubernetesOptions } from './options.ts';

const { signal } = new AbortController();

test('signal and requeue are refused, and say what does it instead', async () => {
  await using bed = await Bed.start();
  bed.jobPod('train', 0, 'n1');
  const job = 'default/train';
  expect(await bed.act({ role: 'scheduler', do: 'signal', job, signal: 'USR1', to: 'batch' }, ['n1'])).toMatchObject([
    { outcome: 'refused' },
  ]);
  expect(await bed.act({ role: 'scheduler', do: 'requeue', job, hold: true }, ['n1'])).toMatchObject([
    { outcome: 'refused', evidence: { why: expect.stringContaining('Kueue') } },
  ]);
});

test('broken answers: nothing is known, nothing throws, nothing is done, and it says why', async () => {
  await using bed = await Bed.start();
  const { faults } = bed.fake;
  faults.truncate = true;
  expect(await bed.why('n1')).toBe('the API server does not answer: the answer is no JSON, or breaks off');
  expect(await bed.drain('n1')).toMatchObject([{ outcome: 'unknown' }]);
  faults.truncate = false;
  faults.refuses = { 'GET /api/v1/pods': 500 };
  expect(await bed.why('n1')).toBe('the API server: GET /api/v1/pods: 500 etcdserver: request timed out');
  faults.refuses = {};
  faults.lies = { '/api/v1/pods': { kind: 'Status', status: 'Failure', message: 'no' } };
  expect(await bed.why('n1')).toBe('the API server: GET /api/v1/pods: answered no list');
  faults.lies = { '/api/v1/pods': { items: [{ metadata: { name: 'p', namespace: 'd' }, spec: { nodeName: 7 } }] } };
  expect(await bed.why('n1')).toContain('the list of pods holds p in another shape');
  faults.lies = { '/api/v1/nodes': { items: [{ metadata: { name: 'n1' } }, bed.node('n2')] } };
  expect(await bed.why('n1')).toBe('the API server lists it in another shape than nodes have');
  expect((await bed.facts('n2')).inService).toBe(true);
  expect(await bed.drain('n1')).toMatchObject([{ outcome: 'unknown' }]);
  faults.lies = { '/api/v1/nodes': { items: [bed.node('n1'), bed.node('n1')] } };
  expect(await bed.why('n1')).toContain('twice');
  faults.lies = {};
  expect(bed.node('n1').spec.unschedulable).toBeUndefined();
  expect((await bed.facts('n1')).inService).toBe(true);
  expect(bed.driver.waitingFor()).toEqual([]);
});

test('a server that is silent: given up in time, said meanwhile, and over with its next answer', async () => {
  await using bed = await Bed.start({ timeout: '500ms' });
  const { faults } = bed.fake;
  faults.latencyMs = Infinity;
  expect(await bed.why('n1')).toBe('the API server does not answer: no answer within 500 ms');
  expect(bed.driver.waitingFor().join()).toMatch(/kubernetes: no answer for .*within 500 ms/);
  expect(await bed.drain('n1')).toMatchObject([{ outcome: 'unknown' }]);
  faults.latencyMs = 0;
  await until('an answer', async () => (await bed.why('n1')) === '');
  expect(bed.driver.waitingFor()).toEqual([]);
});

test('an answer lost on the way back: unknown, not refused', async () => {
  await using bed = await Bed.start();
  bed.fake.faults.refuses = { 'PATCH /api/v1/nodes/n1': 504 };
  expect(await bed.drain('n1', 'n2')).toMatchObject([{ outcome: 'unknown' }, { outcome: 'done' }]);
  bed.fake.faults.refuses = { 'PATCH /api/v1/nodes/n3': 403, 'PATCH /api/v1/nodes/n2/status': 403 };
  expect(await bed.drain('n3')).toMatchObject([{ outcome: 'refused' }]);
  expect(await bed.drain('n2')).toMatchObject([
    { outcome: 'done', evidence: { remark: expect.stringContaining('conditions were not written: 403') } },
  ]);
});

test('doctor: rights, the operator, the token; the token stands in no message', async () => {
  await using bed = await Bed.start();
  bed.fake.faults.lacks = ['create pods/eviction', 'patch nodes/status'];
  bed.fake.cluster.operator = false;
  const findings = (await bed.driver.diagnose(['n1'], signal)).map(({ severity, rule, message }) => `${severity} ${rule} ${message}`);
  expect(findings).toEqual([
    expect.stringMatching(/^info kubernetes-answers the API server told of 5 nodes/),
    'warning kubernetes-rights our account may not patch nodes/status: add it to its role',
    'error kubernetes-rights our account may not create pods/eviction: add it to its role',
    expect.stringMatching(/^error kubernetes-maintenance-operator/),
  ]);
  expect(await bed.reserve('n1')).toMatchObject([{ outcome: 'refused', evidence: { why: expect.stringContaining('not installed') } }]);
  await bed.fake[Symbol.asyncDispose]();
  const why = await bed.why('n1');
  expect(why).toMatch(/does not answer: .*(ECONNREFUSED|fetch failed|closed)/);
  expect(why).not.toContain(bed.fake.token);
});

test('a kubeconfig that is missing, or lacks the context: no facts, and says so', async () => {
  await using bed = await Bed.start({ kubeconfig: 'nowhere' });
  expect(await bed.why('n1')).toMatch(/does not answer: the kubeconfig nowhere cannot be read: ENOENT/);
  await using other = await Bed.start({ context: 'prod' });
  expect(await other.why('n1')).toBe('the API server does not answer: the kubeconfig has no context prod');
  expect(kubernetesOptions.safeParse({ namespace: 'No Name' }).success).toBe(false);
  expect(kubernetesOptions.safeParse({ token: 'x' }).success).toBe(false);
});
