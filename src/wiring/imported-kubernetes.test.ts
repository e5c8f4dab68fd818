import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { KubernetesBed } from '../../testbed/kubernetes/bed.ts';
import { surveyKubernetes, type KubernetesSurvey } from '../drivers/kubernetes/survey.ts';
import { parseFleet } from '../files/fleet-file.ts';
import { importedKubernetes } from './imported-kubernetes.ts';

const RACK = 'topology.kubernetes.io/rack';
const { signal } = new AbortController();

const node = (name: string, labels: { readonly [key: string]: string } = {}, gpus = 8) => ({ name, gpus, labels });
const survey = (nodes: KubernetesSurvey['nodes']): KubernetesSurvey => ({ clusterName: 'prod:eu\nwest', nodes });

test('from the API server to a fleet that reads back: racks by label, GPUs, the driver that was used; no control plane', async () => {
  await using bed = await KubernetesBed.start();
  for (const [index, name] of ['n1', 'n2', 'n3', 'n4', 'n5'].entries()) bed.node(name).metadata.labels[RACK] = index < 3 ? 'r1' : 'r2';
  bed.fake.cluster.addNode('cp1', { 'node-role.kubernetes.io/control-plane': '' }, 0);
  const context = { folder: bed.fake.folder, env: process.env, clock: bed.clock };
  const { text, document, nodes } = importedKubernetes(await surveyKubernetes({ kubeconfig: 'kubeconfig' }, context, signal), {
    kubeconfig: 'kubeconfig',
  });
  expect(parse(text)).toEqual(document);
  expect(nodes).toBe(5);
  const [cluster] = parseFleet(text, 'fleet.yaml').clusters;
  expect(cluster).toMatchObject({
    name: 'fake',
    nodes: 'n[1-5]',
    gpusPerNode: 8,
    racks: [
      { name: 'r1', nodes: 'n[1-3]' },
      { name: 'r2', nodes: 'n[4-5]' },
    ],
    drivers: { scheduler: { use: 'kubernetes', options: { kubeconfig: 'kubeconfig' } } },
  });
  await expect(surveyKubernetes({ kubeconfig: 'gone' }, context, signal)).rejects.toThrow('the kubeconfig gone cannot be read');
});

test('the zone where no rack is told; nothing where a node has neither; GPUs that differ; names that would break the file', () => {
  const zone = 'topology.kubernetes.io/zone';
  const zoned = importedKubernetes(survey([node('n1', { [zone]: 'a', [RACK]: 'r1' }), node('n2', { [zone]: 'b' }, 4)]), {});
  expect(parse(zoned.text)).toEqual(zoned.document);
  const [cluster] = parseFleet(zoned.text, 'fleet.yaml').clusters;
  expect(cluster?.racks.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(JSON.stringify(zoned.document)).not.toContain('gpusPerNode');
  expect(parseFleet(zoned.text, 'fleet.yaml').name).toBe('prod-eu-west');
  const bare = importedKubernetes(survey([node('n1', { [zone]: 'a' }), node('n2')]), {});
  expect(parseFleet(bare.text, 'fleet.yaml').clusters[0]?.racks).toEqual([]);
});
