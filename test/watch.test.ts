// A maintenance by somebody's shell script on real slurmctld, slurmds and sshds, while `pitstop watch` looks on: curve and retro are there
// in the end, and Pitstop has done nothing.
import { describe, expect, it } from 'vitest';
import { realParts } from '../testbed/requirements.ts';
import { maintainByHand } from './real/by-hand.ts';
import { Site } from './real/site.ts';

const MINUTES = 60_000;
const NODES = ['n1', 'n2', 'n3', 'n4'];

realParts(describe, 'watch on the testbed', () => {
  it(
    'a script drains, updates, reboots and resumes four of six nodes: its curve, its steps, and no act of ours',
    { timeout: 5 * MINUTES },
    async () => {
      await using site = await Site.open({ nodes: 6, bootSeconds: 3 }, '');
      const { testbed } = site;
      const run = 'kernel-july';
      const args = ['watch', 'testbed', '--fleet', testbed.fleetYaml, '--change', testbed.changeYaml, '--name', run, '--until-quiet', '5s'];
      expect(await site.json(...args, '--detach')).toMatchObject({ code: 0, document: { run, origin: 'watch' } });
      // Versions are asked for at the beginning; what ran before is known once they are.
      await site.until(run, 'six nodes to be watched', () => testbed.felt().filter(({ what }) => what === 'read').length >= 6);
      const byHand = await maintainByHand(testbed, NODES);
      const view = await site.until(run, 'the end of the watch', ({ finishedAt }) => finishedAt !== null);
      expect(view).toMatchObject({ state: 'settled', baseline: 4, returned: 4, stragglers: [] });

      const retro = await site.retro(run);
      expect(retro.phases.map(({ step, ended }) => `${step} ${ended}`)).toEqual(['drain 4', 'work 4', 'return 4']);
      expect(retro.notTaken).toEqual([{ targets: 'n[5-6]', why: 'never left service' }]);
      expect(retro.people.map(({ why }) => why)).toEqual(['host-os 2025.06 -> 2025.07 on n[1-4]']);
      expect(Object.values(retro.marks)).not.toContain(null);
      // Nobody sees a node come back before it does.
      const seenBack = retro.curve.map(([min]) => (retro.timeZero ?? 0) + min * 60_000);
      expect(seenBack.length).toBe(4);
      for (const [i, { back }] of byHand.entries()) expect(seenBack[i]).toBeGreaterThanOrEqual(back);
      expect(retro.timeZero).toBeGreaterThanOrEqual(byHand[0]?.left ?? Infinity);

      const text = (await site.pitstop('retro', run)).stdout;
      expect(text).toContain('4 of 4 returned (100 %)');
      expect(text).toContain('watched, others carried it out; Pitstop only looked');
      const felt = testbed.felt().map(({ what }) => what);
      expect(felt.filter((what) => what === 'reboot').length).toBe(4);
      expect(felt.filter((what) => what === 'apply').length).toBe(4);
      expect(felt.filter((what) => ['stage', 'rollback', 'check'].includes(what))).toEqual([]);
      expect(await testbed.slurm('scontrol', ['show', 'res', '-o'])).toContain('No reservations');
      expect(await testbed.slurm('scontrol', ['show', 'node', '-o'])).not.toContain('pitstop:');
    },
  );

  it('words to a watch: only abort, and whoever is not back by then is named', { timeout: 3 * MINUTES }, async () => {
    await using site = await Site.open({ nodes: 2 }, '');
    const run = 'watch-testbed-1';
    expect((await site.pitstop('watch', 'testbed', '--fleet', site.testbed.fleetYaml, '--detach')).stdout).toBe(`${run}\n`);
    await site.until(run, 'two nodes to be watched', ({ shown }) => shown['in-service'] === 2);
    await site.testbed.slurm('scontrol', ['update', 'nodename=n2', 'state=drain', 'reason=bad cable']);
    await site.until(run, 'n2 to be seen out', ({ baseline }) => baseline === 1);
    expect(await site.pitstop('pause', run, '--reason', 'x')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${run} only watches what others do: abort ends it, and nothing else can be said to it`) as string,
    });
    expect((await site.pitstop('abort', run, '--reason', 'seen enough')).code).toBe(0);
    const view = await site.until(run, 'the end', ({ finishedAt }) => finishedAt !== null);
    expect(view).toMatchObject({ state: 'aborted', baseline: 1, returned: 0 });
    expect(view.stragglers).toMatchObject([{ target: 'n2', cause: 'not back when the watch was ended: seen enough' }]);
    expect(await site.testbed.slurm('scontrol', ['show', 'node', 'n2', '-o'])).toContain('Reason=bad cable');
  });
});
