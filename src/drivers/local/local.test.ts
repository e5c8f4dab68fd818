import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { pidIn } from '../../../test/real/pid.ts';
import { until } from '../../../testbed/until.ts';
import type { Result } from '../../core/ports.ts';
import { wallClock } from '../../std/clock.ts';
import { textOf } from '../../std/json.ts';
import { openLocal } from './local.ts';

const folder = mkdtempSync(join(tmpdir(), 'pitstop-local-'));
const clock = wallClock();
const env = { PATH: process.env['PATH'], HOME: folder, BMC_PASSWORD: 'hush' };
const driver = openLocal({}, { folder, env, clock });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(argv: readonly string[], targets = ['autoscaler'], ms = 20_000, signal?: AbortSignal): Promise<Result[]> {
  const request = { act: { role: 'local', do: 'run', argv } as const, targets, key: 'k', deadline: clock.now() + ms };
  return driver.act(request, signal ?? new AbortController().signal);
}

describe('local', () => {
  test('run: exit code and outputs', async () => {
    const [result] = await run(['sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect(result).toEqual({ target: 'autoscaler', outcome: 'done', evidence: { exit: 3, stdout: 'out', stderr: 'err' } });
  });

  test('run: no shell reads the arguments, and secrets of our environment are not passed on', async () => {
    expect((await run(['echo', '$(id); *']))[0]?.evidence['stdout']).toBe('$(id); *');
    expect((await run(['env']))[0]?.evidence['stdout']).not.toContain('hush');
  });

  test('run: once for all targets, or once for each with {node}', async () => {
    const all = await run(['sh', '-c', 'echo x >>all; wc -l <all'], ['n1', 'n2', 'n3']);
    expect(all.map((one) => one.evidence['stdout'])).toEqual(['1', '1', '1']);
    const each = await run(['echo', '{node}'], ['n1', 'n2', 'n3']);
    expect(each.map((one) => `${one.target} ${JSON.stringify(one.evidence['stdout'])}`).toSorted()).toEqual([
      'n1 "n1"',
      'n2 "n2"',
      'n3 "n3"',
    ]);
  });

  test('run: a program that is not there, a placeholder without a value, a passed deadline: refused', async () => {
    expect((await run(['no-such-program']))[0]).toMatchObject({
      outcome: 'refused',
      evidence: { why: expect.stringContaining('is not installed') },
    });
    expect((await run(['a\0b']))[0]?.outcome).toBe('refused');
    expect((await run(['']))[0]?.outcome).toBe('refused');
    expect((await run(['echo', '{version}']))[0]?.outcome).toBe('refused');
    expect((await run(['touch', 'late'], ['x'], -1))[0]?.outcome).toBe('refused');
    expect(() => readFileSync(join(folder, 'late'))).toThrow('ENOENT');
  });

  test('run: a program found relative to the fleet folder', async () => {
    writeFileSync(join(folder, 'hook'), '#!/bin/sh\necho hooked\n', { mode: 0o755 });
    expect((await run(['./hook']))[0]?.evidence['stdout']).toBe('hooked');
  });

  test('deadline: the program and its children end, and the outcome is unknown', async () => {
    const [result] = await run(['sh', '-c', 'sleep 60 & echo $! >child; wait'], ['x'], 300);
    expect(result?.outcome).toBe('unknown');
    const child = pidIn(readFileSync(join(folder, 'child'), 'utf8'));
    await until('the child to end', () => isGone(child));
  });

  test('cancelled in the middle: unknown', async () => {
    const cancel = new AbortController();
    const running = run(['sh', '-c', 'touch begun; exec sleep 60'], ['x'], 20_000, cancel.signal);
    await until('the program', () => readable(join(folder, 'begun')));
    cancel.abort();
    expect((await running)[0]?.outcome).toBe('unknown');
  });

  test('output is bounded, its end kept; a child in the background does not hold the call', async () => {
    const [result] = await run(['sh', '-c', 'seq 1 100000; sleep 30 & echo $! >background; echo the end']);
    const stdout = textOf(result?.evidence['stdout']);
    expect(result?.evidence['cut']).toBe(true);
    expect(stdout.length).toBeLessThanOrEqual(65_536);
    expect(stdout.endsWith('100000\nthe end')).toBe(true);
    process.kill(pidIn(readFileSync(join(folder, 'background'), 'utf8')), 'SIGKILL');
  });
});

function isGone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return true;
  }
}

function readable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}
