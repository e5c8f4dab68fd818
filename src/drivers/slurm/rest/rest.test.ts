// Slurm by REST: on the real slurmrestd of this system, which is too old, and on a fake of ours for the newer data parsers.
import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { pathOf, realParts } from '../../../../testbed/requirements.ts';
import type { FakeCluster } from '../../../../testbed/slurmrestd-fake/cluster.ts';
import { FakeSlurm, type Trouble } from '../../../../testbed/slurmrestd-fake/fake.ts';
import { Testbed } from '../../../../testbed/testbed.ts';
import { until } from '../../../../testbed/until.ts';
import type { Act, Driver, Facts } from '../../../core/ports.ts';
import { wallClock } from '../../../std/clock.ts';
import { openSlurm } from '../slurm.ts';
import { offerOf } from './offer.ts';

const clock = wallClock();
const { signal } = new AbortController();
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.secret-of-the-test.x';
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe('slurm by REST: what a server offers', () => {
  test('the newest data parser that has all reads; writes only where they are listed', () => {
    const reads = (version: string): object =>
      Object.fromEntries(['nodes', 'jobs', 'reservations'].map((what) => [`/slurm/${version}/${what}/`, { get: {} }]));
    const node = { post: {} };
    expect(offerOf({ paths: { ...reads('v0.0.40'), ...reads('v0.0.9'), '/slurm/v0.0.41/nodes/': { get: {} } } })).toMatchObject({
      version: 'v0.0.40',
      writeNode: null,
      writeReservation: null,
    });
    expect(offerOf({ paths: { ...reads('v0.0.40'), ...reads('v0.0.100'), '/slurm/v0.0.100/node/{node_name}': node } })).toMatchObject({
      version: 'v0.0.100',
      writeNode: '/slurm/v0.0.100/node/{}',
    });
    expect(offerOf({ paths: { ...reads('v0.0.38'), ...reads('v0.0.39') } })).toBe('it offers v0.0.38, v0.0.39; v0.0.40 or later is needed');
    for (const nonsense of [null, 7, [], {}, { paths: 'x' }]) expect(offerOf(nonsense)).toMatch(/lists no paths/);
  });
});

describe('slurm by REST: on a fake of the newer data parsers', () => {
  test('facts are equal by both ways, and the second asks no command at all', async () => {
    await using fake = await newFake('v0.0.42');
    const names = fake.cluster.nodes.map(({ name }) => name);
    const byCommand = await factsOf(open(fake, false), names);
    const byRest = await factsOf(open(fake, true, '/nowhere'), names);
    expect(byCommand.every((facts) => facts !== null)).toBe(true);
    expect(byRest).toEqual(byCommand);
    expect(byRest[1]).toMatchObject({ inService: false, drain: { by: 'foreign', reason: 'bad DIMM' }, gpus: 8 });
    expect(byRest[2]).toMatchObject({ jobs: [{ id: '7', state: 'running', gpus: 16, nodes: 'n[3-4]', comment: 'mine' }] });
    expect(byRest[4]).toMatchObject({ jobs: [{ id: '8', state: 'completing' }], reservation: { run: 'r0' } });
    expect(fake.requests).toContain('GET /slurm/v0.0.42/jobs/');
  });

  test('v0.0.40: drains by REST, reservations by the command line; diagnose and describe say so', async () => {
    await using fake = await newFake('v0.0.40');
    const driver = open(fake, true);
    expect(driver.describe(request('drain', ['n1'])).join()).toMatch(/scontrol .*or by REST/);
    const outcomes = await actAll(driver, ['reserve', 'drain', 'undrain', 'unreserve'], ['n1', 'n6']);
    expect(outcomes).toEqual(['done', 'done', 'done', 'done', 'done', 'done', 'done', 'done']);
    expect(fake.requests.filter((line) => line.startsWith('POST'))).toEqual(
      ['n1', 'n6', 'n1', 'n6'].map((node) => `POST /slurm/v0.0.40/node/${node}`),
    );
    expect(driver.describe(request('drain', ['n1'])).join()).toMatch(
      /^POST \/slurm\/v0.0.40\/node\/n1 \{"state":\["DRAIN"\],"reason":"pitstop:r1 why"\}$/,
    );
    expect(driver.describe(request('reserve', ['n1'])).join()).toMatch(/^scontrol create reservation/);
    const said = (await driver.diagnose([], signal)).find(({ rule }) => rule === 'slurm-rest');
    expect(said?.message).toMatch(
      /by REST \(v0.0.40 .*\): reads, drains and undrains; by the command line: other writes, signals, requeues/,
    );
  });

  test('v0.0.43: everything but signals and requeues, without a single command', async () => {
    await using fake = await newFake('v0.0.43');
    const driver = open(fake, true, '/nowhere');
    expect(await actAll(driver, ['reserve', 'drain'], ['n1', 'n6'])).toEqual(['done', 'done', 'done', 'done']);
    expect(fake.cluster.reservations.find(({ name }) => name === 'pitstop-r1')).toMatchObject({
      nodes: ['n1', 'n6'],
      flags: ['MAINT', 'IGNORE_JOBS', 'SPEC_NODES'],
    });
    expect(await actAll(driver, ['drain'], ['n2', 'no-such-node'])).toEqual(['refused', 'refused']);
    expect(await actAll(driver, ['undrain', 'unreserve'], ['n1', 'n6'])).toEqual(['done', 'done', 'done', 'done']);
    expect(fake.requests).toContain('DELETE /slurm/v0.0.43/reservation/pitstop-r1');
    expect(fake.cluster.reservations.map(({ name }) => name)).toEqual(['pitstop-r0']);
  });

  for (const [trouble, outcome] of [
    ['cut off', 'unknown'],
    ['html', 'unknown'],
    ['other shape', 'unknown'],
    ['refused', 'unknown'],
    // Not even its document is to be had then, so the command line does it.
    ['silent', 'done'],
  ] as const satisfies (readonly [Trouble, string])[]) {
    test(`an answer that is ${trouble}: no facts, words that name the server, no secret, and afterwards all is seen`, async () => {
      await using fake = await newFake('v0.0.42');
      const driver = open(fake, true, undefined, '2s');
      expect((await factsOf(driver, ['n1']))[0]).not.toBeNull();
      fake.trouble = trouble;
      const [seen] = await driver.observe(['n1'], signal);
      expect(seen).toMatchObject({ facts: null, why: expect.stringContaining(`slurmrestd at ${fake.url}`) });
      const results = await driver.act(request('drain', ['n1']), signal);
      expect(results).toMatchObject([{ outcome }]);
      expect(JSON.stringify([seen, results])).not.toContain('secret-of-the-test');
      fake.trouble = 'none';
      expect((await factsOf(driver, ['n1']))[0]).toMatchObject({ role: 'scheduler', drain: outcome === 'done' ? { run: 'r1' } : null });
    });
  }

  test('no token, a wrong one, no server: the command line is used, and doctor says why', async () => {
    await using fake = await newFake('v0.0.42');
    for (const [env, why] of [
      [{}, /no token in the environment variable SLURM_TOKEN/],
      [{ SLURM_TOKEN: 'another' }, /HTTP 401/],
    ] as const) {
      const driver = openSlurm(
        { bin: fake.bin, rest: { url: fake.url, user: 'root', token: { env: 'SLURM_TOKEN' } } },
        { folder: '/', env: { PATH: process.env['PATH'], ...env }, clock },
      );
      expect((await factsOf(driver, ['n1']))[0]).not.toBeNull();
      expect((await driver.diagnose([], signal)).find(({ rule }) => rule === 'slurm-rest')).toMatchObject({
        severity: 'warning',
        message: expect.stringMatching(why),
      });
    }
  });
});

realParts(
  describe,
  'slurm by REST: the real slurmrestd of this system',
  () => {
    test('it has no v0.0.40: the command line is used, and doctor and a dry run say so', { timeout: 90_000 }, async () => {
      await using testbed = await Testbed.start({ nodes: 2 });
      using rest = await RealRest.start(testbed.folder);
      const driver = openSlurm(
        { conf: join(testbed.folder, 'slurm.conf'), rest: { url: `unix:${rest.socket}` } },
        { folder: '/', env: testbed.env, clock },
      );
      const facts = await factsOf(driver, testbed.nodes);
      expect(facts).toMatchObject([{ inService: true }, { inService: true }]);
      const said = (await driver.diagnose([], signal)).find(({ rule }) => rule === 'slurm-rest');
      expect(said).toMatchObject({ severity: 'warning' });
      expect(said?.message).toMatch(/it offers .*v0.0.38; v0.0.40 or later is needed\): everything goes by the command line/);
      expect(driver.describe(request('drain', ['n1'])).join()).toMatch(/^scontrol update nodename=n1 state=drain [^(]*$/);
      await driver.close();
    });
  },
  ['slurmctld', 'slurmd', 'munged', 'scontrol', 'slurmrestd'],
);

/** slurmrestd refuses root, so it runs as nobody, from a folder that nobody can read. */
class RealRest implements Disposable {
  readonly socket: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, child: ChildProcess) {
    this.socket = join(folder, 'run', 'socket');
    this.#child = child;
  }

  static async start(testbed: string): Promise<RealRest> {
    const folder = newFolder();
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'run'));
    const idOf = (flag: '-u' | '-g'): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
    const nobody = { uid: idOf('-u'), gid: idOf('-g') };
    chownSync(join(folder, 'run'), nobody.uid, nobody.gid);
    const conf = join(folder, 'slurm.conf');
    copyFileSync(join(testbed, 'slurm.conf'), conf);
    chmodSync(conf, 0o644);
    const child = spawn(pathOf('slurmrestd'), ['-a', 'rest_auth/local', '-s', 'openapi/v0.0.38', `unix:${join(folder, 'run', 'socket')}`], {
      ...nobody,
      env: { PATH: process.env['PATH'], SLURM_CONF: conf },
      stdio: 'ignore',
    });
    const rest = new RealRest(folder, child);
    await until('the socket of slurmrestd', () => existsSync(rest.socket));
    return rest;
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pitstop-rest-'));
  folders.push(folder);
  return folder;
}

function newFake(version: string): Promise<FakeSlurm> {
  return FakeSlurm.start({ folder: newFolder(), cluster: someCluster(), version, token: TOKEN });
}

function open(fake: FakeSlurm, byRest: boolean, bin = fake.bin, timeout = '20s'): Driver {
  const rest = byRest ? { rest: { url: fake.url, user: 'root', token: { env: 'SLURM_TOKEN' } } } : {};
  return openSlurm({ bin, timeout, ...rest }, { folder: '/', env: { PATH: process.env['PATH'], SLURM_TOKEN: TOKEN }, clock });
}

async function factsOf(driver: Driver, nodes: readonly string[]): Promise<(Facts | null)[]> {
  return (await driver.observe(nodes, signal)).map(({ facts }) => facts);
}

type Do = 'reserve' | 'drain' | 'undrain' | 'unreserve';

function request(what: Do, targets: readonly string[]) {
  const act: Act = what === 'drain' ? { role: 'scheduler', do: what, run: 'r1', why: 'why' } : { role: 'scheduler', do: what, run: 'r1' };
  return { act, targets, key: `r1/${what}/1`, deadline: clock.now() + 60_000 };
}

async function actAll(driver: Driver, acts: readonly Do[], targets: readonly string[]): Promise<string[]> {
  const outcomes: string[] = [];
  for (const what of acts) outcomes.push(...(await driver.act(request(what, targets), signal)).map(({ outcome }) => outcome));
  return outcomes;
}

function someCluster(): FakeCluster {
  const now = Math.floor(Date.now() / 1000);
  const node = (number: number, state: string[], more: Partial<FakeCluster['nodes'][number]> = {}): FakeCluster['nodes'][number] => ({
    name: `n${number}`,
    state,
    reason: '',
    gres: 'gpu:h100:8(S:0-1)',
    gresUsed: 'gpu:h100:0(IDX:N/A)',
    cpus: 16,
    cpusAllocated: 0,
    memoryMb: 64_000,
    ...more,
  });
  const busy = { gresUsed: 'gpu:h100:8(IDX:0-7)', cpusAllocated: 16 };
  const job = { user: 'ada', start: now - 600, end: now + 3_000, restarts: 1 };
  return {
    nodes: [
      node(1, ['IDLE']),
      node(2, ['IDLE', 'DRAIN'], { reason: 'bad DIMM' }),
      node(3, ['ALLOCATED'], busy),
      node(4, ['MIXED', 'DRAIN'], { ...busy, reason: 'pitstop:r0 image' }),
      node(5, ['IDLE', 'COMPLETING', 'MAINTENANCE']),
      node(6, ['IDLE'], { gres: '' }),
      node(7, ['DOWN', 'NOT_RESPONDING'], { reason: 'Not responding' }),
    ],
    jobs: [
      {
        id: 7,
        name: 'train = all',
        state: ['RUNNING'],
        nodes: 'n[3-4]',
        nodeCount: 2,
        batchHost: 'n3',
        tres: 'cpu=32,gres/gpu=16',
        comment: 'mine',
        ...job,
      },
      {
        id: 8,
        name: 'ends',
        state: ['COMPLETED', 'COMPLETING'],
        nodes: 'n5',
        nodeCount: 1,
        batchHost: 'n5',
        tres: 'cpu=1',
        comment: '',
        ...job,
      },
      { id: 9, name: 'over', state: ['COMPLETED'], nodes: 'n1', nodeCount: 1, batchHost: 'n1', tres: 'cpu=1', comment: '', ...job },
    ],
    reservations: [{ name: 'pitstop-r0', nodes: ['n5'], flags: ['MAINT', 'IGNORE_JOBS', 'SPEC_NODES'], from: now - 60, to: now + 86_400 }],
  };
}
