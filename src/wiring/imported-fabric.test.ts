import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Fleet } from '../core/fleet/model.ts';
import { fold, foldNames } from '../core/fleet/nodeset.ts';
import { topologyOf } from '../core/fleet/topology.ts';
import { NO_NAMES, parseNames } from '../drivers/infiniband/names.ts';
import type { FabricGraph } from '../drivers/infiniband/netdiscover.ts';
import { parseNetdiscover } from '../drivers/infiniband/netdiscover.ts';
import { parseFleet } from '../files/fleet-file.ts';
import { BadInputError } from '../files/problem.ts';
import { importedFabric, type FabricSource, type ImportedFabric } from './imported-fabric.ts';

const SOURCE: FabricSource = { from: 'sweep.out', names: NO_NAMES, fleet: 'fabric', cables: false, driver: {} };

/** From words: `n1 mlx5_0 > leaf1/3` a host's cable, `leaf1/30 - spine1/1` one between switches; `[GUID]description` gives the GUID too. */
function graphOf(cables: readonly string[], more: Partial<FabricGraph> = {}): FabricGraph {
  const guids = new Map<string, string>();
  const guidOf = (key: string): string => {
    const own = /^\[(\w+)\]/.exec(key)?.[1];
    const guid = guids.get(key) ?? `0x${(own ?? (guids.size + 1).toString(16)).padStart(16, '0')}`;
    guids.set(key, guid);
    return guid;
  };
  const [hosts, switches, links] = [
    new Map<string, FabricGraph['hosts'][number]>(),
    new Map<string, FabricGraph['switches'][number]>(),
    [] as FabricGraph['links'][number][],
  ];
  const end = (text: string): { guid: string; port: number } => {
    const [, key = '', port = ''] = /^(.*)\/(\d+)$/.exec(text) ?? [];
    const guid = guidOf(`S ${key}`.replace(/^S \[/, '['));
    switches.set(guid, { guid, name: key.replace(/^\[\w+\]/, ''), ports: 64, lid: 1 });
    return { guid, port: Number(port) };
  };
  for (const cable of cables) {
    const [from = '', to = ''] = cable.split(/ [>-] /);
    if (cable.includes(' - ')) links.push({ a: end(from), b: end(to), width: '4X', speed: 'NDR' });
    else {
      const name = from.replace(/^\[\w+\]/, '');
      const guid = guidOf(from.startsWith('[') ? from : `H ${from}`);
      const words = name.split(/\s+/);
      hosts.set(guid, { guid, name, hca: words.length === 2 ? (words[1] ?? '') : '', ports: [{ port: 1, guid, lid: 9 }] });
      if (to !== '') links.push({ a: { guid, port: 1 }, b: end(to), width: '4X', speed: 'NDR' });
    }
  }
  return { hosts: [...hosts.values()], switches: [...switches.values()], links, problems: [], ...more };
}

const nodes = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
/** Units of two nodes with two rails each and leaves called by a pattern, under two spines. */
const railed = (leaf: (unit: number, rail: number) => string): string[] => [
  ...nodes(4).flatMap((n) => [1, 2].map((rail) => `n${n} mlx5_${rail - 1} > ${leaf(Math.ceil(n / 2), rail)}/${n}`)),
  ...[1, 2].flatMap((unit) => [1, 2].flatMap((rail) => [1, 2].map((s) => `${leaf(unit, rail)}/${30 + s} - spine${s}/${unit * 2 + rail}`))),
];

function read(imported: ImportedFabric): Fleet {
  expect(parse(imported.text)).toEqual(imported.document);
  return parseFleet(imported.text, 'fleet.yaml');
}
const clusterOf = (imported: ImportedFabric) => read(imported).clusters[0];
const rulesOf = ({ findings }: ImportedFabric): string[] => findings.map(({ severity, target, rule }) => `${severity} ${rule} ${target}`);
const roles = (imported: ImportedFabric) => clusterOf(imported)?.switches.map(({ name, role }) => `${name} ${role}`);

describe('a fleet file from a fabric', () => {
  it('names that follow a pattern: units with their leaves in one line, spines and their cables', () => {
    const imported = importedFabric(graphOf(railed((unit, rail) => `u${unit}r${rail}`)), SOURCE);
    const [cluster] = (imported.document['clusters'] as { units: unknown; links: string[] }[]) ?? [];
    expect(cluster?.units).toEqual({ of: 2, name: 'u[1-2]', rails: 2, leaf: '{unit}r{rail}' });
    expect(cluster?.links).toHaveLength(8);
    expect(cluster?.links).toContain('spine1/3--u1r1/31');
    const topology = topologyOf(read(imported));
    expect(topology.leavesOf('n3')).toEqual(['u2r1', 'u2r2']);
    expect(['u1r2', 'spine2'].map((name) => fold(topology.nodesBehind(name)))).toEqual(['n[1-2]', 'n[1-4]']);
    expect(imported.text).toContain('# rail 2 (mlx5_1): u[1-2]r2\n');
    expect(rulesOf(imported)).toEqual([]);
  });

  it('with --cables every host cable too, by its ports', () => {
    const graph = graphOf(railed((unit, rail) => `u${unit}r${rail}`));
    const links = clusterOf(importedFabric(graph, { ...SOURCE, cables: true }))?.links ?? [];
    expect(links).toContain('n3/mlx5_1--u2r2/3');
    expect(topologyOf(read(importedFabric(graph, { ...SOURCE, cables: true }))).kindOf('n3/mlx5_1--u2r2/3')).toBe('link');
  });

  it('the rail before the unit, units of one leaf, one unit, a last unit that is short', () => {
    const unitsOf = (graph: FabricGraph): unknown => (importedFabric(graph, SOURCE).document['clusters'] as { units: unknown }[])[0]?.units;
    expect(unitsOf(graphOf(railed((unit, rail) => `leaf-r${rail}-su0${unit}`)))).toMatchObject({
      name: 'su[01-02]',
      leaf: 'leaf-r{rail}-{unit}',
    });
    expect(unitsOf(graphOf(nodes(5).map((n) => `n${n} h > leaf${Math.ceil(n / 2)}/${n}`)))).toEqual({
      of: 2,
      name: 'leaf[1-3]',
      rails: 1,
      leaf: '{unit}',
    });
    expect(unitsOf(graphOf(['n1 a > u7r1/1', 'n1 b > u7r2/1']))).toEqual({ of: 1, name: 'u7', rails: 2, leaf: '{unit}r{rail}' });
  });

  it('names without a pattern, and a pattern that a missing cable breaks: every cable, and units as a list', () => {
    const odd = importedFabric(graphOf(railed((unit, rail) => ['rome', 'oslo', 'bern', 'lima'][unit * 2 + rail - 3] ?? '')), SOURCE);
    expect(clusterOf(odd)?.units).toEqual([
      { name: 'u1', nodes: 'n[3-4]' },
      { name: 'u2', nodes: 'n[1-2]' },
    ]);
    expect(clusterOf(odd)?.links).toContain('n2/mlx5_1--oslo/2');
    const [, ...rest] = railed((unit, rail) => `u${unit}r${rail}`);
    const short = importedFabric(graphOf(rest), SOURCE);
    expect(clusterOf(short)?.units.map((unit) => unit.nodes)).toEqual(['n[1-2]', 'n[3-4]']);
    expect(rulesOf(short)).toEqual(['info links-missing n1']);
    expect(topologyOf(read(short)).leavesOf('n1')).toEqual(['u1r2']);
  });

  it('cables that are crossed, and a unit that lacks a rail: HCAs are of the rail that they are of elsewhere', () => {
    const cables = [
      ...nodes(3).flatMap((n) => [`a${n} HCA-1 > x1/${n}`, `a${n} HCA-5 > x2/${n}`, `a${n} HCA-6 > x3/${n}`]),
      'a4 HCA-1 > x1/4',
      'a4 HCA-5 > x3/4',
      'a4 HCA-6 > x2/4',
      ...nodes(2).flatMap((n) => [`b${n} HCA-1 > y1/${n}`, `b${n} HCA-6 > y3/${n}`]),
    ];
    const imported = importedFabric(graphOf(cables), SOURCE);
    expect(rulesOf(imported)).toEqual(['warning rail-crossed a4', 'warning rail-crossed a4']);
    expect(imported.text).toContain('# rail 3 (HCA-6): x3,y3\n');
  });
});

describe('who is who', () => {
  const cables = [
    'n1 mlx5_0 > leaf1/1',
    '[aa]localhost HCA-1 > leaf1/2',
    '[ab]MT4129 ConnectX7   Mellanox Technologies > leaf1/3',
    '[ac]twin HCA-1 > leaf1/4',
    '[ad]twin HCA-1 > leaf1/5',
    '[ae]Mellanox Technologies Aggregation Node > leaf1/65',
    '[af]Quantum Mellanox Technologies > leaf1/41',
    '[ba] > leaf1/6',
  ];

  it('an HCA that nobody can join is named in the file and in a finding: GUID, description, where; engines are no hosts', () => {
    const imported = importedFabric(graphOf(cables), SOURCE);
    expect(imported.nodes).toBe(1);
    const loose = imported.findings.filter(({ rule }) => rule === 'hca-not-joined');
    expect(loose.map(({ target, message }) => `${target} ${message}`)).toEqual([
      '0x00000000000000aa "localhost HCA-1" at leaf1/2: its description names no node',
      '0x00000000000000ab "MT4129 ConnectX7 Mellanox Technologies" at leaf1/3: its description names no node',
      '0x00000000000000ac "twin HCA-1" at leaf1/4: another HCA has the same description',
      '0x00000000000000ad "twin HCA-1" at leaf1/5: another HCA has the same description',
      '0x00000000000000ba "" at leaf1/6: it has no description',
    ]);
    for (const { target, message } of loose) expect(imported.text).toContain(`# ${target}  ${message}\n`);
    expect(rulesOf(imported)).toContain('info aggregation-nodes ');
    expect(roles(imported)).toEqual(['leaf1 leaf']);
  });

  it('a names file joins them, by node or port GUID, and what it names in vain is said', () => {
    const names = parseNames('0xaa n2 mlx5_0\n# comment\nac "n3 mlx5_0"\n0xAD n3 mlx5_1 # its second\n0xfff nobody\n');
    const imported = importedFabric(graphOf(cables), { ...SOURCE, names, cables: true, driver: { names: '/site/guids' } });
    expect(clusterOf(imported)).toMatchObject({
      nodes: 'n[1-3]',
      drivers: { fabric: { use: 'infiniband', options: { names: '/site/guids' } } },
    });
    expect(clusterOf(imported)?.links).toEqual(['n1/mlx5_0--leaf1/1', 'n2/mlx5_0--leaf1/2', 'n3/mlx5_0--leaf1/4', 'n3/mlx5_1--leaf1/5']);
    expect(rulesOf(imported).filter((rule) => rule.includes('name-unused'))).toEqual(['warning name-unused 0x0000000000000fff']);
  });

  it('switches: by description, the modules of a chassis and equal names told apart, nameless ones by GUID', () => {
    const imported = importedFabric(
      graphOf([
        'n1 a > MF0;edge-1:MQM9700/U1/1',
        'n2 a > [c1]MF0;core:CS7500/L01/U1/1',
        'n3 a > [c2]MF0;core:CS7500/L02/U1/1',
        'n4 a > [c3]same/1',
        'n5 a > [c4]same/1',
        'n6 a > [c5]/1',
        'n7 a > [c6]Quantum Mellanox Technologies/1',
        'n8 a > [c7]n1/1',
      ]),
      SOURCE,
    );
    expect(roles(imported)?.map((text) => text.split(' ')[0])).toEqual([
      'core-L01-U1',
      'core-L02-U1',
      'edge-1',
      ...['c3', 'c4', 'c5', 'c6', 'c7'].map((guid) => `switch-${guid.padStart(16, '0')}`),
    ]);
    expect(imported.text).toContain('# 0x00000000000000c2 core-L02-U1\n');
    expect(rulesOf(imported).filter((rule) => rule.includes('switch-renamed'))).toHaveLength(5);
  });

  it('spines, cores, a host on a spine, a switch alone, and a node that is plugged in nowhere', () => {
    const imported = importedFabric(
      graphOf([
        ...nodes(6).map((n) => `n${n} a > leaf${Math.ceil(n / 2)}/${n}`),
        ...[1, 2, 3].map((leaf) => `leaf${leaf}/30 - spine/${leaf}`),
        'ufm a > spine/20',
        'spine/30 - top/1',
        'lost/1 - lost/2',
        'idle a > ',
        'ubuntu a > leaf1/9',
      ]),
      SOURCE,
    );
    expect(roles(imported)).toEqual(['leaf1 leaf', 'leaf2 leaf', 'leaf3 leaf', 'spine spine', 'top core', 'lost unknown']);
    expect(rulesOf(imported)).toEqual([
      'warning node-unplugged idle',
      'info hosts-above-leaves spine',
      'warning installer-name ubuntu',
      'warning switch-alone lost',
    ]);
    const topology = topologyOf(read(imported));
    expect(fold(topology.nodesBehind('top'))).toBe('n[1-6],ubuntu,ufm');
  });

  it('nothing usable: bad input that names what was seen, and what of it is damaged', () => {
    const attempt = (graph: FabricGraph) => (): ImportedFabric => importedFabric(graph, SOURCE);
    expect(attempt(graphOf([]))).toThrow(BadInputError);
    expect(attempt(graphOf(['[aa]localhost HCA-1 > leaf1/1']))).toThrow(
      /name its HCAs with --names FILE.*\n.*0x00000000000000aa: "localhost HCA-1" at leaf1\/1/,
    );
    expect(attempt(graphOf([], { problems: [{ line: 7, text: 'Swi', why: 'cut off' }] }))).toThrow('sweep.out:7:1: Swi: cut off');
  });
});

const REAL = new URL('../../../shared/data/ib-fabric-gb200-dgx/', import.meta.url);
const SMALL = new URL('../../../shared/data/ib-fabric-small/ibnetdiscover/', import.meta.url);

describe.skipIf(!existsSync(REAL))('a real sweep: 31 leaves, 9 spines (data not in the repository)', () => {
  const text = existsSync(REAL) ? readFileSync(new URL('ibnetdiscover.out', REAL), 'utf8') : '';

  /** Leaf, port, description of each host's cable, read from the text without our parser. */
  function seen(): { leaf: string; port: string; words: string[] }[] {
    let leaf: string | null = null;
    return text.split('\n').flatMap((line) => {
      if (/^(Switch|Ca)/.test(line)) leaf = /^Switch.*"MF0;([^:]+):/.exec(line)?.[1] ?? null;
      const [, port, description] = /^\[(\d+)\]\s+"H-.*# "([^"]*)"/.exec(line) ?? [];
      return leaf !== null && port && description ? [{ leaf, port, words: description.split(/\s+/) }] : [];
    });
  }
  const isNamed = (words: readonly string[]): boolean => words.length === 2 && words[0] !== 'localhost';

  it('every cable of every host that tells its name, in well under a second, and the same nodes behind each leaf and spine', () => {
    const startedMs = performance.now();
    const imported = importedFabric(parseNetdiscover(text), SOURCE);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    const named = seen().filter(({ words }) => isNamed(words));
    const fleet = read(imported);
    const [cluster] = fleet.clusters;
    expect(cluster?.switches.filter(({ role }) => role === 'leaf')).toHaveLength(31);
    expect(cluster?.switches.filter(({ role }) => role === 'spine').every(({ name }) => name.includes('SPINE'))).toBe(true);
    expect(cluster?.switches).toHaveLength(40);
    const links = named.map(({ leaf, port, words }) => `${words[0]}/${words[1]}--${leaf}/${port}`);
    expect(cluster?.links.filter((link) => !link.includes('SPINE')).sort()).toEqual(links.sort());
    expect(cluster?.links.filter((link) => link.includes('SPINE'))).toHaveLength(532);
    const topology = topologyOf(fleet);
    for (const [leaf, own] of Map.groupBy(named, (each) => each.leaf)) {
      expect(fold(topology.nodesBehind(leaf))).toBe(foldNames(own.map(({ words }) => words[0] ?? '')));
    }
    expect(cluster?.units).toHaveLength(8);
    const [unit] = cluster?.units ?? [];
    expect(unit).toEqual({ name: 'u1', nodes: 'a05-p1-dgx-01-c[01,03-04,09,12-15,17-18]' });
  });

  it('the 72 HCAs without a name are all named, and a names file brings their hosts in', () => {
    const graph = parseNetdiscover(text);
    const before = importedFabric(graph, SOURCE);
    const loose = before.findings.filter(({ rule }) => rule === 'hca-not-joined');
    expect(loose).toHaveLength(seen().filter(({ words }) => !isNamed(words) && !words.includes('Aggregation')).length);
    expect(loose).toHaveLength(72);
    const file = loose.map(({ target }, i) => `${target} extra${Math.floor(i / 4)} HCA-${i % 4}`).join('\n');
    const after = importedFabric(graph, { ...SOURCE, names: parseNames(file) });
    expect(after.findings.filter(({ rule }) => rule === 'hca-not-joined')).toEqual([]);
    expect(after.nodes).toBe(before.nodes + 18);
    expect(read(after).clusters[0]?.links).toHaveLength(542 + 532);
  });

  it('the damaged one is bad input, cut-off ones never crash', () => {
    const bad = readFileSync(new URL('ibnetdiscover-bad.out', REAL), 'utf8');
    expect(() => importedFabric(parseNetdiscover(bad), SOURCE)).toThrow(/^sweep.out:1:1: no node .*\nsweep.out:10:1: Ca/);
    for (let length = 0; length < text.length; length += 29_989) {
      try {
        read(importedFabric(parseNetdiscover(text.slice(0, length)), SOURCE));
      } catch (error) {
        expect(error).toBeInstanceOf(BadInputError);
      }
    }
  });

  it('the -p form', () => {
    const imported = importedFabric(parseNetdiscover(readFileSync(new URL('test.out', SMALL), 'utf8')), { ...SOURCE, cables: true });
    expect(clusterOf(imported)?.links).toEqual(
      ['p0001/HCA-1--ib-i4l1s01/35', 'o0001/HCA-1--ib-i1l1s01/10', 'o0002/HCA-1--ib-i1l1s01/11'].sort(),
    );
    expect(rulesOf(imported)).toEqual(['warning sweep-damaged sweep.out:6', 'warning switch-alone ib-i7l2s01']);
  });
});
