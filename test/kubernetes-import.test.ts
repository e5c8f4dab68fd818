// The real bin on a Kubernetes API server of ours: a fleet file from a live cluster, and what is said when there is none.
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KubernetesBed } from '../testbed/kubernetes/bed.ts';
import { Desk } from './pitstop.ts';

const IMPORT = ['fleet', 'import', 'kubernetes'];

describe('a fleet from Kubernetes', () => {
  it('nodes, GPUs and racks, as a file that is good and as JSON', async () => {
    await using bed = await KubernetesBed.start();
    bed.fake.cluster.addNode('cp1', { 'node-role.kubernetes.io/control-plane': '' }, 0);
    for (const [index, name] of ['n1', 'n2', 'n3', 'n4', 'n5'].entries())
      bed.node(name).metadata.labels['topology.kubernetes.io/rack'] = index < 3 ? 'r1' : 'r2';
    await using desk = new Desk();
    copyFileSync(join(bed.fake.folder, 'kubeconfig'), join(desk.folder, 'kubeconfig'));
    const file = await desk.pitstop(...IMPORT, '--kubeconfig', 'kubeconfig', '-o', 'fleet.yaml');
    expect(file).toMatchObject({
      exit: 0,
      stdout: '',
      stderr: expect.stringMatching(/fleet\.yaml: 5 nodes; next: say how nodes are reached/),
    });
    expect(await desk.pitstop('fleet', 'check', 'fleet.yaml')).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('5 nodes in 1 cluster'),
    });
    const json = await desk.pitstop(...IMPORT, '--kubeconfig', 'kubeconfig', '--context', 'fake', '--json');
    const scheduler = { use: 'kubernetes', kubeconfig: join(desk.folder, 'kubeconfig'), context: 'fake' };
    expect(JSON.parse(json.stdout)).toEqual({
      fleet: 'fake',
      clusters: [
        {
          name: 'fake',
          nodes: 'n[1-5]',
          gpusPerNode: 8,
          racks: [
            { name: 'r1', nodes: 'n[1-3]' },
            { name: 'r2', nodes: 'n[4-5]' },
          ],
          drivers: { scheduler },
        },
      ],
    });
  });

  it('no kubeconfig, no such context, a cluster without working nodes, a server that is gone: exit 3, and nothing written', async () => {
    await using desk = new Desk();
    await using bed = await KubernetesBed.start();
    copyFileSync(join(bed.fake.folder, 'kubeconfig'), join(desk.folder, 'kubeconfig'));
    const fails = async (says: RegExp, ...more: readonly string[]): Promise<void> => {
      const ended = await desk.pitstop(...IMPORT, '-o', 'x.yaml', '--kubeconfig', ...more);
      expect(ended, more.join(' ')).toMatchObject({ exit: 3, stdout: '', stderr: expect.stringMatching(says) });
    };
    await fails(/the kubeconfig \S+gone cannot be read/, 'gone');
    await fails(/the kubeconfig has no context other/, 'kubeconfig', '--context', 'other');
    bed.fake.cluster.nodes.clear();
    await fails(/the cluster fake lists no node that work runs on/, 'kubeconfig');
    await bed[Symbol.asyncDispose]();
    await fails(/the API server does not answer: .*ECONNREFUSED/, 'kubeconfig');
    expect(existsSync(join(desk.folder, 'x.yaml'))).toBe(false);
  });
});
