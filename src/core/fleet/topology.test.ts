import { describe, expect, test } from 'vitest';
import type { Cluster, Fleet } from './model.ts';
import { fold, parseNodeSet, size } from './nodeset.ts';
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
  expect(names.map((name) => fold(topology.nodesBehind(name)))).toEqual(['n1', 'n[2-4]', 'n1', 'n[1-4]', 'm[1-2],n[1-4]', 'n1', '', '']);
});

test('links: taken apart (dashes in names)', () => {
  expect(parseLink('gpu-01/mlx5-0--leaf-1/1')).toEqual({ from: 'gpu-01', fromPort: 'mlx5-0', to: 'leaf-1', toPort: '1' });
  expect(parseLink('n1--leaf1')).toBeNull();
});

describe('behind switches', () => {
  const leaves = (names: readonly string[]): Cluster['switches'] => names.map((name) => ({ name, role: 'leaf' as const }));
  const spine = (name: string): Cluster['switches'][number] => ({ name, role: 'spine' });
  const a: Cluster = {
    ...NO_GROUPS,
    name: 'a',
    nodes: 'a[1-4]',
    switches: [...leaves(['al1', 'al2']), spine('s1'), spine('s2'), { name: 'c1', role: 'core' }],
    links: ['a[1-2]/*--al1/*', 'a[3-4]/*--al2/*', 'al1/1--s1/1', 'al1/2--s2/1', 'al2/1--s2/2', 'c1/1--s1/30'],
  };
  const b: Cluster = {
    ...NO_GROUPS,
    name: 'b',
    customer: 'other',
    nodes: 'b[1-4]',
    switches: leaves(['bl1']),
    links: ['b[1-2]/*--bl1/*', 'bl1/1--s1/9'],
  };
  const alone: Cluster = { ...NO_GROUPS, name: 'alone', nodes: 'z[1-2]', switches: [spine('zs')], links: [] };
  const behind = (clusters: readonly Cluster[], name: string): string => {
    return fold(topologyOf({ name: 'lab', timezone: 'UTC', customers: [], clusters }).nodesBehind(name));
  };

  test.each([
    ['al1', 'a[1-2]'],
    ['bl1', 'b[1-2]'],
    ['s1', 'a[1-2],b[1-2]'],
    ['s2', 'a[1-4]'],
    ['c1', 'a[1-2],b[1-2]'],
    ['zs', 'z[1-2]'],
  ])('%s: %s, of all clusters', (name, nodes) => {
    expect(behind([a, b, alone], name)).toBe(nodes);
  });

  test('a spine of a cluster whose switch links are not told: the whole cluster, and what others link to it', () => {
    const uncabled = { ...a, links: ['a[1-2]/*--al1/*', 'a[3-4]/*--al2/*'] };
    expect(behind([uncabled, b], 's1')).toBe('a[1-4],b[1-2]');
    expect(behind([uncabled, b], 's2')).toBe('a[1-4]');
    expect(behind([uncabled, b], 'c1')).toBe('a[1-4]');
  });

  test('a spine that two clusters name; one with a host of its own; one whose leaves have nobody known behind them', () => {
    expect(behind([alone, { ...alone, name: 'more', nodes: 'y1' }], 'zs')).toBe('y1,z[1-2]');
    expect(behind([{ ...a, links: [...a.links, 'a4/*--s1/36'] }, b], 's1')).toBe('a[1-2,4],b[1-2]');
    expect(behind([{ ...a, links: ['al1/1--s1/1'] }], 's1')).toBe('a[1-4]');
  });

  test('a switch whose role nobody wrote: as its links tell, and nobody where they tell nothing', () => {
    const unknown = (cluster: Cluster): Cluster => ({
      ...cluster,
      switches: cluster.switches.map(({ name }) => ({ name, role: 'unknown' })),
    });
    const clusters = [unknown(a), unknown(b), unknown(alone)];
    expect(['al1', 's1', 's2', 'c1', 'zs'].map((name) => behind(clusters, name))).toEqual([
      'a[1-2]',
      'a[1-2],b[1-2]',
      'a[1-4]',
      'a[1-2],b[1-2]',
      '',
    ]);
  });

  test('a subnet manager: every node of every cluster that the fabric joins to it', () => {
    const all = [{ ...a, subnetManagers: 'a4,s2' }, b, alone];
    expect(behind(all, 's2')).toBe('a[1-4],b[1-4]');
    expect(behind(all, 's1')).toBe('a[1-2],b[1-2]');
    const topology = topologyOf({ name: 'lab', timezone: 'UTC', customers: [], clusters: all });
    expect(fold(topology.managedFrom('a4'))).toBe('a[1-4],b[1-4]');
    expect(fold(topology.managedFrom('a1'))).toBe('');
    expect(fold(topology.managers)).toBe('a4,s2');
    expect(fold(topologyOf({ ...fleet, clusters: [a, { ...alone, subnetManagers: 'z1' }] }).managedFrom('z1'))).toBe('z[1-2]');
  });

  test('100,000 nodes, 25,000 leaves, 400 spines, 50 cores: who is behind each of them is told in seconds', () => {
    const pods = Array.from({ length: 50 }, (_, pod) => pod);
    const links = pods.flatMap((pod) => {
      const units = Array.from({ length: 62 }, (_, unit) => pod * 62 + unit);
      return units.flatMap((unit) => {
        const nodes = `n[${unit * 32}-${unit * 32 + 31}]`;
        const rails = Array.from({ length: 8 }, (_, rail) => rail);
        return rails.flatMap((rail) => [`${nodes}/*--u${unit}r${rail}/*`, `u${unit}r${rail}/*--p${pod}s${rail}/*`]);
      });
    });
    const up = pods.flatMap((pod) => Array.from({ length: 400 }, (_, i) => `p${pod}s${i % 8}/*--k${Math.floor(i / 8)}/*`));
    const named = (pattern: RegExp, role: 'leaf' | 'spine' | 'core'): Cluster['switches'] => {
      const found = new Set([...links, ...up].flatMap((link) => link.split('--').map((end) => end.split('/')[0] ?? '')));
      return [...found].filter((name) => pattern.test(name)).map((name) => ({ name, role }));
    };
    const switches = [...named(/^u/, 'leaf'), ...named(/^p/, 'spine'), ...named(/^k/, 'core')];
    const big: Cluster = { ...NO_GROUPS, name: 'big', nodes: 'n[0-99199]', switches, links: [...links, ...up] };
    const topology = topologyOf({ name: 'big', timezone: 'UTC', customers: [], clusters: [big] });
    const startedMs = performance.now();
    const sizes = switches.map(({ name }) => size(topology.nodesBehind(name)));
    expect(new Set(sizes)).toEqual(new Set([32, 62 * 32, 99_200]));
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});
