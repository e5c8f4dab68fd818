// The driver on real sshds: the conformance suite, then what only ssh has: host keys, cuts, limits, a jump host, secrets.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { shellConformance, type ShellWorld } from '../../../test/conformance/shell.ts';
import { pidIn } from '../../../test/real/pid.ts';
import { SshNodes, withSshd } from '../../../test/real/sshd.ts';
import { pathOf } from '../../../testbed/requirements.ts';
import { until } from '../../../testbed/until.ts';
import type { Act, Driver, Result } from '../../core/ports.ts';
import { wallClock } from '../../std/clock.ts';
import type { SshOptions } from './options.ts';
import { openSsh } from './ssh.ts';

type ShellAct = Extract<Act, { role: 'shell' }>;

const clock = wallClock();
const live = new AbortController().signal;
const SECRET = 'correct horse battery staple';

withSshd('ssh on real sshds', () => {
  shellConformance('ssh', openWorld);
  describe('ssh: what only it has', ownTests);
});

async function openWorld(): Promise<ShellWorld> {
  const nodes = await SshNodes.start(3);
  const driver = openSsh(nodes.options(), { folder: nodes.folder, env: {}, clock });
  const log = join(nodes.folder, '{node}.count');
  return {
    driver,
    nodes: nodes.nodes,
    clock,
    echo: { argv: ['echo', ' it works '], stdout: 'it works' },
    fail: { argv: ['sh', '-c', 'exit 7'], exit: 7 },
    count: {
      argv: ['sh', '-c', 'echo run >>"$0"; sleep 0.3', log],
      times: async (node) => (await readFile(log.replace('{node}', node), 'utf8').catch(() => '')).split('\n').length - 1,
    },
    makeUnreachable: (node) => nodes.stopNode(node),
    makeReachable: (node) => nodes.startNode(node),
    rebootOutOfBand: (node) => {
      nodes.cut(node);
      nodes.boot(node);
      return Promise.resolve();
    },
    stop: async () => {
      await driver.close();
      await nodes.stop();
    },
  };
}

function ownTests(): void {
  let sshd: SshNodes;
  const drivers: Driver[] = [];
  beforeAll(async () => {
    sshd = await SshNodes.start(12);
  });
  afterEach(() => Promise.all(drivers.splice(0).map((driver) => driver.close())));
  afterAll(() => sshd.stop());

  const open = (more: Partial<SshOptions> = {}, env: NodeJS.ProcessEnv = {}): Driver => {
    const driver = openSsh({ ...sshd.options(), ...more }, { folder: sshd.folder, env, clock });
    drivers.push(driver);
    return driver;
  };
  const path = (name: string): string => join(sshd.folder, name);

  test('one connection a node is kept over looks and acts', async () => {
    const driver = open();
    const pids = new Set<string>();
    for (let round = 0; round < 3; round++) {
      await driver.observe(['n1'], live);
      pids.add(textOf(await run(driver, 'n1', ['sh', '-c', 'set -- $SSH_CONNECTION; echo $2'])));
    }
    expect(pids.size).toBe(1);
    expect(sshd.connections('n1')).toHaveLength(1);
  });

  test('a session knows its node, placeholders are filled, and what the login shell prints is not taken for output', async () => {
    writeFileSync(path('home/.bashrc'), 'echo welcome; echo to you >&2\n');
    const driver = open();
    const result = await run(
      driver,
      'n2',
      ['sh', '-c', 'set -- "$@" $SSH_CONNECTION; echo "$1 $2 $3 $6"; echo e >&2', 'sh', '{node}', '{version}', '{previous}'],
      {
        version: '2.0',
        previous: { n2: '1.0' },
      },
    );
    expect(result).toMatchObject({ outcome: 'done', evidence: { exit: 0, stdout: `n2 2.0 1.0 ${sshd.addressOf('n2')}`, stderr: 'e' } });
    writeFileSync(path('home/.bashrc'), '');
    const [seen] = await driver.observe(['n2'], live);
    expect(seen?.facts).toMatchObject({ bootId: readFileSync(path('n2.boot'), 'utf8').trim() });
    expect((await run(driver, 'n2', ['echo', '{version}'])).outcome).toBe('refused');
    expect((await run(driver, 'n2', ['-x'])).outcome).toBe('refused');
  });

  test('quoting: the remote program gets exactly the arguments that were sent', async () => {
    const driver = open();
    const shown = ['sh', '-c', `for a; do printf '%s\\0' "$a"; done`, 'sh'];
    const text = fc.string({ unit: 'binary' }).filter((one) => !one.includes('\0') && !/\{[A-Za-z]\w*\}/.test(one));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(text, fc.constantFrom("'", '$(id)', '`', '\\', '\n', '-', '~', '{', '!')), { maxLength: 8 }),
        async (args) => {
          const { evidence } = await run(driver, 'n1', [...shown, ...args, 'end']);
          // Outputs are trimmed at both ends: the last argument is ours, and so is the first.
          expect((evidence['stdout'] as string).split('\0').slice(0, -1)).toEqual(
            [...args, 'end'].map((one, index) => (index === 0 ? one.trimStart() : one)),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  test('outputs are bounded, their ends kept', async () => {
    const { evidence } = await run(open(), 'n1', ['sh', '-c', 'seq 1 200000; echo the end']);
    expect(evidence['cut']).toBe(true);
    expect((evidence['stdout'] as string).length).toBeLessThanOrEqual(65_536);
    expect((evidence['stdout'] as string).endsWith('200000\nthe end')).toBe(true);
  });

  test('a program killed by a signal shows it; one that leaves a child behind does not hold the call', async () => {
    const driver = open();
    expect((await run(driver, 'n1', ['sh', '-c', 'kill -TERM $$'])).evidence).toMatchObject({ exit: null, signal: 'SIGTERM' });
    const { evidence } = await run(driver, 'n1', ['sh', '-c', 'sleep 20 & echo $!']);
    expect(evidence['exit']).toBe(0);
    process.kill(pidIn(evidence['stdout'] as string), 'SIGKILL');
  });

  test('host key: another one, and none at all: refused, nothing runs, and it is not called unreachable', async () => {
    const lines = readFileSync(path('known_hosts'), 'utf8').split('\n');
    const [address, other] = [sshd.addressOf('n1'), lines[1]?.split(' ').slice(1).join(' ')];
    writeFileSync(path('wrong'), `[${address}]:${sshd.port} ${other}\n`);
    writeFileSync(path('empty'), '');
    for (const [knownHosts, word] of [
      ['wrong', 'host key changed'],
      ['empty', 'host key unknown'],
    ] as const) {
      const driver = open({ knownHosts });
      const result = await run(driver, 'n1', ['touch', path('ran')]);
      expect(result).toMatchObject({ outcome: 'refused', evidence: { kind: 'host-key', why: expect.stringContaining(word) } });
      expect((await driver.observe(['n1'], live))[0]).toMatchObject({ facts: null, why: expect.stringContaining(word) });
      expect(await driver.diagnose(['n1'], live)).toMatchObject([{ severity: 'error', rule: 'ssh-host-key' }]);
    }
    expect(existsSync(path('ran'))).toBe(false);
  });

  test('hashed known hosts as ssh-keygen writes them', async () => {
    writeFileSync(path('hashed'), readFileSync(path('known_hosts')));
    execFileSync(pathOf('ssh-keygen'), ['-q', '-H', '-f', path('hashed')], { stdio: 'ignore' });
    expect((await run(open({ knownHosts: 'hashed' }), 'n1', ['true'])).outcome).toBe('done');
  });

  test('a key that the node does not take: no facts, refused', async () => {
    execFileSync(pathOf('ssh-keygen'), ['-q', '-t', 'ed25519', '-N', '', '-f', path('other')]);
    const driver = open({ key: { file: 'other' } });
    expect((await driver.observe(['n1'], live))[0]?.facts).toBe(null);
    expect(await run(driver, 'n1', ['true'])).toMatchObject({ outcome: 'refused', evidence: { kind: 'login' } });
    expect(await driver.diagnose(['n1'], live)).toMatchObject([{ rule: 'ssh-login' }]);
  });

  test('secrets: read from a file or the environment, a missing one says how to mend it, none is ever shown', async () => {
    execFileSync(pathOf('ssh-keygen'), ['-q', '-t', 'ed25519', '-N', SECRET, '-f', path('locked')]);
    writeFileSync(path('id.pub'), readFileSync(path('locked.pub')), { flag: 'a' });
    const text = readFileSync(path('locked'), 'utf8');
    const passphrase = { env: 'PASS' };
    const driver = open({ key: { env: 'KEY' }, passphrase }, { KEY: text, PASS: SECRET });
    expect((await run(driver, 'n1', ['true'])).outcome).toBe('done');
    const why = (more: Partial<SshOptions>, env: NodeJS.ProcessEnv = {}): string => {
      try {
        open(more, env);
      } catch (error) {
        expect(error).toMatchObject({ name: 'OptionSourceError' });
        return (error as Error).message;
      }
      throw new Error('it opened');
    };
    const messages = [
      why({ key: { env: 'KEY' } }),
      why({ key: { file: 'nothing-here' } }),
      why({ key: { file: 'locked' } }),
      why({ key: { file: 'locked' }, passphrase }, { PASS: `${SECRET}!` }),
      why({ key: { env: 'KEY' } }, { KEY: text.replaceAll('b', 'c') }),
      why({ key: { file: 'id.pub' } }),
      why({ knownHosts: 'nothing-here' }),
    ];
    expect(messages[0]).toMatch(/KEY, which is not set/);
    expect(messages[2]).toMatch(/encrypted: write passphrase/);
    for (const message of messages) {
      expect(message).not.toContain(SECRET);
      expect(message).not.toContain(text.slice(100, 130));
    }
  });

  test('the connection is cut in the middle of a command: unknown; the next call makes a new one', async () => {
    const driver = open();
    const running = run(driver, 'n3', ['sh', '-c', `touch ${path('begun')}; sleep 5`]);
    await until('the command', () => existsSync(path('begun')));
    sshd.cut('n3');
    expect(await running).toMatchObject({ outcome: 'unknown', evidence: { why: expect.stringContaining('broke') } });
    expect(await run(driver, 'n3', ['echo', 'again'])).toMatchObject({ outcome: 'done', evidence: { stdout: 'again' } });
  });

  test('deadline: given up and ended; a run at most once goes on and gives its result later', async () => {
    const driver = open();
    const pidOf = (name: string): string => `echo $$ >${path(name)}; sleep 1.5; echo over >${path(`${name}-over`)}`;
    const [plain, once] = await Promise.all([
      run(driver, 'n4', ['sh', '-c', pidOf('plain')], { ms: 800 }),
      run(driver, 'n6', ['sh', '-c', pidOf('late')], { ms: 800, once: true }),
    ]);
    expect([plain.outcome, once.outcome]).toEqual(['unknown', 'unknown']);
    expect(await run(driver, 'n6', ['unused'], { once: true })).toMatchObject({ outcome: 'done', evidence: { exit: 0, repeat: true } });
    expect(existsSync(path('late-over'))).toBe(true);
    expect(existsSync(path('plain-over'))).toBe(false);
  });

  test('a small limit: never more connections than allowed, all nodes get their turn, and the waiting is shown', async () => {
    const driver = open({ connections: 2 });
    let most = 0;
    const all = Promise.all(sshd.nodes.map((node) => run(driver, node, ['sleep', '0.2'])));
    const count = (): number => sshd.nodes.filter((node) => sshd.connections(node).length > 0).length;
    await until('the queue', () => driver.waitingFor().some((line) => line.includes('wait for one of 2 connections')));
    const watching = until('the end', () => {
      most = Math.max(most, driver.waitingFor().length > 0 ? count() : 0);
      return driver.waitingFor().length === 0;
    });
    expect((await all).every((one) => one.outcome === 'done')).toBe(true);
    await watching;
    // The sshd of a connection that we closed takes a moment to see it.
    expect(most).toBeLessThanOrEqual(2 + 2);
    await until('idle connections to be few', () => count() <= 2);
  });

  test('jump host: every node through channels of a connection to one of them; its end is not taken for theirs', async () => {
    const nodes = sshd.nodes.slice(1);
    const driver = open({ jump: { address: 'n1', port: sshd.port } });
    const results = await driver.act(request(['sh', '-c', 'set -- $SSH_CONNECTION; echo $1'], nodes), live);
    expect(new Set(results.map((one) => one.evidence['exit']))).toEqual(new Set([0]));
    // Eleven nodes, ten channels a connection.
    expect(sshd.connections('n1')).toHaveLength(2);
    await sshd.stopNode('n12');
    expect((await driver.observe(['n12'], live))[0]).toMatchObject({ facts: { reachable: false } });
    await sshd.stopNode('n1');
    expect((await driver.observe(['n2'], live))[0]).toMatchObject({ facts: null, why: expect.stringContaining('jump host') });
    await Promise.all([sshd.startNode('n1'), sshd.startNode('n12')]);
    await until('the jump host', async () => (await run(driver, 'n2', ['true'])).outcome === 'done');
  });

  test('work: lines are processes, exit 1 with nothing printed is none, any other failure is never "none"', async () => {
    const work = async (script: string): Promise<unknown> => {
      const [seen] = await open({ work: ['sh', '-c', script] }).observe(['n2'], live);
      return seen?.facts?.role === 'shell' ? seen.facts.work : null;
    };
    expect(await work('echo " 12 train"; echo 13 train')).toEqual(['12 train', '13 train']);
    expect(await work('true')).toEqual([]);
    expect(await work('exit 1')).toEqual([]);
    expect(await work('no-such-program')).toEqual([expect.stringContaining('cannot look')]);
    expect(await work('exit 3')).toEqual([expect.stringContaining('cannot look')]);
    expect((await open({ work: ['no-such'] }).diagnose(['n2'], live)).map((one) => one.rule)).toEqual(['ssh-work']);
  });

  test('a node that takes connections and does not answer: nobody knows, in time', async () => {
    const driver = open({ bootId: ['sleep', '20'], answerTimeout: '500ms' });
    expect((await driver.observe(['n7'], live))[0]).toMatchObject({ facts: null, why: expect.stringContaining('no answer in time') });
  });

  test('a boot id command that fails: seen as reachable, no reboot', async () => {
    const driver = open({ bootId: ['cat', '/nowhere'] });
    expect((await driver.observe(['n7'], live))[0]?.facts).toMatchObject({ reachable: true, bootId: null });
    const reboot = {
      act: { role: 'shell', do: 'reboot', bootIds: { n7: 'x' } } as const,
      targets: ['n7'],
      key: 'k',
      deadline: clock.now() + 9_000,
    };
    expect((await driver.act(reboot, live))[0]?.outcome).toBe('refused');
    expect((await driver.act({ ...reboot, act: { ...reboot.act, bootIds: {} } }, live))[0]?.outcome).toBe('refused');
  });

  test('after close nothing starts', async () => {
    const driver = open();
    await run(driver, 'n9', ['true']);
    await driver.close();
    expect((await run(driver, 'n9', ['true'])).outcome).toBe('refused');
    await until('the connection to end', () => sshd.connections('n9').length === 0);
  });
}

interface RunMore {
  readonly once?: boolean;
  readonly ms?: number;
  readonly version?: string;
  readonly previous?: { readonly [target: string]: string };
}

function request(argv: readonly string[], targets: readonly string[], { once = false, ms = 20_000, version, previous = {} }: RunMore = {}) {
  const act: ShellAct = { role: 'shell', do: 'run', argv, version: version ?? null, previous, once };
  return { act, targets, key: 'run/step/1', deadline: clock.now() + ms };
}

async function run(driver: Driver, node: string, argv: readonly string[], more: RunMore = {}): Promise<Result> {
  return (await driver.act(request(argv, [node], more), live))[0] as Result;
}

function textOf({ evidence }: Result): string {
  expect(evidence['exit']).toBe(0);
  return evidence['stdout'] as string;
}
