import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { pidIn } from '../../../test/real/pid.ts';
import { until } from '../../../testbed/until.ts';
import { wallClock } from '../../std/clock.ts';
import { CommandEndError, passedEnv, programOf, runCommand, watchCommand, wordsOf, type Command } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'pitstop-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const command = (script: string, more: Partial<Command> = {}): Command => ({
  file: 'sh',
  args: ['-c', script],
  env: { PATH: process.env['PATH'] },
  cwd: folder,
  timeoutMs: 20_000,
  clock: wallClock(),
  signal: new AbortController().signal,
  maxBytes: 100_000,
  ...more,
});

const faultOf = async (running: Promise<unknown>): Promise<Pick<CommandEndError, 'kind' | 'started'>> => {
  const error = await running.then(
    () => null,
    (fault: unknown) => fault,
  );
  if (!(error instanceof CommandEndError)) throw new Error('no CommandEndError', { cause: error });
  return { kind: error.kind, started: error.started };
};

describe('a command', () => {
  test('its own end is the answer, whatever the exit code; stdin is closed', async () => {
    expect(await runCommand(command('cat; echo out; echo err >&2; exit 3'))).toEqual({ exit: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  test('what did not start certainly did nothing', async () => {
    const aborted = AbortSignal.abort();
    expect(await faultOf(runCommand(command('', { file: 'no-such-program' })))).toEqual({ kind: 'missing', started: false });
    expect(await faultOf(runCommand(command('', { args: ['a\0b'] })))).toEqual({ kind: 'not-started', started: false });
    expect(await faultOf(runCommand(command('', { file: folder })))).toEqual({ kind: 'not-started', started: false });
    expect(await faultOf(runCommand(command('', { signal: aborted })))).toEqual({ kind: 'not-started', started: false });
  });

  test('over time: it ends with its children, which would hold its output open', async () => {
    const running = runCommand(command('sleep 60 & echo $! >child; wait', { timeoutMs: 300 }));
    expect(await faultOf(running)).toEqual({ kind: 'timeout', started: true });
    const child = pidIn(readFileSync(join(folder, 'child'), 'utf8'));
    await until('the child to end', () => isGone(child));
  });

  test('a child in the background does not hold the answer, and lives on', async () => {
    expect(await runCommand(command('sleep 60 & echo $! >daemon; echo started'))).toEqual({ exit: 0, stdout: 'started\n', stderr: '' });
    const child = pidIn(readFileSync(join(folder, 'daemon'), 'utf8'));
    expect(isGone(child)).toBe(false);
    process.kill(child, 'SIGKILL');
  });

  test('killed by somebody, and nobody waits for it any more', async () => {
    expect(await faultOf(runCommand(command('kill -9 $$')))).toEqual({ kind: 'killed', started: true });
    const giveUp = new AbortController();
    const running = runCommand(command('touch begun; exec sleep 60', { signal: giveUp.signal }));
    const fault = faultOf(running);
    await until('the command', () => exists(join(folder, 'begun')));
    giveUp.abort();
    expect(await fault).toEqual({ kind: 'aborted', started: true });
  });

  test('too much output ends it; to the one who keeps the tail it does not matter', async () => {
    expect(await faultOf(runCommand(command('seq 1 100000')))).toEqual({ kind: 'too-much', started: true });
    const fate = await watchCommand(command('seq 1 100000'), { overflow: 'tail', patienceMs: 1_000 });
    expect(fate).toMatchObject({ exit: 0, cut: true, givenUp: null });
    expect(fate.stdout).toHaveLength(100_000);
    expect(fate.stdout.endsWith('99999\n100000\n')).toBe(true);
  });

  test('patience: TERM first, and what the command says then is still heard', async () => {
    const script = "trap 'echo cleaned; exit 5' TERM; touch trapped; while :; do sleep 0.05; done";
    const giveUp = new AbortController();
    const running = watchCommand(command(script, { signal: giveUp.signal }), { overflow: 'tail', patienceMs: 10_000 });
    await until('the trap', () => exists(join(folder, 'trapped')));
    giveUp.abort();
    expect(await running).toMatchObject({ exit: 5, stdout: 'cleaned\n', givenUp: { kind: 'aborted' } });
  });
});

test('a program with a slash begins at the folder, others are on PATH', () => {
  writeFileSync(join(folder, 'tool'), '');
  expect(programOf(['./tool', '-x'], folder)).toEqual({ file: join(folder, 'tool'), args: ['-x'] });
  expect(programOf(['tool'], folder)).toEqual({ file: 'tool', args: [] });
});

test('the environment: what every program needs and what is named, nothing else', () => {
  const env = { PATH: '/bin', BMC_PASSWORD: 'hush', TOKEN: 't' };
  expect(passedEnv(env)).toEqual({ PATH: '/bin' });
  expect(passedEnv(env, ['TOKEN', 'ABSENT'])).toEqual({ PATH: '/bin', TOKEN: 't' });
});

test('words: stderr first, one bounded line, no escapes, no talk, and no secret, not even half of one at the cut', () => {
  const wording = { maxCharacters: 12 };
  expect(wordsOf({ stdout: 'out', stderr: ' \n' }, wording)).toBe('out');
  expect(wordsOf({ stdout: 'out', stderr: 'a\u001b[1m b\n\n  c\t d\n' }, wording)).toBe('a [1m b; c d');
  expect(wordsOf({ stdout: '', stderr: '*** talk\nno' }, { ...wording, without: /^\*+/ })).toBe('no');
  expect(wordsOf({ stdout: '', stderr: 'login hunter22' }, { ...wording, secrets: ['hunter22'] })).toBe('login ***');
});

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

function isGone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return true;
  }
}
