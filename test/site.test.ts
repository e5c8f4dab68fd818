// All systems of a site in one plan, on real parts: switch firmware, adapter firmware and host image merged into one visit on a bound testbed,
// with jobs, leases, silences and a fault planted in every layer.
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RunView } from '../src/api/contract/schemas.ts';
import { realParts } from '../testbed/requirements.ts';
import { siteParts } from '../testbed/testbed.ts';
import { showViolations } from './checkers/check-run.ts';
import { Site } from './real/site.ts';

const MINUTES = 60_000;
const SITE = { units: 2, rails: 4, spines: 2 };

/** For whoever watches the showing. */
const tell = (line: string): void => {
  process.stdout.write(`| ${line}\n`);
};

realParts(
  describe,
  'all systems of a site on the bound testbed',
  () => {
    it(
      '16 nodes, two units, four rails, jobs, faults in every layer: all mended and back, the checkers find nothing',
      { timeout: 10 * MINUTES },
      async () => {
        await using site = await Site.open({ nodes: 16, bootSeconds: 2, site: SITE });
        const { testbed } = site;
        await site.busy(30);
        const doctor = await site.pitstop('doctor', '--fleet', testbed.fleetYaml);
        expect(`${doctor.code} ${doctor.code === 0 ? '' : doctor.stdout + doctor.stderr}`).toBe('0 ');
        for (const [node, fault] of PLANTED) await testbed.misbehave(node, fault);
        await site.makePlan();
        const run = await site.begin();
        await site.until(
          run,
          'n14 to be at work',
          () => testbed.felt().some(({ node, what }) => node === 'n14' && what === 'hca-burn'),
          120,
        );
        await testbed.rebootedBySomebodyElse('n14');
        tell('n14 was rebooted by somebody else while it was in work');
        const named = await site.until(run, 'the faults to be named', (view) => troubled(view).length === 6 && atRest(view), 300);
        for (const { target, step, cause } of named.stragglers) tell(`straggler ${target} at ${step}: ${cause}`);
        for (const { link, state, why, flaps } of named.links) tell(`link ${link} ${state}: ${why}; ${flaps} flaps`);
        expect(troubled(named)).toEqual(['n12', 'n14', 'n3', 'n5', 'n7', 'n9']);
        expect(new Set(named.links.map(({ ends }) => ends[0]))).toEqual(new Set(['n3/mlx5_0', 'n7/mlx5_0']));
        for (const { link } of named.links) await mend(site, run, link);
        for (const node of ['n5', 'n9', 'n12']) await testbed.repair(node);
        await site.pitstop('straggler', run, 'n[5,12]', 'fixed', '--reason', 'repaired');
        await site.pitstop('straggler', run, 'n9', 'retry', '--reason', 'boots the image that it was given now');
        await site.pitstop('resume', run, '--targets', 'n14', '--reason', 'it was the crew next door');
        const end = await site.until(run, 'everything to be back', ({ state, returned }) => state === 'settled' && returned === 16, 240);
        tell(
          `returned ${end.returned} of ${end.baseline}; marks ${Object.entries(end.marks)
            .map(([q, min]) => `${q} % at ${min?.toFixed(1)} min`)
            .join(', ')}`,
        );
        await judge(site, run);
      },
    );

    it(
      "another customer's spine: refused with the affected set, nothing touched; with their consent done, and theirs never touched",
      { timeout: 6 * MINUTES },
      async () => {
        await using site = await Site.open({
          nodes: 4,
          bootSeconds: 1,
          site: { units: 1, rails: 2, spines: 2, sharedSpine: true, movers: false },
        });
        const { testbed } = site;
        writeFileSync(testbed.changeYaml, 'change: spine\ntargets: "s1"\nwant: {switch-firmware: "31.2014"}\n');
        writeFileSync(testbed.policyYaml, 'gates: {soak: 3s, linkSoak: 3s}\n');
        await site.makePlan();
        const run = await site.begin();
        const held = await site.until(run, 'the refusal', ({ state }) => state === 'held');
        tell(held.heldBy.join('; '));
        expect(held.heldBy.join()).toMatch(/refused until they consent: 4 nodes of customer borealis .*m\[1-4\]/);
        expect(testbed.felt().filter(({ what }) => what === 'switch-down')).toEqual([]);
        expect(new Set((await testbed.nodeStates()).values())).toEqual(new Set(['idle']));
        await site.pitstop(
          'consent',
          run,
          '--customer',
          'borealis',
          '--to',
          'affected',
          '--by',
          'mia of borealis',
          '--reason',
          'agreed by telephone',
        );
        await site.pitstop('release', run, '--targets', 'n[1-4]', '--by', 'aurora', '--reason', 'their own');
        const end = await site.until(run, 'the spine to be done', ({ state }) => state === 'settled', 200);
        expect(end).toMatchObject({ returned: 4, stragglers: [], links: [] });
        expect(testbed.site.switchVersion('s1')).toBe('31.2014');
        const touched = testbed
          .felt()
          .filter(({ node, what }) => node.startsWith('m') && !['observe', 'work', 'bootid', 'booted'].includes(what));
        expect(touched.map(({ node, what }) => `${node} ${what}`)).toEqual([]);
        expect(showViolations(await site.check(run, true))).toBe('');
      },
    );
  },
  siteParts,
);

const PLANTED = [
  ['n5', 'neverBack'],
  ['n5', 'bmcHangs'],
  ['n3', 'portInitialize'],
  ['n7', 'flappingCable'],
  ['n9', 'oldVersion'],
  ['n12', 'sshRefuses'],
] as const;

const troubled = ({ stragglers }: RunView): string[] => stragglers.map(({ target }) => target).toSorted();

/** Nothing moves by itself any more but what people have to see to. */
function atRest({ stages }: RunView): boolean {
  return ['running', 'queued', 'waiting', 'returned'].every((stage) => stages[stage] === undefined);
}

async function mend(site: Site, run: string, link: string): Promise<void> {
  await site.pitstop('straggler', run, link, 'reseat', '--reason', 'cable out, cleaned, in again');
  await site.testbed.site.reseat(link);
}

/** What runs everywhere, what is left behind nowhere, and what the outside checkers say. */
async function judge(site: Site, run: string): Promise<void> {
  const { testbed } = site;
  for (const [node, version] of site.versions()) expect(`${node} ${version}`).toBe(`${node} 2025.07`);
  for (const node of testbed.nodes) expect(`${node} ${testbed.site.hcaVersion(node)}`).toBe(`${node} 28.43`);
  for (const name of testbed.site.switches) expect(`${name} ${testbed.site.switchVersion(name)}`).toBe(`${name} 31.2014`);
  const felt = testbed.felt();
  const reloads = felt.filter(({ what }) => what === 'switch-down').map(({ node }) => node);
  expect(reloads.toSorted()).toEqual([...testbed.site.switches].toSorted());
  expect(reloads.indexOf('s2')).toBeLessThan(reloads.indexOf('s1'));
  const retro = await site.retro(run);
  expect(retro.links.filter(({ cleanAt }) => cleanAt === null)).toEqual([]);
  const tried = retro.links.flatMap(({ ends, tried: ways }) => (ways.length > 0 ? [ends[0]] : []));
  expect(new Set(tried)).toEqual(new Set(['n3/mlx5_0', 'n7/mlx5_0']));
  expect(
    retro.leases
      .filter(({ words }) => words === 'given back')
      .map(({ mover }) => mover)
      .toSorted(),
  ).toEqual(['auto-repair', 'autoscaler']);
  const { stdout } = await site.pitstop('retro', run);
  for (const line of stdout.split('\n')) tell(line);
  expect(retro.jobs.endedOnTheirOwn.length).toBeGreaterThanOrEqual(4);
  expect(retro.jobs.stoppedWithoutProof).toEqual([]);
  const violations = showViolations(await site.check(run, true));
  tell(violations === '' ? 'the checkers find nothing' : violations);
  expect(violations).toBe('');
}
