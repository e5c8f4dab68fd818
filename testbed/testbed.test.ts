// Shows that the testbed is what it says: real daemons, nodes that reboot and misbehave, jobs that checkpoint, and nothing left behind.
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FeltRecord } from './felt.ts';
import { processesOf, readText } from './processes.ts';
import { realParts } from './requirements.ts';
import { Testbed } from './testbed.ts';
import { until } from './until.ts';

realParts(describe, 'testbed', () => {
  let bed: Testbed;
  beforeAll(async () => {
    bed = await Testbed.start({ nodes: 6, bootSeconds: 0 });
  });
  afterAll(async () => {
    await bed.stop();
  });

  const version = async (node: string): Promise<string> => (await bed.ssh(node, bed.command('version'))).stdout.trim();
  const feltBy = (node: string, what: FeltRecord['what']): FeltRecord[] =>
    bed.felt().filter((felt) => felt.node === node && felt.what === what);
  const boots = (node: string): number => feltBy(node, 'booted').length;
  const reachable = (node: string): Promise<true> => until(`${node} to answer`, async () => (await bed.ssh(node, 'true')).exit === 0);
  const reboot = (node: string): Promise<{ exit: number }> => bed.ssh(node, bed.command('reboot'));
  const rebooted = async (node: string, count: number): Promise<void> => {
    await until(`boot ${count} of ${node}`, () => boots(node) >= count);
    await reachable(node);
    await bed.waitForState('idle', [node]);
  };

  test('start: six nodes idle, topology and GPUs known', async () => {
    expect([...(await bed.nodeStates()).values()]).toEqual(Array(6).fill('idle'));
    expect(await bed.slurm('scontrol', ['show', 'topology'])).toContain('SwitchName=leaf1');
    expect((await bed.slurm('sinfo', ['-h', '-o', '%R %G'])).trim().split('\n')).toEqual(['batch gpu:h100:8', 'debug gpu:h100:8']);
  });

  test('job: runs on two nodes, its work is seen there, checkpoints on a signal and goes on', async () => {
    const job = await bed.submitJob({ nodes: 'n[1-2]', seconds: 0 });
    await until('both tasks', () => bed.felt().filter((felt) => felt.what === 'job-start' && felt.job === job.id).length === 2);
    expect((await bed.ssh('n2', bed.command('work'))).stdout).toContain('bin/task');
    expect((await bed.ssh('n3', bed.command('work'))).stdout).toBe('');
    await bed.slurm('scancel', ['--signal=USR1', '--batch', String(job.id)]);
    const saved = await until('a checkpoint', () => bed.checkpointOf(job));
    expect(saved.doneMs).toBeGreaterThan(0);
    expect(await bed.jobState(job)).toBe('RUNNING');
    bed.release(job);
    await until('the end of the job', async () => (await bed.jobState(job)) === 'COMPLETED');
    expect(feltBy('n2', 'job-end').map((felt) => felt.how)).toEqual(['done']);
  });

  test('job: a signal ends one that has no handler, and one that exits after its checkpoint', async () => {
    const never = await bed.submitJob({ nodes: 'n1', seconds: 0, checkpoint: 'never' });
    const exits = await bed.submitJob({ nodes: 'n2', seconds: 0, exitAfterCheckpoint: true });
    await until('both jobs', () =>
      [never, exits].every((job) => bed.felt().some((felt) => felt.what === 'job-start' && felt.job === job.id)),
    );
    for (const job of [never, exits]) await bed.slurm('scancel', ['--signal=USR1', '--batch', String(job.id)]);
    await until('the first to fail', async () => (await bed.jobState(never)) === 'FAILED');
    await until('the second to complete', async () => (await bed.jobState(exits)) === 'COMPLETED');
    expect(bed.checkpointOf(never)).toBeUndefined();
    expect(bed.checkpointOf(exits)).toBeDefined();
  });

  test('reboot: new boot id, the applied version runs, slurmd returns; down in between, and its work is gone', async () => {
    const before = (await bed.ssh('n2', bed.command('bootid'))).stdout;
    const job = await bed.submitJob({ nodes: 'n[1-2]', seconds: 0, checkpoint: 'never', requeue: false });
    await until('the job', () => bed.felt().filter((felt) => felt.what === 'job-start' && felt.job === job.id).length === 2);
    await bed.misbehave('n2', 'late', 1);
    await bed.ssh('n2', `${bed.command('apply')} 2025.07`);
    expect(await version('n2')).toBe('2025.06');
    await reboot('n2');
    await until('n2 to be down', async () => (await bed.ssh('n2', 'true')).exit === 255);
    await rebooted('n2', 2);
    expect(await version('n2')).toBe('2025.07');
    expect((await bed.ssh('n2', bed.command('bootid'))).stdout).not.toBe(before);
    expect((await bed.ssh('n2', bed.command('work'))).stdout).toBe('');
    expect(feltBy('n2', 'reboot')[0]?.work).toBeGreaterThan(0);
    expect(feltBy('n2', 'job-lost').map((felt) => felt.job)).toEqual([job.id]);
    expect(await bed.jobState(job)).toBe('FAILED');
    await bed.repair('n2');
  });

  test('reboot: a second one while the first is under way is felt and ignored', async () => {
    await bed.ssh('n1', `${bed.command('reboot')}; ${bed.command('reboot')}`);
    await rebooted('n1', 2);
    expect(feltBy('n1', 'reboot')).toHaveLength(1);
    expect(feltBy('n1', 'reboot-ignored')).toHaveLength(1);
  });

  test('reboot: scontrol reboot goes through the same machine', async () => {
    await bed.slurm('scontrol', ['reboot', 'asap', 'nextstate=resume', 'reason=try', 'n3']);
    await rebooted('n3', 2);
    expect(feltBy('n3', 'booted')[1]?.by).toBe('scontrol');
  });

  test('faults: never back, until repaired; and killing slurmctld meanwhile loses nothing', async () => {
    await bed.misbehave('n4', 'neverBack');
    await reboot('n4');
    await until('n4 to be dead', () => feltBy('n4', 'dead').length === 1);
    await bed.slurm('scontrol', ['update', 'nodename=n4', 'state=drain', 'reason=dead-for-good']);
    await until('the drain to be on disk', () => readText(`${bed.folder}/state/node_state`).includes('dead-for-good'));
    await bed.killSlurmctld();
    await bed.restartSlurmctld();
    await bed.waitForState(/^drain/, ['n4']);
    expect((await bed.ssh('n4', 'true')).exit).toBe(255);
    await bed.repair('n4');
    await reachable('n4');
    await bed.slurm('scontrol', ['update', 'nodename=n4', 'state=resume']);
    await bed.waitForState('idle', ['n4']);
  });

  test('faults: old version, apply fails, health fails, back twice', async () => {
    await bed.misbehave('n5', 'applyFails');
    expect((await bed.ssh('n5', `${bed.command('apply')} 2025.07`)).exit).toBe(1);
    await bed.repair('n5');
    expect((await bed.ssh('n5', bed.command('health'))).exit).toBe(0);
    await bed.misbehave('n5', 'healthFails');
    expect((await bed.ssh('n5', bed.command('health'))).exit).toBe(1);
    await bed.misbehave('n5', 'oldVersion');
    await bed.misbehave('n5', 'backTwice', 1);
    await bed.ssh('n5', `${bed.command('apply')} 2025.07`);
    await reboot('n5');
    await rebooted('n5', 3);
    expect(feltBy('n5', 'booted').map((felt) => felt.by)).toEqual(['start', 'ssh', 'itself']);
    expect(await version('n5')).toBe('2025.06');
  });

  test('faults: a drain hangs until released; a planted job starts nowhere while no node is open; somebody else reboots', async () => {
    await bed.slurm('scontrol', ['update', 'nodename=n[1-5]', 'state=drain', 'reason=test']);
    await bed.misbehave('n6', 'hangDrain');
    await bed.slurm('scontrol', ['update', 'nodename=n6', 'state=drain', 'reason=test']);
    const [planted] = await bed.plantJobs(1, 1);
    if (planted === undefined) throw new Error('no job planted');
    await bed.slurm('scancel', ['--signal=USR1', '--batch', '--name=hanging']);
    await bed.waitForState('draining', ['n6']);
    expect(await bed.jobState(planted)).toBe('PENDING');
    bed.releaseDrain('n6');
    await bed.waitForState('drained', ['n6']);
    await bed.rebootedBySomebodyElse('n6');
    await until('n6 to boot', () => boots('n6') === 2);
    expect(bed.felt().filter((felt) => felt.name === 'planted')).toEqual([]);
    await bed.slurm('scontrol', ['update', 'nodename=n6', 'state=resume']);
    await until('the planted job on n6', () => feltBy('n6', 'job-start').some((felt) => felt.job === planted.id));
  });

  test('stop: leaves no process and no file', async () => {
    await bed.submitJob({ nodes: 'n6', seconds: 0 });
    await bed.slurm('scontrol', ['update', 'nodename=n[1-5]', 'state=resume']);
    await reboot('n5');
    expect(processesOf(bed.folder)).not.toEqual([]);
    await bed.stop();
    expect(existsSync(bed.folder)).toBe(false);
    expect(feltBy('n5', 'reboot')).toHaveLength(3);
    expect(processesOf(bed.folder)).toEqual([]);
  });
});
