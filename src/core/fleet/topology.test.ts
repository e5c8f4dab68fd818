import { expect, test } from 'vitest';
import type { Cluster, Fleet } from './model.ts';
import { fold, parseNodeSet } from './nodeset.ts';
import { groupResolver, parseLink, topologyOf } from './topology.ts';

const NO_GROUPS: Omit<Cluster, 'name' | 'nodes'> = {
  customer: null,
  mode: 'act',
  workload: 'training',
  gpusPerNode: null,
  racks: [],
  units: [],
  domains: [],
  feeds: [],
  switches: [],
  links: [],
  image: null,
  drivers: {},
  leases: {},
};

const fleet: Fleet = {
  name: 'lab',
  timezone: 'UTC',
  customers: [],
  clusters: [
    {
      ...NO_GROUPS,
      name: 'a',
      nodes: 'n[1-4]',
      racks: [
        { name: 'r1', nodes: 'n[1-2]' },
        { name: 'r2', nodes: 'n[3-4]' },
      ],
      domains: [{ name: 'd1', nodes: 'n[1-4]', switches: 9 }],
      feeds: [
        { name: 'feed1', nodes: 'n[1-4]' },
        { name: 'feed2', nodes: 'n[3-4]' },
      ],
      switches: [
        { name: 'leaf1', role: 'leaf' },
        { name: 'leaf2', role: 'leaf' },
        { name: 'spine1', role: 'spine' },
      ],
      links: ['n1/mlx5_0--leaf1/1', 'n[2-4]/*--leaf2/*', 'leaf1/40--spine1/1'],
    },
    { ...NO_GROUPS, name: 'b', nodes: 'm[1-2]', racks: [{ name: 'r2', nodes: 'm1' }], feeds: [{ name: 'feed1', nodes: 'm[1-2]' }] },
  ],
};

test('groups: each kind stands for the nodes in or behind it, switches and spines by function', () => {
  const check = (text: string, expected: string): void => {
    const parsed = parseNodeSet(text, groupResolver(fleet));
    expect(parsed.ok ? fold(parsed.set) : parsed.error.why, text).toBe(expected);
  };
  check('@rack:r1', 'n[1-2]');
  check('@rack:r2', 'm1,n[3-4]');
  check('@domain:d1', 'n[1-4]');
  check('@feed:feed[1-2]', 'm[1-2],n[1-4]');
  check('@leaf:leaf2', 'n[2-4]');
  check('@cluster:b!m2', 'm1');
  check('@switches-of(n1)', 'leaf1');
  check('@switches-of(@rack:r[1-2])', 'leaf[1-2]');
  check('@spines-of(n1)', 'spine1');
  check('@spines-of(n2)', '');
  check('@leaf:spine1', 'an unknown group');
  check('@rack:r9', 'an unknown group');
  check('@row:1', 'an unknown group');
  check('@neighbours-of(n1)', 'an unknown group');
});

test('look-ups: cluster, groups and leaves of a node', () => {
  const topology = topologyOf(fleet);
  expect(topology.clusterOf('m2')?.name).toBe('b');
  expect(topology.clusterOf('leaf1')).toBeNull();
  expect(topology.groupsOf('n3')).toEqual({ rack: 'r2', unit: null, domain: 'd1', feeds: ['feed1', 'feed2'] });
  expect(topology.groupsOf('nobody')).toEqual({ rack: null, unit: null, domain: null, feeds: [] });
  expect(topology.leavesOf('n2')).toEqual(['leaf2']);
  expect(fold(topology.nodes)).toBe('m[1-2],n[1-4]');
});

test('kinds: a bare name is a node, switch, domain, feed or link', () => {
  const topology = topologyOf(fleet);
  const names = ['n1', 'spine1', 'd1', 'feed2', 'n1/mlx5_0--leaf1/1', 'leaf1/40--spine1/1', 'n2/*--leaf2/*', 'r1', 'x'];
  expect(names.map((name) => topology.kindOf(name))).toEqual(['node', 'switch', 'domain', 'feed', 'link', 'link', null, null, null]);
});

test('nodes behind: what an act on the target takes from', () => {
  const topology = topologyOf(fleet);
  const names = ['n1', 'leaf2', 'spine1', 'd1', 'feed1', 'n1/mlx5_0--leaf1/1', 'leaf1/40--spine1/1', 'x'];
  expect(names.map((name) => fold(topology.nodesBehind(name)))).toEqual(['n1', 'n[2-4]', '', 'n[1-4]', 'm[1-2],n[1-4]', 'n1', '', '']);
});

test('links: taken apart (dashes in names)', () => {
  expect(parseLink('gpu-01/mlx5-0--leaf-1/1')).toEqual({ from: 'gpu-01', fromPort: 'mlx5-0', to: 'leaf-1', toPort: '1' });
  expect(parseLink('n1--leaf1')).toBeNull();
});
