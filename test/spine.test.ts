// The spine on real parts: a whole maintenance on real slurmctld, slurmds and sshds through the real command line.
import { describe, expect, it } from 'vitest';
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
      await using site = await Site.open({ nodes: 16, bootSeconds: 2, faults: [{ node: 'n5', fault: 'neverBack' }] }, `${POLICY}`);
      for (const nodes of ['n[1-4]', 'n[5-8]', 'n[9-12]', 'n[13-16]'])
        await site.testbed.submitJob({ nodes, seconds: 6, checkpoint: 'self', everySeconds: 2 });
      await site.testbed.plantJobs(6);
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

  it('failed canary: the gate holds, exit 1, nothing else is drained', { timeout: 3 * MINUTES }, async () => {
    await using site = await Site.open({ nodes: 4, faults: [{ node: 'n1', fault: 'oldVersion' }] }, POLICY);
    await site.makePlan();
    const { code, document } = await site.json<{ state: string; heldBy: string[] }>(
      'run',
      site.plan,
      '--fleet',
      site.testbed.fleetYaml,
      '--yes',
    );
    expect({ code, state: document.state }).toEqual({ code: 1, state: 'held' });
    expect(document.heldBy.join()).toContain('canary');
    expect([...(await site.testbed.nodeStates())].filter(([, state]) => state.startsWith('drain')).map(([node]) => node)).toEqual(['n1']);
    expect([
      ...new Set(
        site.testbed
          .felt()
          .filter(({ what }) => what === 'apply')
          .map(({ node }) => node),
      ),
    ]).toEqual(['n1']);
  });

  it("strangers: a foreign drain stays, a stranger's reboot is held, slurmctld dies and comes back", { timeout: 4 * MINUTES }, async () => {
    await using site = await Site.open({ nodes: 6, bootSeconds: 2, returnToService: 1 }, POLICY);
    await site.testbed.slurm('scontrol', ['update', 'nodename=n6', 'state=drain', 'reason=broken fan']);
    await site.makePlan();
    const run = await site.begin();
    await site.until(run, 'the main wave', ({ waves }) => waves.some(({ id, state }) => id.endsWith('main') && state !== 'closed'));
    await site.testbed.killSlurmctld();
    await site.testbed.restartSlurmctld();
    const view = await site.until(run, 'the end', ({ state }) => state === 'settled' || state === 'returned');
    expect(view.returned).toBe(5);
    expect(await site.testbed.slurm('scontrol', ['show', 'node', 'n6', '-o'])).toContain('Reason=broken fan');
    expect(site.testbed.felt().filter(({ node, what }) => node === 'n6' && ['stage', 'apply', 'reboot'].includes(what))).toEqual([]);
    expect(showViolations(await site.check(run, false))).toBe('');
  });
});
