// The driver against real slurmctld and slurmds: the conformance suite with each ReturnToService, and what only Slurm does.
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { schedulerConformance, type SchedulerWorld } from '../../../test/conformance/driver.ts';
import type { JobSettings } from '../../../testbed/jobs.ts';
import { realParts } from '../../../testbed/requirements.ts';
import { Testbed } from '../../../testbed/testbed.ts';
import { until } from '../../../testbed/until.ts';
import type { ActRequest, Driver, Observation, Result } from '../../core/ports.ts';
import { wallClock } from '../../std/clock.ts';
import { openSlurm } from './slurm.ts';
import { surveySlurm } from './survey.ts';

const clock = wallClock();
const { signal } = new AbortController();

realParts(describe, 'slurm', () => {
  for (const returnToService of [0, 1, 2] as const) {
    schedulerConformance(`slurm, ReturnToService=${returnToService}`, () => openWorld(returnToService));
  }
  onOneCluster();
});

function onOneCluster(): void {
  describe.concurrent('slurm: a cluster of its own', () => {
    test(
      'slurmctld killed -9 in the middle: nothing is known, nothing throws, and afterwards all is put right',
      { timeout: 90_000 },
      async () => {
        await using cluster = await Cluster.start();
        const { driver, testbed } = cluster;
        const [a = '', b = ''] = testbed.nodes;
        await cluster.act({ role: 'scheduler', do: 'reserve', run: 'r1' }, [a, b]);
        await cluster.act({ role: 'scheduler', do: 'drain', run: 'r1', why: 'x' }, [a]);
        await testbed.killSlurmctld();
        const seen = await driver.observe([a, b], signal);
        expect(seen.map(({ facts }) => facts)).toEqual([null, null]);
        expect(seen[0]?.why).toMatch(/slurmctld does not answer/);
        expect(await cluster.act({ role: 'scheduler', do: 'drain', run: 'r1', why: 'x' }, [b])).toMatchObject([{ outcome: 'unknown' }]);
        expect(driver.waitingFor().join()).toMatch(/slurmctld: no answer for .*is DOWN|connect failure/);
        expect(await driver.diagnose([], signal)).toMatchObject([{ severity: 'error', rule: 'slurm-answers' }]);
        await testbed.restartSlurmctld();
        // A reservation made in the second before a kill -9 may be lost: Slurm had not saved it. So may the drain.
        for (const act of ['reserve', 'drain'] as const) {
          await cluster.actUntilDone(
            act === 'drain' ? { role: 'scheduler', do: act, run: 'r1', why: 'x' } : { role: 'scheduler', do: act, run: 'r1' },
            [a, b],
          );
        }
        await until('facts of both', async () => (await cluster.look(a)).facts !== null && (await cluster.look(b)).facts !== null);
        for (const node of [a, b])
          expect((await cluster.look(node)).facts).toMatchObject({ drain: { run: 'r1' }, reservation: { run: 'r1' }, inService: false });
        expect(driver.waitingFor().filter((words) => words.includes('no answer'))).toEqual([]);
        await cluster.act({ role: 'scheduler', do: 'undrain', run: 'r1' }, [a, b]);
        await cluster.act({ role: 'scheduler', do: 'unreserve', run: 'r1' }, [a, b]);
        await until('both in service', async () =>
          [await cluster.look(a), await cluster.look(b)].every(({ facts }) => facts?.role === 'scheduler' && facts.inService),
        );
      },
    );

    test('what is foreign, what is pending, and how jobs may be treated', { timeout: 90_000 }, async () => {
      await using cluster = await Cluster.start();
      await foreignReservations(cluster);
      await pendingReboot(cluster);
      await jobsOfManyKinds(cluster);
      await slowEpilog(cluster);
      await surveyed(cluster);
    });
  });
}

/** Maintenance by others takes a node out of service; a reservation for users does not; a node in ours and theirs counts as theirs. */
async function foreignReservations({ testbed, look, act }: Cluster): Promise<void> {
  const [a = '', b = ''] = testbed.nodes;
  const make = (name: string, node: string, flags: string): Promise<string> =>
    testbed.slurm('scontrol', [
      'create',
      'reservation',
      `reservationname=${name}`,
      'starttime=now',
      'duration=60',
      'users=root',
      `nodes=${node}`,
      flags,
    ]);
  await make('electricians', a, 'flags=maint');
  await make('course', b, 'flags=ignore_jobs');
  expect((await look(a)).facts).toMatchObject({ inService: false, reservation: { by: 'foreign', run: null, reason: 'electricians' } });
  expect((await look(b)).facts).toMatchObject({ inService: true, reservation: null });
  await act({ role: 'scheduler', do: 'reserve', run: 'r2' }, [a, b]);
  expect((await look(a)).facts).toMatchObject({ reservation: { by: 'foreign' } });
  expect((await look(b)).facts).toMatchObject({ reservation: { by: 'pitstop', run: 'r2' } });
  await act({ role: 'scheduler', do: 'unreserve', run: 'r2' }, [a, b]);
  expect(await testbed.slurm('scontrol', ['show', 'res'])).toMatch(/electricians[\s\S]*course|course[\s\S]*electricians/);
  for (const name of ['electricians', 'course']) await testbed.slurm('scontrol', ['delete', `reservationname=${name}`]);
}

/** While `scontrol reboot` is pending, a resume would open the node before its reboot, and a drain would be lost in it. */
async function pendingReboot({ testbed, look, act, actUntilDone }: Cluster): Promise<void> {
  const a = testbed.nodes[0] ?? '';
  const job = await runningJob(testbed, { nodes: a, seconds: 600, ignoreSignal: true });
  const drain = { role: 'scheduler', do: 'drain', run: 'r3', why: 'x' } as const;
  await act({ role: 'scheduler', do: 'reserve', run: 'r3' }, [a]);
  await act(drain, [a]);
  await testbed.slurm('scontrol', ['reboot', 'nextstate=down', a]);
  expect((await look(a)).facts).toMatchObject({ inService: false });
  expect(await act({ role: 'scheduler', do: 'undrain', run: 'r3' }, [a])).toMatchObject([{ outcome: 'refused' }]);
  await testbed.slurm('scancel', [String(job)]);
  await until('the reboot to be over', async () => {
    const { facts } = await look(a);
    return (
      facts?.role === 'scheduler' &&
      facts.responding &&
      !facts.state.includes('reboot') &&
      testbed.felt().some(({ what }) => what === 'booted')
    );
  });
  await actUntilDone(drain, [a]);
  await act({ role: 'scheduler', do: 'undrain', run: 'r3' }, [a]);
  await act({ role: 'scheduler', do: 'unreserve', run: 'r3' }, [a]);
  await until('it to be in service', async () => {
    const { facts } = await look(a);
    return facts?.role === 'scheduler' && facts.inService;
  });
}

/** --no-requeue is respected, a held job stays, a finished job is not run again, a signal arrives. */
async function jobsOfManyKinds({ testbed, look, act }: Cluster): Promise<void> {
  const [a = '', b = ''] = testbed.nodes;
  const stubborn = await runningJob(testbed, { nodes: a, seconds: 600, requeue: false });
  const movable = await runningJob(testbed, { nodes: b, seconds: 600, checkpoint: 'signal' });
  const facts = (await look(b)).facts;
  expect(facts).toMatchObject({
    jobs: [{ id: String(movable), batchNode: b, gpus: 8, restarts: 0, state: 'running', endsBy: null, nodes: b }],
  });
  const requeue = (job: number, hold: boolean) => act({ role: 'scheduler', do: 'requeue', job: String(job), hold }, [a]);
  expect(await requeue(stubborn, false)).toMatchObject([{ outcome: 'refused', evidence: { words: expect.stringContaining('disabled') } }]);
  await act({ role: 'scheduler', do: 'signal', job: String(movable), signal: 'USR1', to: 'batch' }, [b]);
  await until('a checkpoint', () => testbed.checkpointOf({ id: movable }) !== undefined);
  expect(['done', 'accepted']).toContain((await requeue(movable, true))[0]?.outcome);
  await until('it to be held', async () =>
    / Reason=job_requeued_in_held_state |held/i.test(await testbed.slurm('scontrol', ['show', 'job', '-o', String(movable)])),
  );
  expect(['done', 'accepted']).toContain((await requeue(movable, true))[0]?.outcome);
  for (const job of [stubborn, movable]) await testbed.slurm('scancel', [String(job)]);
  await until('them to end', async () => (await testbed.slurm('squeue', ['-h'])) === '');
  expect(await requeue(movable, false)).toMatchObject([{ outcome: 'refused' }]);
  expect(await testbed.slurm('squeue', ['-h'])).toBe('');
}

/** The job is over and its CPUs are free, but its epilog still works on the node. */
async function slowEpilog({ testbed, look }: Cluster): Promise<void> {
  const a = testbed.nodes[0] ?? '';
  const [script, gate] = [join(testbed.folder, 'epilog'), join(testbed.folder, 'epilog-may-end')];
  await writeFile(script, `#!/bin/sh\nuntil [ -e ${gate} ]; do sleep 0.1; done\n`, { mode: 0o755 });
  await appendFile(join(testbed.folder, 'slurm.conf'), `Epilog=${script}\n`);
  await testbed.slurm('scontrol', ['reconfigure']);
  const job = await runningJob(testbed, { nodes: a, seconds: 600 });
  await testbed.slurm('scancel', [String(job)]);
  await until('the epilog', async () => (await testbed.nodeStates()).get(a)?.includes('completing'));
  expect((await look(a)).facts).toMatchObject({ jobs: [{ id: String(job), state: 'completing' }] });
  await writeFile(gate, '');
  await until('the end of the epilog', async () => {
    const { facts } = await look(a);
    return facts?.role === 'scheduler' && facts.jobs.length === 0;
  });
}

async function surveyed({ testbed }: Cluster): Promise<void> {
  const survey = await surveySlurm({ conf: 'slurm.conf' }, { folder: testbed.folder, env: process.env, clock });
  expect(survey.clusterName).toBe('testbed');
  expect(survey.nodes.map(({ name, gpus, cpus }) => ({ name, gpus, cpus }))).toEqual(
    testbed.nodes.map((name) => ({ name, gpus: 8, cpus: 16 })),
  );
  expect(survey.partitions.map(({ name, isDefault }) => ({ name, isDefault }))).toEqual([
    { name: 'batch', isDefault: true },
    { name: 'debug', isDefault: false },
  ]);
  expect(survey.topology).toEqual([
    { switch: 'leaf1', level: 0, nodes: testbed.nodes, switches: [] },
    { switch: 'spine1', level: 1, nodes: testbed.nodes, switches: ['leaf1'] },
  ]);
}

/** A testbed and the driver on it. Its functions may be taken out of it. */
class Cluster implements AsyncDisposable {
  readonly testbed: Testbed;
  readonly driver: Driver;
  #keys = 0;

  private constructor(testbed: Testbed) {
    this.testbed = testbed;
    this.driver = openSlurm({ conf: 'slurm.conf' }, { folder: testbed.folder, env: process.env, clock });
  }

  static async start(returnToService: 0 | 1 | 2 = 2, nodes = 2): Promise<Cluster> {
    return new Cluster(await Testbed.start({ nodes, returnToService }));
  }

  readonly look = async (node: string): Promise<Observation> => {
    const [observation] = await this.driver.observe([node], signal);
    if (!observation) throw new Error(`no observation of ${node}`);
    return observation;
  };

  readonly act = (act: ActRequest['act'], targets: readonly string[]): Promise<Result[]> =>
    this.driver.act({ act, targets, key: `test/${this.#keys++}`, deadline: clock.now() + 60_000 }, signal);

  readonly actUntilDone = (act: ActRequest['act'], targets: readonly string[]): Promise<true> =>
    until(`${act.do} to be done`, async () => (await this.act(act, targets)).every(({ outcome }) => outcome === 'done'));

  async [Symbol.asyncDispose](): Promise<void> {
    await this.driver.close();
    await this.testbed.stop();
  }
}

async function openWorld(returnToService: 0 | 1 | 2): Promise<SchedulerWorld> {
  const cluster = await Cluster.start(returnToService, 5);
  const { testbed, driver } = cluster;
  return {
    driver,
    nodes: testbed.nodes,
    clock,
    foreignDrain: async (node, reason) =>
      void (await testbed.slurm('scontrol', ['update', `nodename=${node}`, 'state=drain', `reason=${reason}`])),
    startJob: async (nodes, seconds) => String(await runningJob(testbed, { nodes: nodes.join(','), seconds, checkpoint: 'signal' })),
    endJob: async (id) => void (await testbed.slurm('scancel', [id])),
    jobStartsOn: (node) => jobStartsOn(testbed, node),
    rebootOutOfBand: async (node) => {
      const boots = (): number => testbed.felt().filter((felt) => felt.what === 'booted' && felt.node === node).length;
      const before = boots();
      await testbed.rebootedBySomebodyElse(node);
      await until(`${node} to boot`, () => boots() > before);
    },
    stop: () => testbed.stop(),
  };
}

async function runningJob(testbed: Testbed, job: JobSettings): Promise<number> {
  const { id } = await testbed.submitJob(job);
  const count = String(job.nodes).split(',').length;
  await until(`job ${id} to run`, () => testbed.felt().filter(({ what, job }) => what === 'job-start' && job === id).length >= count);
  return id;
}

/** slurmctld says why a job waits once it has tried it; until then the reason is None. */
async function jobStartsOn(testbed: Testbed, node: string): Promise<boolean> {
  const { id } = await testbed.submitJob({ nodes: node, seconds: 600, checkpoint: 'never', name: 'planted' });
  try {
    const verdict = await until(`a verdict on the planted job ${id}`, async () => {
      const [state = '', reason = ''] = (await testbed.slurm('squeue', ['-h', '-j', String(id), '-o', '%T|%r'])).trim().split('|');
      if (state === 'RUNNING') return 'starts';
      return state === 'PENDING' && reason !== 'None' && reason !== 'Priority' ? 'waits' : undefined;
    });
    // Cancelled while it is being launched, a job stays COMPLETING until slurmctld asks again, a minute later: let it begin first.
    if (verdict === 'starts')
      await until(`job ${id} to begin its work`, () => testbed.felt().some(({ what, job }) => what === 'job-start' && job === id), 60);
    return verdict === 'starts';
  } finally {
    await testbed.slurm('scancel', [String(id)]);
    await until(`the planted job ${id} to be gone`, async () => (await testbed.slurm('squeue', ['-h', '-w', node])) === '', 120);
  }
}
