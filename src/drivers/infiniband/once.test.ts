// At most once: also when the one who started it dies, when the command is killed, and when a claim was left without a command.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../../testbed/until.ts';
import type { Result } from '../../core/ports.ts';
import { wallClock } from '../../std/clock.ts';
import { openInfiniband } from './infiniband.ts';
import { runOnce } from './once.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pitstop-once-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Appends to `ran`, waits for the file `go`, and ends with 4. */
const SCRIPT = 'echo $$ >>"$0/ran"; while [ ! -e "$0/go" ]; do sleep 0.05; done; echo out; echo err >&2; exit 4';

async function ask(key: string, timeoutMs = 20_000, from = folder): Promise<Result | undefined> {
  const clock = wallClock();
  const driver = openInfiniband({ claims: from }, { folder: from, env, clock });
  const act = { role: 'fabric', do: 'run', argv: ['sh', '-c', SCRIPT, from], version: null, previous: {}, once: true } as const;
  const [result] = await driver.act({ act, targets: ['n1'], key, deadline: clock.now() + timeoutMs }, new AbortController().signal);
  await driver.close();
  return result;
}

function ran(): string[] {
  return existsSync(join(folder, 'ran')) ? readFileSync(join(folder, 'ran'), 'utf8').trim().split('\n') : [];
}

function release(): void {
  mkdirSync(join(folder, 'go'));
}

test('given up at the deadline it goes on, and the next call waits on and gets its end', async () => {
  expect(await ask('k', 1_000)).toMatchObject({ outcome: 'unknown', evidence: { why: expect.stringContaining('may still run') } });
  await until('the command to run', () => ran().length === 1);
  release();
  expect(await ask('k')).toMatchObject({ outcome: 'done', evidence: { exit: 4, stdout: 'out', stderr: 'err', repeat: true } });
  expect(ran()).toHaveLength(1);
});

test('the server is killed while it runs: it runs on, and its end is given to who asks after the restart', async () => {
  const module = join(import.meta.dirname, 'infiniband.ts');
  const clock = join(import.meta.dirname, '../../std/clock.ts');
  const server = `
    const { openInfiniband } = await import(${JSON.stringify(module)});
    const { wallClock } = await import(${JSON.stringify(clock)});
    const driver = openInfiniband({ claims: ${JSON.stringify(folder)} }, { folder: ${JSON.stringify(folder)}, env: process.env, clock: wallClock() });
    const act = { role: 'fabric', do: 'run', argv: ['sh', '-c', ${JSON.stringify(SCRIPT)}, ${JSON.stringify(folder)}], version: null, previous: {}, once: true };
    await driver.act({ act, targets: ['n1'], key: 'crash', deadline: Date.now() + 60000 }, new AbortController().signal);`;
  const child = spawn(execPath, ['--input-type=module', '-e', server], { stdio: 'inherit' });
  const gone = new Promise((done) => child.once('exit', done));
  await until('the command to run', () => ran().length === 1);
  child.kill('SIGKILL');
  await gone;
  release();
  expect(await ask('crash')).toMatchObject({ outcome: 'done', evidence: { exit: 4, repeat: true } });
  expect(ran()).toHaveLength(1);
});

test('the command is killed: nobody knows how far it came, and it does not run again under this key', async () => {
  const asked = ask('killed');
  const [pid] = await until('the command to run', () => ran().length === 1 && ran());
  const claim = readdirSync(folder).find((name) => name.startsWith('pitstop-')) ?? '';
  const [runner] = readFileSync(join(folder, claim, 'who'), 'utf8').split(' ');
  process.kill(-Number(runner), 'SIGKILL');
  expect(Number(pid)).toBeGreaterThan(0);
  expect(await asked).toMatchObject({ outcome: 'unknown', evidence: { lost: true } });
  release();
  expect(await ask('killed')).toMatchObject({ outcome: 'unknown', evidence: { lost: true } });
  expect(ran()).toHaveLength(1);
});

test('a claim whose maker died before it started anything: in the end nobody runs it, and nobody waits for ever', async () => {
  const name = `pitstop-${createHash('sha256').update('orphan').digest('hex').slice(0, 32)}`;
  mkdirSync(join(folder, name));
  const clock = wallClock(50);
  const signal = new AbortController().signal;
  const end = await runOnce({ folder, key: 'orphan', argv: ['true'], clock, signal, launch: () => Promise.resolve() });
  expect(end).toEqual({ is: 'lost' });
});

test('a folder for claims that is not there: certainly not run', async () => {
  expect(await ask('k', 5_000, join(folder, 'missing'))).toMatchObject({
    outcome: 'refused',
    evidence: { why: expect.stringContaining('cannot claim') },
  });
});
