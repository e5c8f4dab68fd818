// The parser on recorded output of real fabrics, where that data is beside the project, and on what a tool could print.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { joinHost, isAggregationNode, NO_NAMES, parseNames, switchName } from './names.ts';
import { parseNetdiscover } from './netdiscover.ts';
import { NETDISCOVER } from './fake-tools.ts';
import { readFabric } from './survey.ts';

const data = resolve(import.meta.dirname, '../../../../shared/data');
const hasData = existsSync(join(data, 'ib-fabric-gb200-dgx')) && existsSync(join(data, 'ib-fabric-small'));
if (!hasData) console.warn('skipped: recorded fabrics are not beside the project');
const read = (...path: string[]): string => readFileSync(join(data, ...path), 'utf8');

describe.skipIf(!hasData)('recorded fabrics', () => {
  test('a GB200 fabric of 582 HCAs: each line understood, both ends of each link agree', () => {
    const text = read('ib-fabric-gb200-dgx', 'ibnetdiscover.out');
    const began = performance.now();
    const graph = parseNetdiscover(text);
    console.log(`${Math.round(text.length / 1000)} kB parsed in ${(performance.now() - began).toFixed(1)} ms`);
    expect(graph.problems).toEqual([]);
    const ends = text.match(/^\[\d+\]/gm)?.length ?? 0;
    expect([graph.hosts.length, graph.switches.length, graph.links.length]).toEqual([582, 40, ends / 2]);
    expect(new Set(graph.links.map(({ width, speed }) => `${width} ${speed}`))).toEqual(new Set(['4X NDR']));
    expect(graph.switches.map((one) => switchName(one, NO_NAMES))).toContain('A09-P1-IBLEAF-04-04');
    const nodes = graph.hosts.map((host) => joinHost(host, NO_NAMES));
    expect(nodes.find(({ host }) => host.name === 'a08-p1-dgx-04-c17 mlx5_5')).toMatchObject({ node: 'a08-p1-dgx-04-c17', hca: 'mlx5_5' });
    const nameless = text.match(/^Ca.*"(MT4129 ConnectX7 {3}Mellanox Technologies|localhost HCA-\d)"$/gm)?.length ?? 0;
    expect(nodes.filter(({ node, host }) => node === null && !isAggregationNode(host))).toHaveLength(nameless);
    expect(nameless).toBeGreaterThan(0);
  });

  test('cut off anywhere, it gives no link that the whole one has not, and names what is torn', () => {
    const text = read('ib-fabric-gb200-dgx', 'ibnetdiscover.out');
    const whole = new Set(parseNetdiscover(text).links.map((link) => JSON.stringify(link)));
    for (let part = 1; part < 40; part += 1) {
      const graph = parseNetdiscover(text.slice(0, Math.floor((text.length * part) / 40) - 3));
      expect(graph.links.filter((link) => !whole.has(JSON.stringify(link)))).toEqual([]);
      expect(graph.problems.length).toBeGreaterThan(0);
    }
  });

  test('a host that sees nobody: no link, and a problem', () => {
    const graph = parseNetdiscover(read('ib-fabric-gb200-dgx', 'ibnetdiscover-bad.out'));
    expect(graph.links).toEqual([]);
    expect(graph.hosts).toMatchObject([{ name: 'dgx-gb200-n01-c1 HCA-1', hca: 'HCA-1' }]);
    expect(graph.problems).toMatchObject([{ line: 10, why: 'no node has a link: swept from a port that is down, or cut off' }]);
  });

  test('the -p form: links of both ends, ports that lead nowhere, one-sided ones named', () => {
    const graph = parseNetdiscover(read('ib-fabric-small', 'ibnetdiscover', 'test.out'));
    expect(graph.links).toHaveLength(3);
    expect(graph.links[0]).toMatchObject({ width: '4X', speed: 'EDR' });
    expect(graph.hosts.map(({ name, hca }) => [name, hca])).toContainEqual(['o0001 HCA-1', 'HCA-1']);
    expect(graph.switches.map(({ name }) => name)).toContain('ib-i7l2s01');
    expect(graph.problems).toMatchObject([{ line: 6, why: expect.stringContaining('not listed') }]);
  });

  test('no recorded file of any kind makes it throw', () => {
    for (const folder of readdirSync(join(data, 'ib-fabric-small'), { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
      for (const file of readdirSync(join(data, 'ib-fabric-small', folder.name))) {
        const graph = parseNetdiscover(read('ib-fabric-small', folder.name, file));
        if (folder.name !== 'ibnetdiscover') expect([graph.hosts, graph.switches, graph.links]).toEqual([[], [], []]);
      }
    }
  });
});

describe('names', () => {
  test('given by GUID they take the place of descriptions', () => {
    const graph = readFabric(NETDISCOVER, parseNames('0x200000 leaf-of-ours\n100003 n8 mlx5_3\n'));
    expect(graph.switches.map(({ name }) => name)).toEqual(['leaf-of-ours']);
    expect(graph.hosts.map(({ name, hca }) => [name, hca])).toEqual([
      ['n8 mlx5_3', 'mlx5_3'],
      ['n1 mlx5_0', 'mlx5_0'],
    ]);
  });

  test('a description is a name when it is one or two words; "localhost" is nobody', () => {
    const nodeOf = (name: string): string | null => joinHost({ guid: '0x01', name, hca: '', ports: [] }, NO_NAMES).node;
    expect(['n1', 'n1 mlx5_0', 'localhost mlx5_0', 'MT4129 ConnectX7   Mellanox Technologies', ''].map(nodeOf)).toEqual([
      'n1',
      'n1',
      null,
      null,
      null,
    ]);
  });
});
