// Servers of other people under the driver: sushy-tools, and trees saved from real BMCs. What it reads there it did not grow up with.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { env } from 'node:process';
import { describe, expect, test } from 'vitest';
import { takePorts } from '../../../testbed/ports.ts';
import { until } from '../../../testbed/until.ts';
import type { Driver, Observation } from '../../core/ports.ts';
import { wallClock } from '../../std/clock.ts';
import { openRedfish } from './redfish.ts';
import type { RedfishOptions } from './options.ts';

const SIGNAL = new AbortController().signal;
const MOCKUPS = resolve(import.meta.dirname, '../../../../shared/data/redfish-mockups');

function open(options: Partial<RedfishOptions>): Driver {
  return openRedfish({ user: 'u', password: { env: 'P' }, ...options }, { folder: '.', env: { P: 'password' }, clock: wallClock() });
}

async function look(driver: Driver, node: string): Promise<Observation> {
  const [seen] = await driver.observe([node], SIGNAL);
  if (!seen) throw new Error(`no observation of ${node}`);
  return seen;
}

describe.skipIf(skip('the mockups', !existsSync(MOCKUPS), '../shared/data/redfish-mockups is not there'))(
  'redfish: trees of real BMCs',
  () => {
    test('a GB300 compute tray: the system that can be reset, its power, no inventory in this tree', async () => {
      await using tree = await serve('gb300_happypath');
      const seen = await look(tree.driver, 'n1');
      expect(seen.facts).toEqual({ role: 'bmc', power: 'on', firmware: null, busy: '' });
      const result = await tree.driver.act(
        { act: { role: 'bmc', do: 'power-off' }, targets: ['n1'], key: 'k', deadline: Date.now() + 60_000 },
        SIGNAL,
      );
      expect(result).toMatchObject([{ outcome: 'refused', evidence: { why: expect.stringMatching(/405/) as string } }]);
      expect(tree.asked).toContain('POST /redfish/v1/Systems/System_0/Actions/ComputerSystem.Reset');
    });

    test('a manager without a system, and a power shelf: answers, with power unknown, and why', async () => {
      for (const name of ['manager_happypath', 'powershelf_delta']) {
        await using tree = await serve(name);
        const seen = await look(tree.driver, 'n1');
        expect(seen.facts).toEqual({ role: 'bmc', power: 'unknown', firmware: null, busy: '' });
        expect(seen.why).toMatch(/no computer system/);
        const findings = await tree.driver.diagnose(['n1'], SIGNAL);
        expect(findings).toContainEqual(expect.objectContaining({ severity: 'error', rule: 'bmc-no-system' }));
      }
    });
  },
);

const SUSHY = env['PITSTOP_SUSHY'] ?? 'sushy-emulator';
const noSushy = spawnSync(SUSHY, ['--help']).status !== 0;

describe.skipIf(skip('sushy-tools', noSushy, 'no sushy-emulator on PATH or in PITSTOP_SUSHY (pip install sushy-tools)'))(
  'redfish: sushy-tools',
  () => {
    test('two systems behind one address: looked at by name, switched off and on', async () => {
      await using emulator = await Emulator.start(['n1', 'n2']);
      const driver = open({ url: emulator.url, system: '{node}' });
      await until('the emulator', async () => (await look(driver, 'n1')).facts !== null);
      expect(await look(driver, 'n1')).toMatchObject({ facts: { power: 'on', busy: '' } });
      const act = async (what: 'power-off' | 'power-on' | 'ac-cycle', node: string) => {
        const [result] = await driver.act(
          { act: { role: 'bmc', do: what }, targets: [node], key: what, deadline: Date.now() + 60_000 },
          SIGNAL,
        );
        return result;
      };
      const shows = (power: 'on' | 'off'): Promise<boolean> =>
        until(power, async () => {
          const { facts } = await look(driver, 'n1');
          return facts?.role === 'bmc' && facts.power === power;
        });
      expect(await act('power-off', 'n1')).toMatchObject({ outcome: 'accepted' });
      await shows('off');
      expect(await look(driver, 'n2')).toMatchObject({ facts: { power: 'on' } });
      expect(await act('power-on', 'n1')).toMatchObject({ outcome: 'accepted' });
      await shows('on');
      expect(await act('ac-cycle', 'n1')).toMatchObject({ outcome: 'refused' });
      expect(await look(driver, 'n9')).toMatchObject({ facts: { power: 'unknown' }, why: expect.stringMatching(/called n9/) as string });
      await driver.close();
    });
  },
);

/** Says so: these are counterparts that no machine must have, CI neither. */
function skip(what: string, missing: boolean, why: string): boolean {
  if (missing) console.warn(`skipped: redfish against ${what}: ${why}`);
  return missing;
}

class Tree {
  readonly driver: Driver;
  readonly asked: string[] = [];
  readonly #server: Server;

  constructor(server: Server, asked: string[]) {
    const address = server.address();
    this.driver = open({ url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}` });
    this.asked = asked;
    this.#server = server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.driver.close();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}

/** The tree, read-only, to whoever asks; sessions are opened as every BMC does. */
async function serve(name: string): Promise<Tree> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname.replace(/\/$/, '');
    asked.push(`${request.method} ${path}`);
    if (request.method === 'POST' && path.endsWith('/Sessions')) return response.writeHead(201, { 'X-Auth-Token': 'token-1' }).end('{}');
    if (request.method !== 'GET') return response.writeHead(405).end();
    const file = join(MOCKUPS, name, path, 'index.json');
    if (!existsSync(file)) return response.writeHead(404).end();
    return response.writeHead(200, { 'Content-Type': 'application/json' }).end(readFileSync(file));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return new Tree(server, asked);
}

class Emulator {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #clean: () => void;

  private constructor(url: string, child: ChildProcess, clean: () => void) {
    this.url = url;
    this.#child = child;
    this.#clean = clean;
  }

  static async start(nodes: readonly string[]): Promise<Emulator> {
    const folder = mkdtempSync(join(tmpdir(), 'pitstop-sushy-'));
    const block = await takePorts(1);
    const port = block.ports[0] ?? 0;
    const systems = nodes.map((name, index) => ({
      uuid: `27946b59-9e44-4fa7-8e91-f3527a1ef09${index}`,
      name,
      power_state: 'On',
      external_notifier: 'NO',
      nics: [],
    }));
    const config = join(folder, 'emulator.conf');
    const text = JSON.stringify(systems, null, 1).replaceAll('"NO"', 'False');
    writeFileSync(config, `SUSHY_EMULATOR_FAKE_SYSTEMS = ${text}\nSUSHY_EMULATOR_STATE_DIR = '${folder}'\n`);
    const child = spawn(SUSHY, ['--fake', '--config', config, '-i', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    const clean = (): void => {
      block.release();
      rmSync(folder, { recursive: true, force: true });
    };
    return new Emulator(`http://127.0.0.1:${port}`, child, clean);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill('SIGKILL');
    await ended;
    this.#clean();
  }
}
