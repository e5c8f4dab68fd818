// The driver against commands that lie, hang, stammer or are not there: small scripts in a folder that `bin` names.
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Act, Driver, Observation, Result } from '../../core/ports.ts';
import { wallClock, type Clock } from '../../std/clock.ts';
import { runCommand } from '../shared/command.ts';
import { slurmOptions, type SlurmOptions } from './options.ts';
import { openSlurm } from './slurm.ts';

const { signal } = new AbortController();

/** Answers like a cluster of nodes a, b, c; `more` comes first and may exit. $F is the folder, $* the arguments. */
const scontrol = (more = ''): string => `
case "$*" in ping) echo "Slurmctld(primary) at vm is UP"; exit;; esac
${more}
case "$*" in
*"show node"*) for n in a b c; do echo "NodeName=$n CPUAlloc=0 CPUTot=16 Gres=gpu:8 RealMemory=1 State=$(cat $F/$n 2>/dev/null || echo IDLE) Partitions=batch "; done;;
*"show res"*) echo "No reservations in the system";;
esac`;

describe('slurm commands that do not do as they should', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pitstop-slurm-'));
    await mkdir(join(folder, 'bin'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const install = async (scripts: { readonly [command: string]: string }): Promise<void> => {
    for (const [command, script] of Object.entries(scripts)) {
      const path = join(folder, 'bin', command);
      await writeFile(path, `#!/bin/sh\nF=${folder}\necho "${command} $*" >>$F/calls\n${script}\n`);
      await chmod(path, 0o755);
    }
  };
  const open = (options: SlurmOptions = {}, clock: Clock = wallClock(), env: NodeJS.ProcessEnv = process.env): Driver =>
    openSlurm({ bin: 'bin', ...options }, { folder, env, clock });
  const look = async (driver: Driver, node = 'a'): Promise<Observation | undefined> => (await driver.observe([node], signal))[0];
  const perform = (driver: Driver, act: Act, targets: readonly string[]): Promise<Result[]> =>
    driver.act({ act, targets, key: 'k', deadline: Date.now() + 60_000 }, signal);
  const calls = async (word: string): Promise<number> =>
    (await readFile(join(folder, 'calls'), 'utf8')).split('\n').filter((line) => line.includes(word)).length;

  test('a healthy imitation gives facts, so that what follows is no accident', async () => {
    await install({ scontrol: scontrol(), squeue: '' });
    expect((await look(open()))?.facts).toMatchObject({ inService: true, gpus: 8, state: 'idle' });
  });

  test.each([
    ['nodes', { scontrol: 'echo "<html>502 Bad Gateway</html>"', squeue: '' }],
    ['reservations', { scontrol: scontrol('case "$*" in *"show res"*) exit 0;; esac'), squeue: '' }],
    ['jobs', { scontrol: scontrol(), squeue: 'echo "<html>502 Bad Gateway</html>"' }],
  ])('nonsense with exit code 0 is no answer: %s', async (_, scripts) => {
    await install(scripts);
    const seen = await look(open());
    expect(seen?.facts).toBeNull();
    expect(seen?.why).toMatch(/not Slurm's/);
  });

  test('work that no job explains is unknown, never cleared', async () => {
    await install({ scontrol: scontrol(), squeue: '' });
    await writeFile(join(folder, 'a'), 'ALLOCATED+DRAIN');
    const seen = await look(open());
    expect(seen?.facts).toBeNull();
    expect(seen?.why).toMatch(/shows work/);
    expect((await look(open(), 'b'))?.facts).not.toBeNull();
  });

  test('a node in state UNKNOWN (slurmctld has just started) is unknown', async () => {
    await install({ scontrol: scontrol(), squeue: '' });
    await writeFile(join(folder, 'a'), 'UNKNOWN+DRAIN');
    expect((await look(open()))?.facts).toBeNull();
  });

  test('a command that hangs is ended, and the driver says what it waits for', async () => {
    await install({ scontrol: 'exec sleep 300', squeue: 'exec sleep 300' });
    const driver = open({ timeout: '300ms' });
    const seen = await look(driver);
    expect(seen?.facts).toBeNull();
    expect(seen?.why).toMatch(/no end within 0\.3 s/);
    expect(driver.waitingFor().join()).toMatch(/slurmctld: no answer/);
  });

  test('an answer without end is cut off', async () => {
    const command = { file: 'yes', args: [], env: process.env, timeoutMs: 20_000, clock: wallClock(), signal, maxBytes: 100_000 };
    await expect(runCommand(command)).rejects.toMatchObject({ kind: 'too-much', started: true });
  });

  test('nobody waits any more: the command is ended', async () => {
    const abort = new AbortController();
    const command = { file: 'sleep', args: ['300'], env: process.env, timeoutMs: 200_000, clock: wallClock(), maxBytes: 1 };
    const running = runCommand({ ...command, signal: abort.signal });
    abort.abort();
    await expect(running).rejects.toMatchObject({ kind: 'aborted' });
  });

  test('commands that are not installed, a slurm.conf that is not there: said at once', async () => {
    expect((await look(open()))?.why).toMatch(/scontrol is not installed/);
    await install({ scontrol: scontrol(), squeue: '' });
    expect((await look(open({ conf: 'no/slurm.conf' })))?.why).toMatch(/no\/slurm\.conf cannot be read: see "conf"/);
    expect(await open({ conf: 'no/slurm.conf' }).diagnose(['a'], signal)).toMatchObject([{ severity: 'error', rule: 'slurm-answers' }]);
  });

  test('a socket that fails twice: asked a third time', async () => {
    const stammer =
      'if mkdir $F/first 2>/dev/null || mkdir $F/second 2>/dev/null; then echo "slurm_load_node error: Socket timed out on send/recv operation" >&2; exit 1; fi';
    await install({ scontrol: scontrol(`case "$*" in *"show node"*) ${stammer};; esac`), squeue: '' });
    expect((await look(open()))?.facts).not.toBeNull();
    expect(await calls('show node')).toBe(3);
  });

  test('slurmctld is down, says a ping: no other command is tried', async () => {
    await install({ scontrol: 'echo "Slurmctld(primary) at vm is DOWN"; exit 1', squeue: '' });
    expect((await look(open()))?.why).toMatch(/vm is DOWN/);
    expect(await calls('show')).toBe(0);
  });

  test('a backup controller answers for the dead primary', async () => {
    await install({ scontrol: scontrol().replace('echo "Slurm', 'echo "Slurmctld(primary) at v0 is DOWN"; echo "Slurm'), squeue: '' });
    expect((await look(open()))?.facts).not.toBeNull();
  });

  test('a signal whose fate is unknown is not sent again', async () => {
    // The last argument is "JobID:f12ab,...,Comment:r12ab": the marks that end a field and a row.
    const job = `f=$(expr "$8" : 'JobID:\\(f[0-9a-f]*\\)'); for v in 7 RUNNING ada a a 1 2 0 1 1 x x x x None name; do printf %s "$v$f"; done; printf %s "\${8##*:}"`;
    await install({
      scontrol: scontrol(),
      squeue: job,
      scancel: 'echo "scancel: error: Socket timed out on send/recv operation" >&2; exit 1',
    });
    const act = { role: 'scheduler', do: 'signal', job: '7', signal: 'USR1', to: 'batch' } as const;
    expect(await perform(open(), act, ['a'])).toMatchObject([{ target: 'a', outcome: 'unknown' }]);
    expect(await calls('scancel')).toBe(1);
  });

  test('one node that Slurm will not drain does not fail the rest of the call', async () => {
    const update = `case "$*" in *nodename=*b*) echo "slurm_update error: Invalid node state specified" >&2; exit 1;; esac
      for n in $(echo "$2" | sed 's/nodename=//; s/,/ /g'); do echo "IDLE+DRAIN X=1 Reason=\${4#reason=} [root@2026-11-22T07:13:38]" >$F/$n; done`;
    await install({ scontrol: scontrol(`case "$1" in update) ${update}; exit 0;; esac`), squeue: '' });
    const results = await perform(open(), { role: 'scheduler', do: 'drain', run: 'r1', why: 'x' }, ['a', 'b', 'c']);
    expect(results).toMatchObject([
      { target: 'a', outcome: 'done' },
      { target: 'b', outcome: 'refused', evidence: { words: 'slurm_update error: Invalid node state specified' } },
      { target: 'c', outcome: 'done' },
    ]);
  });

  test('no right to drain: asked once, not once for each node', async () => {
    await install({ scontrol: scontrol('case "$1" in update) echo "slurm_update error: Invalid user id" >&2; exit 1;; esac'), squeue: '' });
    const results = await perform(open(), { role: 'scheduler', do: 'drain', run: 'r1', why: 'x' }, ['a', 'b', 'c']);
    expect(results.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused']);
    expect(await calls('update')).toBe(1);
  });

  test('a reservation in use cannot be deleted: unknown, with the words, for the runner to come again', async () => {
    const line = 'ReservationName=pitstop-r1 StartTime=x EndTime=x Nodes=a NodeCnt=1 Flags=MAINT,SPEC_NODES TRES=cpu=1 State=ACTIVE';
    const more = `case "$*" in *"show res"*) echo "${line}"; exit;; delete*) echo "Requested reservation is in use" >&2; exit 1;; esac`;
    await install({ scontrol: scontrol(more), squeue: '' });
    expect(await perform(open(), { role: 'scheduler', do: 'unreserve', run: 'r1' }, ['a'])).toMatchObject([
      { outcome: 'unknown', evidence: { why: 'Requested reservation is in use' } },
    ]);
    expect(await calls('nodes=')).toBe(0);
  });

  test('no shell, no stdin, and nothing of the caller that changes what commands print', async () => {
    await install({ scontrol: scontrol(), squeue: 'env >$F/env; cat >$F/stdin' });
    const env = {
      PATH: process.env['PATH'],
      SQUEUE_FORMAT: '%i',
      SCANCEL_INTERACTIVE: '1',
      SLURM_CLUSTERS: 'other',
      SLURM_JWT: 't',
      LC_ALL: 'de_DE',
    };
    expect((await look(open({}, wallClock(), env)))?.facts).not.toBeNull();
    const seen = (await readFile(join(folder, 'env'), 'utf8')).split('\n');
    expect(seen).toEqual(expect.arrayContaining(['LC_ALL=C', 'SLURM_JWT=t', 'SLURM_TIME_FORMAT=%s']));
    expect(seen.filter((line) => /^(SQUEUE|SCANCEL|SLURM_CLUSTERS)/.test(line))).toEqual([]);
    expect(await readFile(join(folder, 'stdin'), 'utf8')).toBe('');
    const act = { role: 'scheduler', do: 'drain', run: 'r1', why: '$(touch pwned); `id` "x"' } as const;
    expect(open().describe({ act, targets: ['a', 'b'], key: 'k', deadline: 0 })).toEqual([
      `scontrol update nodename=a,b state=drain 'reason=pitstop:r1 $(touch pwned); \`id\` '\\''x'\\'''`,
    ]);
  });

  test('a job id or a signal that is none never reaches a command', async () => {
    await install({ scontrol: scontrol(), squeue: '', scancel: '' });
    for (const [job, name] of [
      ['--user=root', 'USR1'],
      ['7 8', 'USR1'],
      ['7', 'USR1 --full'],
    ] as const) {
      const act = { role: 'scheduler', do: 'signal', job, signal: name, to: 'batch' } as const;
      expect(await perform(open(), act, ['a'])).toMatchObject([{ outcome: 'refused' }]);
    }
  });

  test('many looks at once: at most four commands run beside each other, all looks are answered', async () => {
    const count = 'mkdir -p $F/running; touch $F/running/$$; ls $F/running | wc -l >>$F/beside; trap "rm -f $F/running/$$" EXIT';
    await install({ scontrol: `${count}\n${scontrol()}`, squeue: count });
    const driver = open();
    const seen = await Promise.all(Array.from({ length: 20 }, () => look(driver)));
    expect(seen.every((observation) => observation?.facts)).toBe(true);
    const beside = (await readFile(join(folder, 'beside'), 'utf8')).trim().split('\n').map(Number);
    expect(Math.max(...beside)).toBeLessThanOrEqual(5); // one may still be on its way out
    expect(Math.max(...beside)).toBeGreaterThan(1);
  });

  test('slow answers are said, with how many and how slow', async () => {
    await install({ scontrol: `sleep 0.05\n${scontrol()}`, squeue: 'sleep 0.05' });
    const driver = open({ timeout: '10m' }, wallClock(100));
    expect((await look(driver))?.facts).not.toBeNull();
    expect(driver.waitingFor().join()).toMatch(/^slurmctld: [2-5] of [2-5] calls slow \(last \d+(\.\d)? s\)$/);
  });
});

describe('options', () => {
  test('defaults, and parsing twice changes nothing', () => {
    expect(slurmOptions.parse({})).toEqual({ timeout: '30s', resPrefix: 'pitstop' });
    expect(slurmOptions.parse(slurmOptions.parse({ conf: 'c' }))).toEqual({ conf: 'c', timeout: '30s', resPrefix: 'pitstop' });
  });

  test.each([{ timeout: 30 }, { timeout: 'soon' }, { timeout: '0' }, { resPrefix: 'a b' }, { resPrefix: '' }, { config: 'x' }])(
    '%j is refused',
    (options) => {
      expect(slurmOptions.safeParse(options).success).toBe(false);
    },
  );
});
