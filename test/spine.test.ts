// The spine on real parts: whole maintenances on real slurmctld, slurmds and sshds through the real command line.
import { describe, expect, it } from 'vitest';
import type { RunView } from '../src/api/contract/schemas.ts';
import { realParts } from '../testbed/requirements.ts';
import { showViolations } from './checkers/check-run.ts';
import { Site } from './real/site.ts';

const POLICY = 'canary: "n1"\ngates: {returned: 90%, soak: 3s, failureRate: 50%}\njobs: {then: wait}\n';
const MINUTES = 60_000;

realParts(describe, 'spine on the testbed', () => {
  it(
    '16 nodes with jobs, one dead for good, the server killed 20 times: all back or named, the checkers find nothing',
    { timeout: 5 * MINUTES },
    async () => {
      await using site = await Site.open({ nodes: 16, bootSeconds: 2, faults: [{ node: 'n5', fault: 'neverBack' }] }, POLICY);
      await site.busy();
      expect((await site.pitstop('doctor', '--fleet', site.testbed.fleetYaml)).code).toBe(0);
      await site.makePlan('catalogue.host-os.steps.activate.timeout=25s');
      const run = await site.begin();
      const kills = await site.killServer(run, 20, 7);
      const view = await site.until(run, 'settled', ({ state }) => state === 'settled');
      expect(kills).toBeGreaterThan(10);
      expect(view).toMatchObject({ baseline: 16, returned: 15 });
      expect(view.stragglers.map(({ target }) => target)).toEqual(['n5']);
      const retro = await site.retro(run);
      expect(retro.gates.map(({ gate, verdict }) => `${gate} ${verdict}`)).toContain('return pass');
      expect(retro.jobs.stoppedWithoutProof).toEqual([]);
      for (const [node, version] of site.versions()) if (node !== 'n5') expect(`${node} ${version}`).toBe(`${node} 2025.07`);
      expect(showViolations(await site.check(run, true))).toBe('');
    },
  );

  it('dry run: every command is shown, every version read, and nothing is written', { timeout: 2 * MINUTES }, async () => {
    await using site = await Site.open({ nodes: 4 }, POLICY);
    await site.makePlan();
    const said = await site.pitstop('run', site.plan, '--fleet', site.testbed.fleetYaml, '--dry-run');
    expect(said.code).toBe(0);
    expect(said.stdout + said.stderr).toMatch(/scontrol update nodename=n1 state=drain/);
    expect([...(await site.testbed.nodeStates()).values()]).toEqual(['idle', 'idle', 'idle', 'idle']);
    expect(await site.testbed.slurm('scontrol', ['show', 'res', '-o'])).toContain('No reservations');
    expect(site.testbed.felt().filter(({ what }) => ['stage', 'apply', 'reboot'].includes(what))).toEqual([]);
    expect(site.testbed.felt().filter(({ what }) => what === 'read').length).toBeGreaterThanOrEqual(4);
    expect((await site.json('runs')).document).toEqual([]);
  });

  it('failed canary: the gate holds, exit 1, nothing else is drained', { timeout: 3 * MINUTES }, async () => {
    await using site = await Site.open({ nodes: 4, faults: [{ node: 'n1', fault: 'oldVersion' }] }, POLICY);
    await site.makePlan();
    const { code, document } = await site.json('run', site.plan, '--fleet', site.testbed.fleetYaml, '--yes');
    const view = document as RunView;
    expect({ code, state: view.state }).toEqual({ code: 1, state: 'held' });
    expect(view.heldBy.join()).toContain('canary');
    const drained = [...(await site.testbed.nodeStates())].filter(([, state]) => state.startsWith('drain'));
    expect(drained.map(([node]) => node)).toEqual(['n1']);
    const applied = site.testbed.felt().filter(({ what }) => what === 'apply');
    expect([...new Set(applied.map(({ node }) => node))]).toEqual(['n1']);
    expect(showViolations(await site.check(view.run, false))).toBe('');
  });

  it(
    'strangers: a foreign drain stays, a reboot by somebody else is held until lifted, slurmctld dies and comes back',
    { timeout: 4 * MINUTES },
    async () => {
      await using site = await Site.open(
        { nodes: 6, bootSeconds: 2, returnToService: 2, faults: [{ node: 'n3', fault: 'late', seconds: 8 }] },
        POLICY,
      );
      await site.testbed.slurm('scontrol', ['update', 'nodename=n6', 'state=drain', 'reason=broken fan']);
      await site.makePlan();
      const run = await site.begin();
      await site.until(run, 'n4 to be at work', () => site.testbed.felt().some(({ node, what }) => node === 'n4' && what === 'apply'));
      await site.pitstop('hold', run, '--targets', 'n4', '--reason', 'wait a moment');
      await site.until(run, 'n4 to stand still', ({ stages }) => stages['parked'] === 'n4');
      await site.testbed.killSlurmctld();
      await site.testbed.rebootedBySomebodyElse('n4');
      await site.testbed.restartSlurmctld();
      const planted = await site.testbed.submitJob({ nodes: 'n4', seconds: 1, checkpoint: 'never', ignoreSignal: true, name: 'planted' });
      expect((await site.pitstop('resume', run, '--targets', 'n4', '--reason', 'go on')).code).toBe(0);
      const held = await site.until(run, 'the reboot to be noticed', ({ stragglers }) => stragglers.some(({ target }) => target === 'n4'));
      expect(held.stragglers.find(({ target }) => target === 'n4')?.cause).toContain('rebooted by somebody else');
      expect((await site.pitstop('resume', run, '--targets', 'n4', '--reason', 'looked at it')).code).toBe(0);
      const view = await site.until(run, 'all five back', ({ returned }) => returned === 5);
      expect(view.baseline).toBe(5);
      expect(await site.testbed.slurm('scontrol', ['show', 'node', 'n6', '-o'])).toContain('Reason=broken fan');
      const touched = site.testbed.felt().filter(({ node, what }) => node === 'n6' && ['stage', 'apply', 'reboot'].includes(what));
      expect(touched).toEqual([]);
      // It waited on the changed, rebooted, unvalidated node all the while, and starts now; the checkers say that it never did before.
      await site.until(run, 'the planted job to start', () =>
        site.testbed.felt().some(({ what, job }) => what === 'job-start' && job === planted.id),
      );
      await site.until(run, 'settled', ({ state }) => state === 'settled');
      expect(showViolations(await site.check(run, true))).toBe('');
    },
  );

  it(
    'jobs asked with consent: requeued only after proof; one that ignores its signal is waited for, never ended',
    { timeout: 4 * MINUTES },
    async () => {
      const asks = 'jobs: {ask: {signal: USR1, to: batch}, proof: {newer: "CKPT/{job}/latest"}, then: requeue, proofTimeout: 5s}\n';
      await using site = await Site.open({ nodes: 4 }, POLICY);
      site.policy(`canary: "n4"\ngates: {returned: 50%, soak: 2s}\n${asks.replace('CKPT', `${site.testbed.folder}/ckpt`)}`);
      const good = await site.testbed.submitJob({ nodes: 'n[1-2]', seconds: 600, checkpoint: 'signal' });
      const deaf = await site.testbed.submitJob({ nodes: 'n3', seconds: 0, checkpoint: 'never', ignoreSignal: true });
      await site.testbed.waitForState(/mixed|allocated/, ['n1', 'n2', 'n3']);
      await site.makePlan();
      const run = await site.begin();
      await site.until(run, 'drains to wait for jobs', ({ waitingFor }) => waitingFor.some((line) => line.includes(`job ${good.id} `)));
      expect(site.testbed.felt().filter(({ what }) => what === 'job-signal')).toEqual([]);
      await site.pitstop('consent', run, '--to', 'requeue', '--by', 'lead', '--reason', 'the owners agreed');
      await site.until(run, 'the deaf job to be reported', ({ waitingFor }) =>
        waitingFor.some((line) => line.includes('no proof of a checkpoint')),
      );
      await site.until(run, 'n[1-2] back', ({ returned }) => returned >= 3);
      expect(await site.testbed.jobState(deaf)).toContain('RUNNING');
      site.testbed.release(deaf);
      await site.until(run, 'settled', ({ state, returned }) => state === 'settled' && returned === 4);
      const { jobs } = await site.retro(run);
      expect(jobs.stoppedAfterProof.map(({ job }) => job)).toEqual([String(good.id)]);
      expect(jobs.stoppedWithoutProof).toEqual([]);
      expect(showViolations(await site.check(run, true))).toBe('');
    },
  );
});
