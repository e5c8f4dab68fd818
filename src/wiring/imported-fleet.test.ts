import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { SlurmSurvey } from '../drivers/slurm/survey.ts';
import { parseFleet } from '../files/fleet-file.ts';
import { importedFleet } from './imported-fleet.ts';

const node = (name: string, gpus: number | null = 8) => ({
  name,
  gpus,
  cpus: 96,
  memoryMb: 1_000_000,
  partitions: ['batch'],
  state: 'idle',
});
const nodes = ['n1', 'n2', 'n3', 'n4'].map((name) => node(name));
const survey: SlurmSurvey = {
  clusterName: 'phx62',
  nodes,
  partitions: [{ name: 'batch', nodes: ['n1', 'n2', 'n3', 'n4'], isDefault: true }],
  topology: [],
};
const topology: SlurmSurvey['topology'] = [
  { switch: 's0', level: 0, nodes: ['n1', 'n2'], switches: [] },
  { switch: 's1', level: 0, nodes: ['n3', 'n4'], switches: [] },
  { switch: 'top', level: 1, nodes: ['n1', 'n2', 'n3', 'n4'], switches: ['s0', 's1'] },
];

describe('a fleet file from a live cluster', () => {
  it('reads back as the fleet: nodes folded, GPUs, the driver that was used, partitions as words', () => {
    const { text, document, nodes: count } = importedFleet(survey, { conf: '/etc/slurm/slurm.conf' });
    expect(text).toContain('# partition batch (default): n[1-4]\n');
    expect(parse(text)).toEqual(document);
    expect(count).toBe(4);
    const fleet = parseFleet(text, 'fleet.yaml');
    expect(fleet).toMatchObject({ name: 'phx62', clusters: [{ name: 'phx62', nodes: 'n[1-4]', gpusPerNode: 8, racks: [], switches: [] }] });
    expect(fleet.clusters[0]?.drivers).toEqual({ scheduler: { use: 'slurm', options: { conf: '/etc/slurm/slurm.conf' } } });
  });

  it('topology: leaves, spines, their links, and a unit a leaf', () => {
    const { text } = importedFleet({ ...survey, topology }, {});
    const [cluster] = parseFleet(text, 'fleet.yaml').clusters;
    expect(cluster?.units).toEqual([
      { name: 's0', nodes: 'n[1-2]' },
      { name: 's1', nodes: 'n[3-4]' },
    ]);
    expect(cluster?.switches.map(({ name, role }) => `${name} ${role}`)).toEqual(['s0 leaf', 's1 leaf', 'top spine']);
    expect(cluster?.links).toEqual(['n[1-2]/*--s0/*', 'n[3-4]/*--s1/*', 's0/*--top/*', 's1/*--top/*']);
  });

  it('topology: a node under two leaves is in no unit', () => {
    const twoRails = topology.map((each) => (each.level === 0 ? { ...each, nodes: ['n1', 'n2', 'n3', 'n4'] } : each));
    const [cluster] = parseFleet(importedFleet({ ...survey, topology: twoRails }, {}).text, 'fleet.yaml').clusters;
    expect(cluster?.units).toEqual([]);
    expect(cluster?.links).toContain('n[1-4]/*--s1/*');
  });

  it('nodes that differ in GPUs: the scheduler is asked, and the file says which have how many', () => {
    const { text, document } = importedFleet({ ...survey, nodes: [...nodes, node('n5', 4), node('login1', null)] }, {});
    expect(JSON.stringify(document)).not.toContain('gpusPerNode');
    expect(text).toContain('# 4 GPUs: n5 ');
    expect(text).toContain('# 0 GPUs: login1 ');
    expect(parseFleet(text, 'fleet.yaml').clusters[0]?.gpusPerNode).toBeNull();
  });

  it('a cluster name that is no name of ours still gives a file that reads back', () => {
    expect(parseFleet(importedFleet({ ...survey, clusterName: '-(null)\n!' }, {}).text, 'fleet.yaml').name).toBe('null---');
  });
});
