// Shows that a bound node is one thing: its power takes slurmd, sshd and links at once, switches take what is behind them, and faults do what they say.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FeltRecord } from './felt.ts';
import { processesOf } from './processes.ts';
import { realParts, type Part } from './requirements.ts';
import { Testbed } from './testbed.ts';
import { until } from './until.ts';

const PARTS: readonly Part[] = [
  'slurmctld',
  'slurmd',
  'munged',
  'sshd',
  'ibsim',
  'opensm',
  'iblinkinfo',
  'ipmi_sim',
  'ipmitool',
  'prometheus-alertmanager',
];
const run = promisify(execFile);
const NEW = '31.2014';
const MINUTE = 60_000;

type LinkState = 'Active' | 'Initialize' | 'Down';

/** As iblinkinfo shows the port of a leaf; null: the leaf is not seen. */
async function stateOf(bed: Testbed, leaf: string, port: number): Promise<LinkState | null> {
  const line = (await bed.site.command('iblinkinfo', ['-l']))
    .split('\n')
    .find((text) => new RegExp(`^\\S+ "\\s*${leaf}"\\s+\\d+\\s+${port}\\[`).test(text));
  return (/==\(.*?(Active|Initialize|Down)\//.exec(line ?? '')?.[1] ?? null) as LinkState | null;
}

function linkIs(bed: Testbed, leaf: string, port: number, wanted: LinkState | null): Promise<true> {
  return until(`port ${port} of ${leaf} to be ${wanted}`, async () => (await stateOf(bed, leaf, port)) === wanted, 30);
}

/** What `pitstop plan` prints of the documents in the folder. */
async function planOf(bed: Testbed): Promise<string> {
  const bin = join(import.meta.dirname, '../bin/pitstop.mjs');
  const options = { cwd: bed.folder, env: { ...bed.env, PITSTOP_STATE: join(bed.folder, 'state') } };
  const files = [
    '--fleet',
    bed.fleetYaml,
    '--change',
    bed.changeYaml,
    '--policy',
    bed.policyYaml,
    '-o',
    join(bed.folder, 'summer.plan.json'),
  ];
  const { stdout } = await run(process.execPath, [bin, 'plan', ...files], options);
  return stdout;
}

realParts(
  describe,
  'bound testbed',
  () => {
    let bed: Testbed;
    beforeAll(async () => {
      bed = await Testbed.start({
        nodes: 4,
        bootSeconds: 1,
        slurmdTimeoutSeconds: 4,
        site: { units: 1, rails: 2, spines: 2, movers: false },
      });
    }, MINUTE);
    afterAll(() => bed.stop());

    const felt = (node: string, what: FeltRecord['what']): FeltRecord[] =>
      bed.felt().filter((one) => one.node === node && one.what === what);
    const reachable = (node: string): Promise<true> => until(`${node} to answer`, async () => (await bed.ssh(node, 'true')).exit === 0, 30);
    const bin = (name: string): string => join(bed.folder, 'bin', name);
    const back = async (node: string, boots: number): Promise<void> => {
      await until(`boot ${boots} of ${node}`, () => felt(node, 'booted').length >= boots, 30);
      await reachable(node);
      await bed.waitForState('idle', [node]);
    };
    const runs = async (job: { id: number }, tasks: number): Promise<void> => {
      await until('the job', () => bed.felt().filter((one) => one.what === 'job-start' && one.job === job.id).length === tasks);
    };

    test('a power cycle by ipmitool: slurmd, sshd, jobs and links go at once, and all come back', { timeout: MINUTE }, async () => {
      const job = await bed.submitJob({ nodes: 'n[1-2]', seconds: 0, checkpoint: 'never', requeue: false });
      await runs(job, 2);
      await bed.misbehave('n2', 'late', 3);
      await bed.site.ipmi('n2', ['chassis', 'power', 'cycle']);
      await linkIs(bed, 'u1r1', 2, 'Down');
      expect(await stateOf(bed, 'u1r2', 2)).toBe('Down');
      expect(await stateOf(bed, 'u1r1', 1)).toBe('Active');
      expect((await bed.ssh('n2', 'true')).exit).toBe(255);
      expect(felt('n2', 'power-off')).toMatchObject([{ by: 'bmc', work: expect.any(Number) }]);
      expect(felt('n2', 'job-lost').map((one) => one.job)).toEqual([job.id]);
      await back('n2', 2);
      await linkIs(bed, 'u1r1', 2, 'Active');
      await linkIs(bed, 'u1r2', 2, 'Active');
      expect(felt('n2', 'booted')[1]?.by).toBe('bmc');
      await bed.repair('n2');
    });

    test('power off stays off: the BMC, Slurm and the fabric say so; on boots it', { timeout: 2 * MINUTE }, async () => {
      await bed.site.ipmi('n3', ['chassis', 'power', 'off']);
      expect(await bed.site.ipmi('n3', ['chassis', 'power', 'status'])).toContain('is off');
      expect(await bed.site.ipmi('n4', ['chassis', 'power', 'status'])).toContain('is on');
      await bed.waitForState(/^down|\*$/, ['n3'], 60); // Slurm asks every few seconds
      await linkIs(bed, 'u1r1', 3, 'Down');
      await bed.site.ipmi('n3', ['chassis', 'power', 'on']);
      await back('n3', 2);
      await linkIs(bed, 'u1r1', 3, 'Active');
    });

    test(
      'a reboot takes the links too, and what was burnt runs afterwards; a reset brings it in without a boot',
      { timeout: MINUTE },
      async () => {
        await bed.ssh('n1', `${bin('hca-burn')} 28.43`);
        expect((await bed.ssh('n1', `${bin('version')} hca`)).stdout.trim()).toBe('28.39');
        await bed.ssh('n1', bed.command('reboot'));
        await linkIs(bed, 'u1r2', 1, 'Down');
        await back('n1', 2);
        await linkIs(bed, 'u1r2', 1, 'Active');
        expect((await bed.ssh('n1', `${bin('version')} hca; ${bin('version')} os`)).stdout.trim()).toBe('28.43\n2025.06');
        await bed.ssh('n1', `${bin('hca-burn')} 28.44; ${bin('hca-reset')}`);
        expect(bed.site.hcaVersion('n1')).toBe('28.44');
        expect(felt('n1', 'booted')).toHaveLength(2);
        await linkIs(bed, 'u1r1', 1, 'Active');
      },
    );

    test(
      'a leaf reloads: it and its links are gone, its jobs are lost, then it runs what was burnt; a node that is off stays off',
      { timeout: MINUTE },
      async () => {
        const job = await bed.submitJob({ nodes: 'n[1-2]', seconds: 0, checkpoint: 'never', requeue: false });
        await runs(job, 2);
        await bed.site.ipmi('n4', ['chassis', 'power', 'off']);
        await bed.site.command('switch-stage', ['u1r1', NEW]);
        await bed.site.command('switch-burn', ['u1r1', NEW]);
        expect((await bed.site.command('switch-version', ['u1r1'])).trim()).toBe('31.2012');
        const reloading = bed.site.command('switch-reload', ['u1r1']);
        await linkIs(bed, 'u1r1', 1, null);
        await expect(bed.site.command('switch-version', ['u1r1'])).rejects.toThrow('does not answer');
        await reloading;
        expect((await bed.site.command('switch-version', ['u1r1'])).trim()).toBe(NEW);
        await linkIs(bed, 'u1r1', 1, 'Active');
        expect(await stateOf(bed, 'u1r1', 4)).toBe('Down');
        const [went] = felt('u1r1', 'switch-down');
        expect(went).toMatchObject({ by: 'fabric', nodes: 'n1,n2,n3,n4', stranded: 'n1,n2,n3,n4' });
        expect(went?.work).toBeGreaterThan(0);
        expect(felt('u1r1', 'switch-up')).toMatchObject([{ by: 'fabric', version: NEW }]);
        await until('the job to fail', async () => (await bed.jobState(job)) === 'FAILED');
        await bed.site.ipmi('n4', ['chassis', 'power', 'on']);
        await back('n4', 2);
        await linkIs(bed, 'u1r1', 4, 'Active');
      },
    );

    test('the last spine reloads: the tools look through the other one, jobs go on', { timeout: MINUTE }, async () => {
      const job = await bed.submitJob({ nodes: 'n[1-2]', seconds: 0, checkpoint: 'never' });
      await runs(job, 2);
      await bed.misbehave('s2', 'switchUnlinked');
      await linkIs(bed, 's2', 1, null);
      expect(await stateOf(bed, 'u1r1', 1)).toBe('Active');
      expect(felt('s2', 'switch-down')).toMatchObject([{ by: 'somebody', stranded: '' }]);
      await bed.repair('s2');
      await linkIs(bed, 's2', 1, 'Active');
      expect(await bed.jobState(job)).toBe('RUNNING');
      bed.release(job);
      await bed.waitForState('idle');
    });

    test('subnet managers: the standby takes over, and gives the mastery back', { timeout: MINUTE }, async () => {
      const master = async (): Promise<string> => /sm guid (0x[0-9a-f]+)/.exec(await bed.site.command('sminfo').catch(() => ''))?.[1] ?? '';
      const first = await master();
      const since = performance.now();
      await bed.site.fabric.stopManager('sm1');
      const next = await until('another master', async () => {
        const now = await master();
        return now !== '' && now !== first && now;
      });
      console.info(`the standby took over after ${Math.round(performance.now() - since)} ms`);
      expect(next).not.toBe(first);
      await bed.site.fabric.startManager('sm1');
      await until('the first to be master again', async () => (await master()) === first);
    });

    test(
      'faults of ports: one stays in Initialize until it is reseated, one down until repaired, one flaps, one counts errors',
      { timeout: 2 * MINUTE },
      async () => {
        const reset = (node: string): Promise<unknown> => bed.ssh(node, bin('hca-reset'));
        await bed.misbehave('n2', 'portInitialize', 2);
        expect(await stateOf(bed, 'u1r2', 2)).toBe('Active');
        await reset('n2');
        await linkIs(bed, 'u1r1', 2, 'Active');
        await linkIs(bed, 'u1r2', 2, 'Initialize');
        expect((await bed.ssh('n1', `${bin('rail')} 2 n1 n2`)).exit).toBe(1);
        expect((await bed.ssh('n1', `${bin('rail')} 1 n1 n2`)).exit).toBe(0);
        await bed.site.reseat('n2/mlx5_1--u1r2/2');
        await linkIs(bed, 'u1r2', 2, 'Active');

        await bed.misbehave('n2', 'portDown');
        await reset('n2');
        await linkIs(bed, 'u1r2', 2, 'Active');
        expect(await stateOf(bed, 'u1r1', 2)).toBe('Down');
        await bed.repair('n2');
        await linkIs(bed, 'u1r1', 2, 'Active');

        await bed.misbehave('n3', 'flappingCable');
        await reset('n3');
        for (const state of ['Down', 'Active', 'Down'] as const) await linkIs(bed, 'u1r1', 3, state);
        await bed.repair('n3');
        await until('the cable to hold still', () => !existsSync(join(bed.folder, 'nodes', 'n3', 'flap.pid')));
        await linkIs(bed, 'u1r1', 3, 'Active');

        const errors = async (): Promise<number> =>
          Number(/n4 mlx5_0.*?SymbolErrorCounter == (\d+)/s.exec(await bed.site.fabric.tool('ibqueryerrors', ['--skip-sl']))?.[1] ?? 0);
        await bed.misbehave('n4', 'errorsGrow');
        const some = await until('errors', async () => (await errors()) || false);
        await until('more errors', async () => (await errors()) > some);
        expect(await stateOf(bed, 'u1r1', 4)).toBe('Active');
        await bed.site.reseat('n4/mlx5_0--u1r1/4');
        await until('the cable to be clean', async () => (await errors()) === 0);
        await linkIs(bed, 'u1r1', 4, 'Active');
      },
    );

    test('faults of nodes: sshd refuses, the BMC hangs, a pair fails, what was burnt is lost', { timeout: 2 * MINUTE }, async () => {
      const boots = felt('n4', 'booted').length;
      await bed.misbehave('n4', 'sshRefuses');
      await bed.misbehave('n4', 'oldVersion');
      await bed.ssh('n4', `${bin('hca-burn')} 28.43; ${bed.command('reboot')}`);
      await until('n4 to boot', () => felt('n4', 'booted').length > boots);
      await bed.waitForState('idle', ['n4']);
      expect((await bed.ssh('n4', 'true')).exit).toBe(255);
      expect(bed.site.hcaVersion('n4')).toBe('28.39');
      await bed.repair('n4');
      await reachable('n4');

      await bed.misbehave('n4', 'bmcHangs');
      await expect(bed.site.ipmi('n4', ['chassis', 'power', 'status'])).rejects.toThrow('ipmitool');
      await bed.repair('n4');
      await until('the BMC to answer', async () =>
        (await bed.site.ipmi('n4', ['chassis', 'power', 'status']).catch(() => '')).includes('is on'),
      );

      await bed.misbehave('n3', 'pairFails');
      expect((await bed.ssh('n1', `${bin('pair')} n1 n3`)).exit).toBe(1);
      expect((await bed.ssh('n1', `${bin('all')} n1 n2 n4`)).exit).toBe(0);
      await bed.repair('n3');
      expect((await bed.ssh('n1', `${bin('pair')} n1 n3`)).exit).toBe(0);

      await bed.misbehave('u1r2', 'oldVersion');
      await bed.site.command('switch-burn', ['u1r2', NEW]);
      await bed.site.command('switch-reload', ['u1r2']);
      expect(bed.site.switchVersion('u1r2')).toBe('31.2012');
      await bed.repair('u1r2');
    });

    test('stop: leaves no process and no folder', { timeout: MINUTE }, async () => {
      await bed.misbehave('n1', 'errorsGrow');
      await bed.ssh('n1', bed.command('reboot'));
      const { url } = bed.site.alertmanager;
      expect(processesOf(bed.folder).length).toBeGreaterThan(10);
      await bed.stop();
      expect(existsSync(bed.folder)).toBe(false);
      expect(processesOf(bed.folder)).toEqual([]);
      await expect(fetch(url)).rejects.toThrow();
    });
  },
  PARTS,
);

realParts(
  describe,
  'bound testbed with movers and alerts',
  () => {
    test(
      'they meddle with drained and dead nodes, and not while leased; alerts say whether they are silenced',
      { timeout: 2 * MINUTE },
      async () => {
        await using bed = await Testbed.start({ nodes: 4, bootSeconds: 1, site: { units: 1, rails: 2, spines: 2 } });
        const felt = (node: string, what: FeltRecord['what']): FeltRecord[] =>
          bed.felt().filter((one) => one.node === node && one.what === what);
        const drain = (node: string): Promise<string> =>
          bed.slurm('scontrol', ['update', `nodename=${node}`, 'state=drain', 'reason=test']);
        await drain('n1');
        await until('the autoscaler to open n1', () => felt('n1', 'mover').some(({ by }) => by === 'autoscaler'));
        await bed.waitForState('idle', ['n1']);
        for (const mover of ['autoscaler', 'auto-repair']) {
          await bed.site.command('lease-take', [mover]);
          await bed.site.command('lease-verify', [mover]);
        }
        await drain('n2');
        await bed.misbehave('n3', 'neverBack');
        const silence = {
          matchers: [{ name: 'instance', value: 'n3' }],
          createdBy: 'test',
          comment: 'test',
          endsAt: Date.now() + 10 * MINUTE,
        };
        const id = await bed.site.alertmanager.silence(silence);
        await bed.rebootedBySomebodyElse('n3');
        await until('a silenced alert', () => felt('n3', 'alert').some(({ suppressed }) => suppressed === true));
        await bed.site.alertmanager.expire(id);
        await until('it to be loud', () => felt('n3', 'alert').at(-1)?.suppressed === false);
        expect([...felt('n2', 'mover'), ...felt('n3', 'mover')]).toEqual([]);
        await bed.site.command('lease-give', ['auto-repair']);
        await until('the auto-repair to cycle n3', () => felt('n3', 'power-off').length > 0);
        expect(felt('n3', 'mover')).toMatchObject([{ by: 'auto-repair', work: 0 }]);
        await bed.site.command('lease-take', ['auto-repair']);
        await bed.repair('n3');
        await until('the alert to be over', () => felt('n3', 'alert-over').length > 0);
        expect(felt('n2', 'mover')).toEqual([]);
      },
    );

    test('another customer behind the same spines: nodes and a partition of its own', { timeout: MINUTE }, async () => {
      await using bed = await Testbed.start({ nodes: 4, site: { units: 1, rails: 2, spines: 2, sharedSpine: true, movers: false } });
      expect(bed.guests).toEqual(['m1', 'm2', 'm3', 'm4']);
      const said = await planOf(bed);
      expect(said).toMatch(/3 waves[^]*testbed\.switch\.main[^]*testbed\.node\.main/);
      expect(said).toContain('m[1-4]: 4 nodes of customer borealis lose power, a link or the subnet manager in wave testbed.switch.main');
      expect(said).not.toMatch(/^ *error /m);
      expect(await stateOf(bed, 'u2r1', 1)).toBe('Active');
      expect((await bed.slurm('sinfo', ['-h', '-o', '%R %N'])).trim().split('\n')).toContain('guests m[1-4]');
      expect((await bed.ssh('m4', bed.command('version'))).stdout.trim()).toBe('2025.06');
      await bed.site.command('switch-reload', ['s1']);
      expect(bed.felt().find(({ what }) => what === 'switch-down')).toMatchObject({
        node: 's1',
        nodes: 'n1,n2,n3,n4,m1,m2,m3,m4',
        stranded: '',
      });
    });

    test(
      '16 nodes, 2 units, 4 rails: how long it takes; and nothing is left when its process is killed',
      { timeout: 2 * MINUTE },
      async () => {
        const started = performance.now();
        const script = `import { Testbed } from ${JSON.stringify(join(import.meta.dirname, 'testbed.ts'))};
      const bed = await Testbed.start({ nodes: 16, site: { units: 2, rails: 4, spines: 2 } });
      console.log(JSON.stringify({ folder: bed.folder, url: bed.site.alertmanager.url }));
      process.stdin.resume();`;
        const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
        const said = await new Promise<string>((done) => child.stdout.once('data', (text: Buffer) => done(text.toString())));
        console.info(`16 nodes, 8 leaves, 2 spines, 16 BMCs, Alertmanager: up in ${Math.round(performance.now() - started)} ms`);
        const { folder, url }: { folder: string; url: string } = JSON.parse(said);
        expect(processesOf(folder).length).toBeGreaterThan(50);
        child.kill('SIGKILL');
        await until('all to be gone', () => processesOf(folder).length === 0 && !existsSync(folder), 30);
        await until(
          'Alertmanager to be gone',
          () =>
            fetch(url)
              .then(() => false)
              .catch(() => true),
          30,
        );
      },
    );
  },
  PARTS,
);
