// The scripts on this machine's real /bin/sh: quoting, the conditional reboot, and at most once, with kills in the middle.
import { spawn, type ChildProcess } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, assert, asyncProperty, string } from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pidIn } from '../../../test/real/pid.ts';
import { until } from '../../../testbed/until.ts';
import { MARK, WORK_MARK, lookScript, onceName, onceScript, rebootScript, runScript } from './scripts.ts';

interface Ended {
  readonly exit: number | null;
  readonly signal: string | null;
  /** After the mark's line. */
  readonly stdout: string;
  readonly mark: string;
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pitstop-scripts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const name = onceName('run/apply/1', 'n1');
const attack = array(
  string({ unit: 'binary' }).filter((text) => !text.includes('\0')),
  { maxLength: 12 },
);
const nasty = [
  `'; touch x; '`,
  '$(id)',
  '`id`',
  '\\',
  '"',
  '\n',
  '-n',
  '{a,b}',
  '~',
  '*',
  '!!',
  'A=b',
  '#',
  ' ',
  '',
  '$0',
  "'\\''",
  '&',
  '|',
  '\u{1f600}',
];

describe('scripts: quoting', () => {
  test('run: the program gets exactly the arguments that were given', async () => {
    const shown = ['sh', '-c', `for a; do printf '%s\\0' "$a"; done`, 'sh'];
    const check = async (args: readonly string[]): Promise<void> => {
      const { stdout, mark } = await say(runScript([...shown, ...args]));
      expect(mark).toBe('started');
      expect(stdout.split('\0').slice(0, -1)).toEqual(args);
    };
    await check(nasty);
    await assert(asyncProperty(attack, check), { numRuns: 60 });
  });

  test('once: as above, through two shells', async () => {
    const shown = ['sh', '-c', `for a; do printf '%s\\0' "$a"; done`, 'sh'];
    let count = 0;
    const check = async (args: readonly string[]): Promise<void> => {
      const { stdout } = await say(onceScript(onceName(`quoting/${count++}`, 'n1'), [...shown, ...args]));
      expect(stdout.split('\0').slice(0, -1)).toEqual(args);
    };
    await check(nasty);
    await assert(asyncProperty(attack, check), { numRuns: 15 });
  });

  test('run: a program called as an assignment or a builtin is a program', async () => {
    expect(await say(runScript(['A=b', 'echo', 'no']))).toMatchObject({ exit: 127, stdout: '' });
    expect(await say(runScript(['cd', '/']))).toMatchObject({ exit: 127 });
  });

  test('half a script runs nothing', async () => {
    const made = join(folder, 'made');
    const script = runScript(['touch', made]);
    expect((await say(script.slice(0, -3))).exit).not.toBe(0);
    expect(existsSync(made)).toBe(false);
    expect((await say(script)).exit).toBe(0);
    expect(existsSync(made)).toBe(true);
  });
});

describe('scripts: look and reboot', () => {
  test('look: exit codes and outputs of both commands', async () => {
    const { mark, stdout } = await say(lookScript(['echo', 'abc'], ['sh', '-c', 'echo 12 train; echo 13 train; exit 3']));
    expect(mark).toBe('look 0');
    expect(stdout).toBe(`abc\n${WORK_MARK} 3\n12 train\n13 train\n`);
  });

  test('look: without a work command', async () => {
    expect(await say(lookScript(['false'], null))).toMatchObject({ mark: 'look 1', stdout: '\n' });
  });

  test.each([
    ['of the boot that was meant', ' this  one ', 'rebooting', true],
    ['another boot', 'that one', 'differs', false],
    ['no boot id', '', 'unreadable', false],
  ])('reboot: %s', async (_, shows, word, happens) => {
    const made = join(folder, 'rebooted');
    const { mark, exit } = await say(rebootScript(['echo', shows], 'this one', ['sh', '-c', 'touch "$0"; exit 5', made]));
    expect(mark).toBe(word);
    expect(existsSync(made)).toBe(happens);
    expect(exit).toBe(happens ? 5 : 0);
  });
});

describe('scripts: at most once', () => {
  const counting = (after = ''): string[] => ['sh', '-c', `echo run >>"$0"; echo out; echo err >&2; ${after}`, join(folder, 'log')];
  const times = (): number => (existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8').split('\n').length - 1 : 0);

  test('a second call is given the result of the first', async () => {
    expect(await say(onceScript(name, counting('exit 3')))).toMatchObject({ mark: 'ran', exit: 3, stdout: 'out\n' });
    expect(await say(onceScript(name, counting('exit 3')))).toMatchObject({ mark: 'repeat', exit: 3, stdout: 'out\n' });
    expect(times()).toBe(1);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o700);
  });

  test('eight calls at the same time', async () => {
    const ended = await Promise.all(Array.from({ length: 8 }, () => say(onceScript(name, counting('sleep 0.2')))));
    expect(ended.map((one) => one.mark).toSorted()).toEqual(['ran', ...Array.from({ length: 7 }, () => 'repeat')]);
    expect(ended.every((one) => one.exit === 0 && one.stdout === 'out\n')).toBe(true);
    expect(times()).toBe(1);
  });

  test('the command keeps the folder and the umask of the login, and no input', async () => {
    const script = onceScript(name, ['sh', '-c', 'pwd; umask; cat']);
    expect((await say(`umask 027; ${script}`)).stdout).toBe(`${process.cwd()}\n0027\n`);
  });

  test('the one who asked is killed in the middle: the command goes on, the next one is given its result', async () => {
    const gate = join(folder, 'gate');
    const argv = counting(`until [ -e ${gate} ]; do sleep 0.05; done; exit 4`);
    const asker = start(onceScript(name, argv));
    await until('the command', () => times() === 1);
    kill(asker);
    const next = say(onceScript(name, argv));
    writeFileSync(gate, '');
    expect(await next).toMatchObject({ mark: 'repeat', exit: 4 });
    expect(times()).toBe(1);
  });

  test('the command and its keeper are killed: lost, once; then it runs anew', async () => {
    const argv = counting('exec sleep 30');
    const asker = start(onceScript(name, argv));
    await until('the command', () => times() === 1);
    process.kill(-keeper(), 'SIGKILL');
    expect(await output(asker)).toMatchObject({ mark: 'lost' });
    expect(readdirSync(folder).filter((entry) => entry.startsWith('pitstop-'))).toEqual([]);
    expect(await say(onceScript(name, counting()))).toMatchObject({ mark: 'ran', exit: 0 });
    expect(times()).toBe(2);
  });

  test('only its keeper is killed: the command still runs, so nobody may run it anew', async () => {
    const gate = join(folder, 'gate');
    const argv = counting(`until [ -e ${gate} ]; do sleep 0.05; done; echo over >>"$0"`);
    const asker = start(onceScript(name, argv));
    await until('the command', () => times() === 1);
    process.kill(keeper(), 'SIGKILL');
    const others = [output(asker), say(onceScript(name, argv))];
    writeFileSync(gate, '');
    expect((await Promise.all(others)).map((one) => one.mark)).toEqual(['lost', 'lost']);
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('run\nover\n');
  });

  test('another boot, or a process that only has the same number, is no sign of life', async () => {
    for (const who of [`${process.pid} another-boot 1`, `${process.pid} ${bootId()} 1`]) {
      mkdirSync(join(folder, name), { mode: 0o700 });
      writeFileSync(join(folder, name, 'who'), `${who}\n`);
      expect((await say(onceScript(name, counting()))).mark).toBe('lost');
    }
    expect(times()).toBe(0);
  });

  test('the first one hangs before it started anything: lost after a while, and it starts nothing when it wakes up', async () => {
    const gate = join(folder, 'gate');
    mkdirSync(join(folder, 'bin'));
    const slow = `#!/bin/sh\ntouch ${gate}.reached\nuntil [ -e ${gate} ]; do sleep 0.05; done\nexec /usr/bin/env PATH=$OLD setsid "$@"\n`;
    writeFileSync(join(folder, 'bin', 'setsid'), slow, { mode: 0o755 });
    const asker = start(`OLD=$PATH PATH=${join(folder, 'bin')}:$PATH; export OLD PATH; ${onceScript(name, counting())}`);
    await until('the first one', () => existsSync(`${gate}.reached`));
    expect((await say(onceScript(name, counting()))).mark).toBe('lost');
    writeFileSync(gate, '');
    expect((await output(asker)).mark).toBe('lost');
    expect(times()).toBe(0);
  }, 20_000);

  test('a folder that is a link elsewhere is refused', async () => {
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, name));
    expect((await say(onceScript(name, counting()))).mark).toMatch(/^refused .* belongs to somebody else/);
    symlinkSync('/nowhere', join(folder, onceName('b', 'n1')));
    expect((await say(onceScript(onceName('b', 'n1'), counting()))).mark).toMatch(/^refused cannot make/);
    expect(times()).toBe(0);
  });

  test.runIf(process.getuid?.() === 0)('a folder of another user is refused', async () => {
    mkdirSync(join(folder, name));
    chownSync(join(folder, name), 65_534, 65_534);
    expect((await say(onceScript(name, counting()))).mark).toMatch(/^refused .* belongs to somebody else/);
    expect(times()).toBe(0);
  });

  test('no folder to work in is refused', async () => {
    expect((await say(onceScript(name, counting()), join(folder, 'none'))).mark).toMatch(/^refused no folder/);
  });

  function keeper(): number {
    return pidIn(readFileSync(join(folder, name, 'who'), 'utf8'));
  }
});

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function say(script: string, onceFolder = folder): Promise<Ended> {
  return output(start(script, onceFolder));
}

function start(script: string, onceFolder = folder): ChildProcess {
  const child = spawn('/bin/sh', ['-s'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], PITSTOP_DIR: onceFolder },
  });
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(script);
  return child;
}

function kill(child: ChildProcess): void {
  child.kill('SIGKILL');
}

async function output(child: ChildProcess): Promise<Ended> {
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const { exit, signal } = await new Promise<{ exit: number | null; signal: string | null }>((resolve) => {
    child.once('close', (exit, signal) => resolve({ exit, signal }));
  });
  const text = Buffer.concat(chunks).toString('utf8');
  const from = text.indexOf(`\n${MARK} `);
  const to = text.indexOf('\n', from + 1);
  return { exit, signal, mark: from < 0 ? '' : text.slice(from + 2 + MARK.length, to), stdout: from < 0 ? text : text.slice(to + 1) };
}
