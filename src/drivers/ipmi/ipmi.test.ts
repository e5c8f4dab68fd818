import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { bmcConformance } from '../../../test/conformance/bmc.ts';
import { CIPHER, IpmiBmcs } from '../../../testbed/ipmi/bmcs.ts';
import { realParts } from '../../../testbed/requirements.ts';
import { until } from '../../../testbed/until.ts';
import type { Driver, Observation, Result } from '../../core/ports.ts';
import { wallClock } from '../../std/clock.ts';
import { openIpmi } from './ipmi.ts';
import type { IpmiOptions } from './options.ts';

const clock = wallClock();
const folder = mkdtempSync(join(tmpdir(), 'pitstop-ipmi-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(options: Partial<IpmiOptions> = {}, env: NodeJS.ProcessEnv = {}): Driver {
  const all = { user: 'pit', password: { env: 'BMC_PASSWORD' }, cipher: CIPHER, retries: 1, ...options };
  return openIpmi(all, { folder, env: { PATH: process.env['PATH'], BMC_PASSWORD: 'stop', ...env }, clock });
}

function live(): AbortSignal {
  return new AbortController().signal;
}

type What = 'power-on' | 'power-off' | 'power-cycle' | 'reset' | 'ac-cycle';

async function act(driver: Driver, what: What, node: string, key = what as string, ms = 30_000): Promise<Result> {
  const [result] = await driver.act({ act: { role: 'bmc', do: what }, targets: [node], key, deadline: clock.now() + ms }, live());
  if (!result) throw new Error('no result');
  return result;
}

async function look(driver: Driver, node: string): Promise<Observation> {
  const [seen] = await driver.observe([node], live());
  if (!seen) throw new Error('no observation');
  return seen;
}

realParts(
  describe,
  'ipmi with real BMCs',
  () => {
    bmcConformance('ipmi and ipmi_sim', async () => {
      const bmcs = await IpmiBmcs.start({ nodes: ['n1', 'n2', 'n3'] });
      return {
        driver: open({ addresses: bmcs.addressesFile, password: { file: bmcs.passwordFile } }),
        nodes: bmcs.nodes,
        clock,
        hasPower: (node) => Promise.resolve(bmcs.hasPower(node)),
        starts: (node) => Promise.resolve(startsOf(bmcs, node)),
        mute: {
          begin: (node) => Promise.resolve(bmcs.misbehave(node, 'hang')),
          end: (node) => Promise.resolve(bmcs.repair(node)),
        },
        canAcCycle: false,
        update: null,
        stop: () => bmcs.stop(),
      };
    });
    describe('one BMC', oneBmc);
  },
  ['ipmi_sim', 'ipmitool'],
);

function startsOf(bmcs: IpmiBmcs, node: string): number {
  let on = true;
  let starts = 1;
  for (const { what, value } of bmcs.acts(node)) {
    if (what !== 'power') continue;
    if (value === '1' && !on) starts++;
    on = value === '1';
  }
  return starts;
}

function oneBmc(): void {
  let bmcs: IpmiBmcs;
  beforeAll(async () => {
    bmcs = await IpmiBmcs.start({ nodes: ['n1'] });
  });
  afterEach(() => bmcs.repair('n1'));
  afterAll(() => bmcs.stop());
  const real = (options: Partial<IpmiOptions> = {}, env: NodeJS.ProcessEnv = {}): Driver =>
    open({ addresses: bmcs.addressesFile, ...options }, env);

  test('the version of the BMC itself is its firmware', async () => {
    expect((await look(real(), 'n1')).facts).toEqual({ role: 'bmc', power: 'on', firmware: { bmc: '9.08' }, busy: '' });
  });

  test.each<[string, Partial<IpmiOptions>, NodeJS.ProcessEnv, string]>([
    ['a wrong password', {}, { BMC_PASSWORD: 'guess' }, 'the password of pit is refused'],
    ['a user it does not have', { user: 'pat' }, {}, 'no user pat'],
    ['a cipher suite it does not have', { cipher: 17 }, {}, 'cipher suite 17'],
    ['no BMC at that port', { addresses: undefined, address: '127.0.0.1', port: 9 }, {}, 'no BMC answers at 127.0.0.1:9'],
    ['a name nobody knows', { addresses: undefined, address: '{node}-bmc.invalid' }, {}, 'n1-bmc.invalid is not known'],
    ['no ipmitool', { command: ['no-such-ipmitool'] }, {}, 'not installed'],
  ])('%s: no facts and a refusal, in words', async (_, options, env, words) => {
    const before = bmcs.acts('n1');
    const driver = real(options, env);
    expect(await look(driver, 'n1')).toMatchObject({ facts: null, why: expect.stringContaining(words) });
    const result = await act(driver, 'power-off', 'n1');
    expect(result).toMatchObject({ outcome: 'refused', evidence: { why: expect.stringContaining(words) } });
    const errors = (await driver.diagnose(['n1'], live())).filter((one) => one.severity === 'error');
    expect(errors.map((one) => one.message).join()).toContain(words);
    expect(JSON.stringify([result, errors])).not.toMatch(/guess|stop/);
    expect(bmcs.acts('n1')).toEqual(before);
  });

  test('a BMC that hangs: given up at the deadline as unknown, and named while it is waited for', async () => {
    bmcs.misbehave('n1', 'hang');
    const driver = real({ retries: 8, timeout: '60s' });
    const deadlineMs = 5_500;
    const began = performance.now();
    const acting = act(driver, 'power-off', 'n1', 'hang', deadlineMs);
    await until('it to be waited for', () => driver.waitingFor().join().includes('n1 slow to answer'), 10);
    expect(await acting).toMatchObject({ outcome: 'unknown', evidence: { why: expect.stringContaining('given up') } });
    expect(performance.now() - began).toBeLessThan(deadlineMs + 5_000);
    expect(driver.waitingFor()).toEqual([]);
  });

  test('a BMC that cannot: its words, and unknown, for it says that it does not know itself', async () => {
    bmcs.misbehave('n1', 'fails');
    const driver = real();
    expect(await look(driver, 'n1')).toMatchObject({ facts: null, why: expect.stringContaining('Unspecified error') });
    const result = await act(driver, 'power-off', 'n1');
    expect(result).toMatchObject({ outcome: 'unknown', evidence: { why: expect.stringContaining('Unspecified error') } });
  });

  test('a BMC that says yes and does nothing: taken, and what is seen is what is', async () => {
    bmcs.misbehave('n1', 'ignores');
    const driver = real();
    expect((await act(driver, 'power-off', 'n1')).outcome).toBe('accepted');
    expect((await look(driver, 'n1')).facts).toMatchObject({ power: 'on' });
  });

  test('a power cycle asked twice by one key is one; by another key it is another', async () => {
    const driver = real();
    const before = startsOf(bmcs, 'n1');
    const offs = (): number => bmcs.acts('n1').filter((one) => one.what === 'power' && one.value === '0').length;
    const offsBefore = offs();
    const both = await Promise.all([act(driver, 'power-cycle', 'n1', 'c'), act(driver, 'power-cycle', 'n1', 'c')]);
    expect(both.map((one) => one.outcome)).toEqual(['accepted', 'accepted']);
    await until('it to be back', () => startsOf(bmcs, 'n1') === before + 1, 20);
    expect((await act(driver, 'power-cycle', 'n1', 'c')).evidence).toMatchObject({ repeat: true });
    expect(offs()).toBe(offsBefore + 1);
    await act(driver, 'power-cycle', 'n1', 'd');
    await until('it to be back again', () => startsOf(bmcs, 'n1') === before + 2, 20);
  });

  test('the password is on no command line', async () => {
    bmcs.misbehave('n1', 'hang');
    const driver = real({ password: { file: bmcs.passwordFile } });
    const looking = look(driver, 'n1');
    const line = await until('ipmitool to run', () => childLine(), 10);
    expect(line.split('\0')).toContain('lanplus');
    expect(line.split('\0')).not.toContain('stop');
    await driver.close();
    expect((await looking).facts).toBeNull();
  });
}

/** The command line of this process's ipmitool. */
function childLine(): string | undefined {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
  return children.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).find((line) => line.startsWith('ipmitool'));
}

describe('ipmi with a tool that lies', () => {
  const tool = (body: string): IpmiOptions['command'] => {
    const path = join(folder, 'lying-ipmitool');
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
    return [path];
  };

  test.each([
    ['nothing at all', 'exit 0', 'not understood'],
    ['maybe', 'echo "Chassis Power is maybe"', 'maybe'],
    ['half a line', 'printf "Chassis Power is on"', 'not understood'],
    ['an error with exit 0', 'echo "Error: Unable to establish IPMI v2 / RMCP+ session"', 'Unable to establish'],
    ['power in the middle of something', 'echo "Error"; echo "Chassis Power is on"', 'not understood'],
    ['power and exit 1', 'echo "Chassis Power is on"; exit 1', 'ended with 1'],
    ['far too much', 'while :; do echo "Chassis Power is on"; done', 'bytes of output'],
    ['death', 'kill -9 $$', 'given up'],
    ['our password', 'echo "it is $IPMI_PASSWORD"', '***'],
  ])('observe: %s is no fact', async (_, body, words) => {
    const seen = await look(open({ command: tool(body) }), 'n1');
    expect(seen).toMatchObject({ facts: null, why: expect.stringContaining(words) });
    expect(seen.why).not.toContain('stop');
  });

  test.each([
    ['truncated', 'printf "Chassis Power is off\\nFirmware Revi"'],
    ['told twice', 'printf "Chassis Power is off\\nFirmware Revision  : 1\\nFirmware Revision  : 2\\n"'],
    ['cut off in the version', 'printf "Chassis Power is off\\nFirmware Revision  : 9.0"'],
  ])('observe: a version that is %s is none, and power is still seen', async (_, body) => {
    const seen = await look(open({ command: tool(body) }), 'n1');
    expect(seen).toMatchObject({ facts: { power: 'off', firmware: null }, why: expect.stringContaining('firmware') });
  });

  test.each([
    ['says nothing', 'exit 0', 'unknown'],
    ['says something else', 'echo "Chassis Power is off"', 'unknown'],
    ['says yes and dies', 'echo "Chassis Power Control: Down/Off"; exit 1', 'unknown'],
    ['had no answer', 'echo "Unable to set Chassis Power Control to Down/Off" >&2; exit 1', 'unknown'],
    ['was told no', 'echo "Set Chassis Power Control to Down/Off failed: Insufficient privilege level" >&2; exit 1', 'refused'],
    ['was told of a timeout', 'echo "Set Chassis Power Control to Down/Off failed: Timeout" >&2; exit 1', 'unknown'],
    ['had no session', 'echo "Error: Unable to establish IPMI v2 / RMCP+ session" >&2; exit 1', 'refused'],
  ])('power-off: %s', async (_, body, outcome) => {
    const result = await act(open({ command: tool(body) }), 'power-off', 'n1');
    expect(result).toMatchObject({ outcome, evidence: { why: expect.stringMatching(/\w/) } });
  });

  test('a cycle of a node that is off is a power-on, where the BMC takes no cycle then', async () => {
    const body =
      'case "$*" in *cycle*) echo "Set Chassis Power Control to Cycle failed: Command not supported in present state" >&2; exit 1;; esac';
    const result = await act(open({ command: tool(`${body}; echo "Chassis Power Control: Up/On"`) }), 'power-cycle', 'n1');
    expect(result).toMatchObject({ outcome: 'accepted', evidence: { wasOff: true } });
  });

  test('diagnose: not ipmitool at all', async () => {
    const findings = await open({ command: tool('echo hello') }).diagnose(['n1'], live());
    expect(findings).toMatchObject([{ severity: 'error', rule: 'ipmi-tool', message: expect.stringContaining('hello') }]);
  });
});

describe('ipmi: options', () => {
  test.each([
    ['no password in the environment', {}, { BMC_PASSWORD: '' }, /BMC_PASSWORD.*pitstop down/],
    ['a password that is too long', {}, { BMC_PASSWORD: 'x'.repeat(21) }, /20 bytes/],
    ['no file of addresses', { addresses: 'nowhere' }, {}, /nowhere \(ENOENT\)/],
    ['no authentication', { cipher: 0 }, {}, /cipher/],
  ])('%s', (_, options, env, words) => {
    expect(() => open(options, env)).toThrow(words);
    expect(() => open(options, env)).not.toThrow(/x{21}/);
  });

  test.each(['n1', 'n1 a b', 'n1 -x', 'n1 h:0', 'n1 h:99999', 'n1 h:', 'n1 a\nn1 b'])('addresses: %j is refused with its line', (text) => {
    writeFileSync(join(folder, 'addresses'), `# BMCs\n${text}\n`);
    expect(() => open({ addresses: 'addresses' })).toThrow(/addresses:\d: /);
  });

  test('addresses: names, ports, IPv6 with and without a port', async () => {
    writeFileSync(join(folder, 'addresses'), 'n1 10.0.0.1 # first\nn2 b2:6230\n\nn3 [fd00::3]:6230\nn4 fd00::4\n');
    const path = join(folder, 'echoing');
    writeFileSync(path, '#!/bin/sh\necho "$*"\n');
    chmodSync(path, 0o755);
    const seen = await open({ addresses: 'addresses', command: [path] }).observe(['n1', 'n2', 'n3', 'n4', 'n5'], live());
    const hosts = seen.map((one) => /-H (\S+ -p \d+)/.exec(one.why)?.[1]);
    expect(hosts).toEqual(['10.0.0.1 -p 623', 'b2 -p 6230', 'fd00::3 -p 6230', 'fd00::4 -p 623', 'n5-bmc -p 623']);
  });

  test('describe: one line for all, without the password', () => {
    const request = { act: { role: 'bmc', do: 'power-cycle' }, targets: ['n1', 'n2'], key: 'k', deadline: 0 } as const;
    expect(open().describe(request)).toEqual(["ipmi n[1-2]: ipmitool -I lanplus -H '{node}-bmc' chassis power cycle"]);
  });
});
