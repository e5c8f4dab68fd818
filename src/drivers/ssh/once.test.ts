// Commands at most once, on real sshds: whatever happens to connections and nodes meanwhile, nothing is started twice unknowingly.
import { existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { pidIn } from '../../../test/real/pid.ts';
import { SshNodes, withSshd } from '../../../test/real/sshd.ts';
import { until } from '../../../testbed/until.ts';
import type { Act, Driver, Result } from '../../core/ports.ts';
import { wallClock } from '../../std/clock.ts';
import type { SshOptions } from './options.ts';
import { onceName } from './scripts.ts';
import { openSsh } from './ssh.ts';

const clock = wallClock();
const live = new AbortController().signal;

withSshd('ssh at most once, on real sshds', () => {
  let sshd: SshNodes;
  const drivers: Driver[] = [];
  beforeAll(async () => {
    sshd = await SshNodes.start(7);
  });
  afterEach(() => Promise.all(drivers.splice(0).map((driver) => driver.close())));
  afterAll(() => sshd.stop());

  const open = (more: Partial<SshOptions> = {}): Driver => {
    const driver = openSsh({ ...sshd.options(), ...more }, { folder: sshd.folder, env: {}, clock });
    drivers.push(driver);
    return driver;
  };
  const path = (name: string): string => join(sshd.folder, name);

  test('once: cut in the middle, asked again by another controller: the command ran once and its result is given', async () => {
    const argv = ['sh', '-c', `echo x >>${path('once-log')}; until [ -e ${path('gate')} ]; do sleep 0.05; done; echo done; exit 3`];
    const running = run(open(), 'n1', argv);
    await until('the command', () => existsSync(path('once-log')));
    sshd.cut('n1');
    expect((await running).outcome).toBe('unknown');
    const again = run(open(), 'n1', argv);
    writeFileSync(path('gate'), '');
    expect(await again).toMatchObject({ outcome: 'done', evidence: { exit: 3, stdout: 'done', repeat: true } });
    expect(readFileSync(path('once-log'), 'utf8')).toBe('x\n');
  });

  test('once: the session that follows it is killed, twice: it is followed again, never started again', async () => {
    const argv = ['sh', '-c', `echo x >>${path('long-log')}; until [ -e ${path('long-gate')} ]; do sleep 0.05; done; echo out; exit 4`];
    const driver = open();
    const follow = (): Promise<Result> => run(driver, 'n4', argv);
    for (let cuts = 0; cuts < 2; cuts++) {
      const following = follow();
      await until(
        'the follower',
        () => followers(join(path('once'), onceName('run/step/1', 'n4'))).length === cuts + 1 && existsSync(path('long-log')),
      );
      for (const pid of sshd.connections('n4')) process.kill(pid, 'SIGKILL');
      expect(await following).toMatchObject({ outcome: 'unknown', evidence: { why: expect.stringContaining('broke') } });
    }
    const last = follow();
    writeFileSync(path('long-gate'), '');
    expect(await last).toMatchObject({ outcome: 'done', evidence: { exit: 4, stdout: 'out', repeat: true } });
    expect(readFileSync(path('long-log'), 'utf8')).toBe('x\n');
  });

  test('once: longer than a quiet connection may be: it stays, and one that fell silent is given up and the command followed anew', async () => {
    const driver = open({ keepalive: '100ms' });
    const quiet = await run(driver, 'n5', ['sh', '-c', 'sleep 1; echo over']);
    expect(quiet).toMatchObject({ outcome: 'done', evidence: { stdout: 'over' } });
    expect(quiet.evidence).not.toHaveProperty('repeat');
    const argv = ['sh', '-c', `echo x >>${path('silent-log')}; until [ -e ${path('silent-gate')} ]; do sleep 0.05; done; echo late`];
    const following = run(driver, 'n6', argv);
    await until('the command', () => existsSync(path('silent-log')));
    const stopped = sshd.connections('n6');
    // As when a firewall forgets the connection: nobody answers on it, and nobody hangs up.
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    try {
      expect(await following).toMatchObject({ outcome: 'unknown', evidence: { why: expect.stringContaining('broke') } });
      const again = run(driver, 'n6', argv);
      writeFileSync(path('silent-gate'), '');
      expect(await again).toMatchObject({ outcome: 'done', evidence: { stdout: 'late', repeat: true } });
      expect(readFileSync(path('silent-log'), 'utf8')).toBe('x\n');
    } finally {
      for (const pid of stopped) process.kill(pid, 'SIGKILL');
    }
  });

  test('once: the node goes down in the middle: lost is told once when it is back, and only then it runs anew', async () => {
    const argv = ['sh', '-c', `ps -o pgid= -p $$ >>${path('down-log')}; exec sleep 60`];
    const driver = open();
    const running = run(driver, 'n7', argv);
    const group = await until(
      'the command',
      () => existsSync(path('down-log')) && /^\s*\d+\n/.exec(readFileSync(path('down-log'), 'utf8'))?.[0],
    );
    await sshd.stopNode('n7');
    // Whoever follows the command goes down with the node: a survivor would be told of the loss, and nobody else.
    for (const pid of followers(join(path('once'), onceName('run/step/1', 'n7')))) process.kill(pid, 'SIGKILL');
    process.kill(-pidIn(group), 'SIGKILL');
    expect(await running).toMatchObject({ outcome: 'unknown', evidence: { why: expect.stringContaining('broke') } });
    expect(await run(driver, 'n7', argv)).toMatchObject({ outcome: 'refused', evidence: { kind: 'silent' } });
    sshd.boot('n7');
    await sshd.startNode('n7');
    const back = await run(driver, 'n7', argv);
    expect(back).toMatchObject({ outcome: 'unknown', evidence: { lost: true, why: expect.stringContaining('the node went down') } });
    expect(readFileSync(path('down-log'), 'utf8').split('\n')).toHaveLength(2);
    expect(await run(driver, 'n7', ['echo', 'anew'])).toMatchObject({ outcome: 'done', evidence: { stdout: 'anew' } });
  });

  test('once: killed with its keeper: unknown and lost, once; then it runs anew', async () => {
    const driver = open();
    const argv = ['sh', '-c', 'ps -o pgid= -p $$ >"$0"; exec sleep 20', path('group')];
    const running = run(driver, 'n2', argv);
    const group = await until(
      'the command',
      () => existsSync(path('group')) && readFileSync(path('group'), 'utf8').endsWith('\n') && readFileSync(path('group'), 'utf8'),
    );
    process.kill(-pidIn(group), 'SIGKILL');
    expect(await running).toMatchObject({ outcome: 'unknown', evidence: { lost: true } });
    expect(await run(driver, 'n2', ['echo', 'anew'])).toMatchObject({ outcome: 'done', evidence: { stdout: 'anew' } });
  });

  test('once: a folder that is not ours is refused', async () => {
    mkdirSync(path('elsewhere'));
    symlinkSync(path('elsewhere'), join(path('once'), onceName('run/step/1', 'n3')));
    expect(await run(open(), 'n3', ['touch', path('ran')])).toMatchObject({ outcome: 'refused' });
    expect(existsSync(path('ran'))).toBe(false);
  });
});

async function run(driver: Driver, node: string, argv: readonly string[]): Promise<Result> {
  const act: Act = { role: 'shell', do: 'run', argv, version: null, previous: {}, once: true };
  return (await driver.act({ act, targets: [node], key: 'run/step/1', deadline: clock.now() + 20_000 }, live))[0] as Result;
}

/** Shells that follow the command of this folder; one whose session was killed goes on until the command ends. */
function followers(folder: string): number[] {
  const ofProcess = (pid: string): boolean => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === folder && readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('/bin/sh\0-s\0');
    } catch {
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && ofProcess(pid))
    .map(Number);
}
