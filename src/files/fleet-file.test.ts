import { expect, test } from 'vitest';
import { topologyOf } from '../core/fleet/topology.ts';
import { parseFleet, parseFleetInForce, readFleet } from './fleet-file.ts';
import { BadInputError } from './problem.ts';

function cluster(text: string, nodes = 'n[1-10]') {
  const found = parseFleet(`fleet: lab\nclusters:\n  - name: lab\n    nodes: "${nodes}"\n    ${text}\n`, 'fleet.yaml').clusters[0];
  if (!found) throw new Error('no cluster');
  return found;
}

test('groups: a pattern cuts the nodes in order (the last may be short)', () => {
  expect(cluster('racks: {of: 4, name: "r[1-3]"}').racks).toEqual([
    { name: 'r1', nodes: 'n[1-4]' },
    { name: 'r2', nodes: 'n[5-8]' },
    { name: 'r3', nodes: 'n[9-10]' },
  ]);
});

test('groups: a list (a node may have two feeds)', () => {
  const { feeds } = cluster('power: [{name: a, nodes: "n[1-6]"}, {name: b, nodes: "n[5-10]"}]');
  expect(feeds).toEqual([
    { name: 'a', nodes: 'n[1-6]' },
    { name: 'b', nodes: 'n[5-10]' },
  ]);
});

test('domains: with and without NVLink switches', () => {
  expect(cluster('domains: {of: 5, name: "d[1-2]", switches: 9}').domains[1]).toEqual({ name: 'd2', nodes: 'n[6-10]', switches: 9 });
  expect(cluster('domains: [{name: d1, nodes: "n[1-5]"}]').domains).toEqual([{ name: 'd1', nodes: 'n[1-5]', switches: 0 }]);
});

test('units: leaves from a pattern (which node links to which leaf is known, the ports are not)', () => {
  const { switches, links } = cluster('units: {of: 5, rails: 2, name: "u[1-2]", leaf: "{unit}r{rail}"}');
  expect(switches.map(({ name }) => name)).toEqual(['u1r1', 'u1r2', 'u2r1', 'u2r2']);
  expect(links[3]).toBe('n[6-10]/*--u2r2/*');
});

test('units: without a leaf pattern there are no switches', () => {
  expect(cluster('units: {of: 5, name: "u[1-2]"}')).toMatchObject({ switches: [], links: [] });
});

test('links: a switch that only links name is a leaf (none are listed)', () => {
  expect(cluster('links: ["n1/mlx5_0--leaf1/3"]').switches).toEqual([{ name: 'leaf1', role: 'leaf' }]);
});

test('links: to the switches of other clusters; a spine that another cluster lists is no leaf of this one', () => {
  const two = (links: string): string => `fleet: two
clusters:
  - {name: a, nodes: "a[1-2]", switches: [{name: al, role: leaf}, {name: s1, role: spine}], links: ["a[1-2]/*--al/*", "al/3--s1/1"]}
  - {name: b, nodes: "b[1-2]", links: ${links}}
`;
  const [, b] = parseFleet(two('["b[1-2]/*--bl/*", "bl/3--s1/2"]'), 'f').clusters;
  expect(b?.switches).toEqual([{ name: 'bl', role: 'leaf' }]);
  expect(() => parseFleet(two('["a1/h--s1/4"]'), 'f')).toThrow('a1: is no node of the cluster and no switch');
});

test('subnet managers: nodes and switches of the whole fleet, folded; a name that is neither is refused', () => {
  const of = (managers: string): string =>
    `fleet: x\nclusters:\n  - {name: a, nodes: "n[1-4]", subnetManagers: ${managers}}\n  - {name: b, nodes: m1, switches: [{name: s1}]}\n`;
  const [a, b] = parseFleet(of('["n[2-3]", s1]'), 'f').clusters;
  expect(a?.subnetManagers).toBe('n[2-3],s1');
  expect(b).not.toHaveProperty('subnetManagers');
  expect(() => parseFleet(of('[ufm1]'), 'f.yaml')).toThrow('f.yaml:3:49: ufm1: is no node or switch of the fleet');
  expect(() => parseFleet(of('[]'), 'f')).toThrow('is empty');
});

test('leases: hooks by mover', () => {
  const { leases } = cluster('leases: {autoscaler: {by: local, take: [/x/take], verify: [/x/verify], give: [/x/give], renewEvery: 5m}}');
  expect(leases).toEqual({ autoscaler: { take: ['/x/take'], verify: ['/x/verify'], give: ['/x/give'], renewEveryMs: 300_000 } });
});

test('customers: what is left out comes from the fleet', () => {
  const { fleet } = parseFleetInForce(
    'fleet: x\ntimezone: Asia/Tokyo\ncustomers: [{name: a}]\nclusters: [{name: c, nodes: n1, customer: a}]\n',
    'f',
  );
  expect(fleet.customers).toEqual([{ name: 'a', timezone: 'Asia/Tokyo', priority: 1, noticeMs: 0 }]);
});

test('JSON: a fleet file may be JSON', () => {
  expect(parseFleet('{"fleet": "x", "clusters": [{"name": "c", "nodes": "n[1-2]"}]}', 'fleet.json').clusters[0]?.nodes).toBe('n[1-2]');
});

test('readFleet: a file that is not there', () => {
  expect(() => readFleet('no/such/fleet.yaml')).toThrow(
    new BadInputError([
      { file: 'no/such/fleet.yaml', line: 1, col: 1, value: '', why: 'there is no such file or folder', mend: 'check the path' },
    ]),
  );
});

test('a fleet of 100,000 nodes: read and looked up', () => {
  const text = `fleet: big
clusters:
  - name: big
    nodes: "n[000001-100000]"
    racks: {of: 4, name: "r[00001-25000]"}
    units: {of: 32, rails: 8, name: "u[0001-3125]", leaf: "{unit}r{rail}"}
`;
  const topology = topologyOf(parseFleet(text, 'fleet.yaml'));
  expect(topology.groupsOf('n100000')).toEqual({ rack: 'r25000', unit: 'u3125', domain: null, feeds: [] });
  expect(topology.leavesOf('n000033')).toEqual(['u0002r1', 'u0002r2', 'u0002r3', 'u0002r4', 'u0002r5', 'u0002r6', 'u0002r7', 'u0002r8']);
});
