// Tools that lie, stop half-way, answer late or not at all: nothing is believed that was not seen, and the operator reads why.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../../testbed/until.ts';
import type { Driver, FabricFacts } from '../../core/ports.ts';
import { wallClock } from '../../std/clock.ts';
import { fakeTools, LINKINFO, NETDISCOVER, QUERYERRORS, RECORDS, type FakeTools } from './fake-tools.ts';
import { openInfiniband } from './infiniband.ts';
import type { InfinibandOptions } from './options.ts';

const live = new AbortController().signal;
const LINK = 'n1/mlx5_0--leaf1/1';
let tools: FakeTools;
const opened: Driver[] = [];

beforeEach(() => {
  tools = fakeTools();
});

afterEach(async () => {
  for (const driver of opened.splice(0)) await driver.close();
  rmSync(tools.folder, { recursive: true, force: true });
});

function open(more: InfinibandOptions = {}): Driver {
  const driver = openInfiniband({ ...tools.options, ...more }, { folder: tools.folder, env, clock: wallClock() });
  opened.push(driver);
  return driver;
}

async function look(target: string, driver = open()): Promise<{ facts: FabricFacts | null; why: string }> {
  const [seen] = await driver.observe([target], live);
  return { facts: seen?.facts?.role === 'fabric' ? seen.facts : null, why: seen?.why ?? '' };
}

function calls(): string[] {
  return existsSync(join(tools.folder, 'calls')) ? readFileSync(join(tools.folder, 'calls'), 'utf8').trim().split('\n') : [];
}

test('undamaged: nodes, a managed switch by its name, a link, a port that is down, the master', async () => {
  const driver = open();
  const n1 = await look('n1', driver);
  const link = { link: LINK, state: 'active', width: '4X', speed: 'NDR', errors: { SymbolErrorCounter: 12, LinkDownedCounter: 1 } };
  expect(n1.facts).toMatchObject({ present: true, guid: '0x0000000000100000', lid: 1, links: [link] });
  expect(n1.facts?.managers).toMatchObject([{ name: '0x0000000000100001', state: 'master', priority: 14, config: null }]);
  expect((await look('leaf1', driver)).facts).toMatchObject({
    present: true,
    lid: 2,
    links: [{ link: LINK }, { link: 'n2/mlx5_0--leaf1/2' }],
  });
  expect((await look('n9/mlx5_0--leaf1/3', driver)).facts?.links).toMatchObject([{ state: 'down' }]);
  expect((await look('n9/mlx5_0--leaf1/2', driver)).facts).toMatchObject({ present: false, links: [] });
  expect((await look('n9/mlx5_0--leaf1/2', driver)).why).toContain('has another link: n2/mlx5_0--leaf1/2');
});

describe('a sweep that is cut off', () => {
  for (const [title, at, blind, sure] of [
    ['in the list of hosts', NETDISCOVER.indexOf('caguid=0x100000'), ['n1', 'leaf1', LINK, 'n9'], ['n2']],
    ['in the middle of a line', NETDISCOVER.lastIndexOf('# lid 1'), ['n1', 'leaf1', LINK, 'n9'], ['n2']],
    ['before any host', NETDISCOVER.indexOf('caguid=0x100002'), ['n1', 'n2', 'leaf1', LINK], []],
    ['before the first node', NETDISCOVER.indexOf('Switch'), ['n1', 'leaf1'], []],
  ] as const) {
    test(title, async () => {
      tools.say('ibnetdiscover', NETDISCOVER.slice(0, at));
      const driver = open();
      for (const target of blind) {
        const { facts, why } = await look(target, driver);
        expect(facts, target).toBeNull();
        expect(why, target).toMatch(/ibnetdiscover/);
      }
      for (const target of sure) expect((await look(target, driver)).facts?.present, target).toBe(true);
    });
  }

  test('iblinkinfo: the state of a link is known only when both ends tell it', async () => {
    tools.say('iblinkinfo', LINKINFO.slice(0, LINKINFO.indexOf('0x0000000000100001 "')));
    const driver = open();
    expect(await look(LINK, driver)).toEqual({ facts: null, why: `${LINK}: iblinkinfo does not show the state of both ends` });
    expect((await look('n2', driver)).facts?.present).toBe(true);
  });

  test('ibqueryerrors without its summary: nobody knows of any errors', async () => {
    tools.say('ibqueryerrors', QUERYERRORS.slice(0, QUERYERRORS.indexOf('##')));
    expect(await look('n2')).toMatchObject({ facts: null, why: expect.stringContaining('without its summary') });
  });

  test('saquery: its records are not read, and the managers that were named are asked themselves', async () => {
    tools.say('saquery', RECORDS.slice(0, RECORDS.indexOf('Priority')));
    expect((await look('n1')).facts?.managers).toEqual([]);
    const named = await look('n1', open({ managers: [{ name: 'n1' }] }));
    expect(named.facts?.managers).toMatchObject([{ name: 'n1', state: 'master' }]);
    expect(named.why).toContain('damaged or cut off');
  });
});

describe('a sweep that contradicts itself', () => {
  test('a link that one end alone shows: nothing is believed of either', async () => {
    tools.say('ibnetdiscover', NETDISCOVER.replace(/^\[1\]\t"H-.*\n/m, ''));
    const driver = open();
    for (const target of ['n1', 'leaf1'])
      expect(await look(target, driver)).toMatchObject({ facts: null, why: expect.stringContaining('other end') });
  });

  test('such a link that its one end shows as not active is told as that', async () => {
    tools.say('ibnetdiscover', NETDISCOVER.replace(/^\[1\]\(100001\).*\n/m, ''));
    tools.say('iblinkinfo', LINKINFO.replace('Active', 'Initialize').replace(/^0x0000000000100001.*\n/m, ''));
    expect((await look('n1')).facts?.links).toMatchObject([{ link: LINK, state: 'initialize' }]);
  });

  test('two nodes with one GUID', async () => {
    tools.say('ibnetdiscover', `${NETDISCOVER}\nCa\t1 "H-0000000000100002"\t\t# "n7 mlx5_0"\n`);
    expect(await look('n2')).toMatchObject({ facts: null, why: expect.stringContaining('a second node with the GUID') });
  });

  test('two HCAs that call themselves the same', async () => {
    tools.say('ibnetdiscover', NETDISCOVER.replaceAll('"n2 mlx5_0"', '"n1 mlx5_0"'));
    expect(await look('n1')).toMatchObject({ facts: null, why: expect.stringContaining('2 HCAs are called n1 mlx5_0') });
  });

  test('iblinkinfo names another end than ibnetdiscover', async () => {
    tools.say('iblinkinfo', LINKINFO.replace('==>  0x0000000000100001      1', '==>  0x0000000000100003      3'));
    expect(await look(LINK)).toMatchObject({ facts: null, why: expect.stringContaining('name other ends') });
  });

  test('a link is as good as the worse of its ends says', async () => {
    tools.say('iblinkinfo', LINKINFO.replace(/(0x0000000000100001 .*)Active/, '$1Armed'));
    expect((await look(LINK)).facts?.links).toMatchObject([{ state: 'initialize' }]);
  });
});

describe('names', () => {
  const nameless = NETDISCOVER.replaceAll('"n2 mlx5_0"', '"MT4129 ConnectX7   Mellanox Technologies"').replaceAll(
    '"n1 mlx5_0"',
    '"localhost mlx5_0"',
  );

  test('HCAs that say nothing are joined by GUID, of the node or of the port; the rest is named, and nobody is called absent', async () => {
    tools.say('ibnetdiscover', nameless);
    writeFileSync(join(tools.folder, 'names'), '# ours\n0x100000 n1\n0x0000000000100003 "n2 mlx5_7"\n');
    const named = open({ names: 'names' });
    expect((await look('n1', named)).facts?.links[0]?.link).toBe(LINK);
    expect((await look('n2', named)).facts?.links[0]?.link).toBe('n2/mlx5_7--leaf1/2');
    writeFileSync(join(tools.folder, 'names'), '0x100000 n1\n');
    expect(await look('n2', named)).toMatchObject({ facts: null, why: expect.stringContaining('0x0000000000100002 "MT4129') });
    const findings = await named.diagnose(['n1'], live);
    expect(findings.find(({ rule }) => rule === 'fabric-stranger')).toMatchObject({
      target: '0x0000000000100002',
      message: expect.stringContaining('at leaf1/2'),
    });
  });

  test('a GUID joined to two names: neither is believed, and doctor names the line', async () => {
    writeFileSync(join(tools.folder, 'names'), '0x100000 n1\n0x100000 n5\nrubbish\n');
    const driver = open({ names: 'names' });
    expect(await look('n1', driver)).toMatchObject({ facts: null, why: 'the names file calls 0x0000000000100000 n1 and n5' });
    const findings = await driver.diagnose([], live);
    expect(findings.filter(({ rule }) => rule === 'fabric-names-file').map(({ target }) => target)).toEqual(['names:2', 'names:3']);
  });
});

describe('tools that do not answer', () => {
  test('one that is missing, and one that fails: no facts, and the operator reads what it said', async () => {
    const missing = { commands: { ...tools.options.commands, iblinkinfo: ['./no-such-tool'] } };
    expect(await look('n1', open(missing))).toMatchObject({ facts: null, why: expect.stringMatching(/no-such-tool/) });
    tools.say('ibnetdiscover', '', "echo 'Failed to open port' >&2; exit 1");
    expect(await look('n1')).toEqual({ facts: null, why: 'ibnetdiscover ended with 1: Failed to open port' });
    expect(await open().diagnose(['n1'], live)).toMatchObject([{ severity: 'error', rule: 'fabric-sweep' }]);
  });

  test('one that comes too late', async () => {
    tools.say('ibnetdiscover', NETDISCOVER, 'exec sleep 60');
    expect(await look('n1', open({ timeout: '200ms' }))).toEqual({ facts: null, why: 'ibnetdiscover: no end within 0.2 s' });
  });

  test('a question without an answer: what was seen is believed, what was not is not called absent', async () => {
    tools.say('ibnetdiscover', NETDISCOVER, "echo 'query_smp.c:186; umad (DR path 0,1,1) bad status 110; Connection timed out' >&2");
    const driver = open();
    expect((await look('n1', driver)).facts?.present).toBe(true);
    expect(await look('n9', driver)).toMatchObject({ facts: null, why: expect.stringContaining('got no answer') });
  });

  test('counters of one port that cannot be read: nothing is believed of that link', async () => {
    const failed = "echo 'ibwarn: [1] print_errors: IB_GSI_PORT_COUNTERS query failed on n2 mlx5_0, Lid 3 port 1' >&2";
    tools.say('ibqueryerrors', QUERYERRORS.replace('## Supp', '##          1 PMA query failures\n## Supp'), failed);
    const driver = open();
    expect(await look('n2', driver)).toMatchObject({ facts: null, why: expect.stringContaining('error counters could not be read') });
    expect((await look('n1', driver)).facts?.present).toBe(true);
  });

  test('rubbish of any kind: no crash, no facts', async () => {
    for (const text of [
      '\0\u0001\u0002'.repeat(1_000),
      '{"error": "no fabric"}',
      '[1]'.repeat(50_000),
      '"'.repeat(100_000),
      'Switch\t65 "S-',
    ]) {
      tools.say('ibnetdiscover', text);
      expect((await look('n1')).facts).toBeNull();
    }
  });
});

describe('sharing', () => {
  test('those who ask together share a sweep; who asks during one gets the next', async () => {
    tools.say('ibnetdiscover', NETDISCOVER, `while [ ! -e '${tools.folder}/go' ]; do sleep 0.05; done`);
    const driver = open();
    const sweeps = (): number => calls().filter((tool) => tool === 'ibnetdiscover').length;
    const together = Promise.all([driver.observe(['n1'], live), driver.observe(['n2'], live), driver.diagnose([], live)]);
    await until('the first sweep to begin', () => sweeps() === 1);
    const began = Date.now();
    const later = driver.observe(['n1'], live);
    writeFileSync(join(tools.folder, 'go'), '');
    await together;
    const [seen] = await later;
    expect(seen?.at).toBeGreaterThanOrEqual(began);
    expect(sweeps()).toBe(2);
  });

  test('who gives up is answered at once; when nobody waits any more, the sweep is ended', async () => {
    tools.say('ibnetdiscover', NETDISCOVER, 'exec sleep 60');
    const driver = open();
    const patience = new AbortController();
    const asked = driver.observe(['n1'], patience.signal);
    await until('the sweep to begin', () => calls().length === 1);
    patience.abort();
    expect((await asked)[0]).toMatchObject({ facts: null, why: 'nobody waits for it any more' });
    tools.say('ibnetdiscover', NETDISCOVER);
    expect((await look('n1', driver)).facts?.present).toBe(true);
  });
});
