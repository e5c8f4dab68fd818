// The spine shown: one real maintenance from fleet to retro on the testbed, with kills, strangers, storms and the first scale figures.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { curveSvg } from '../src/chart/curve-svg.ts';
import type { Retro } from '../src/core/retro/retro.ts';
import { showViolations } from '../test/checkers/check-run.ts';
import { Site, type Said } from '../test/real/site.ts';
import { storm } from '../test/storm/storm.ts';
import { command, HOME } from './command.ts';
import type { Step } from './step.ts';

const PICTURE = join(HOME, 'docs', 'images', 'return-curve.svg');
const GUIDE = join(HOME, 'docs', 'guides', 'first-maintenance.md');

export const spine: readonly Step[] = [
  {
    name: 'clone',
    promises: 'in a fresh clone under a 0700 folder, npm ci && npm start work with nothing else installed',
    show: freshClone,
  },
  {
    name: 'picture',
    promises: 'npm start carries a maintenance of 1,024 simulated nodes out, and the README shows its return curve',
    show: picture,
  },
  {
    name: 'testbed-16',
    promises: '16 real nodes with real jobs, one dead for good: import, doctor, plan, dry run, run, retro',
    show: () => maintenance(16, true),
  },
  { name: 'testbed-64', promises: 'the same with 64 nodes', show: () => maintenance(64, false) },
  { name: 'kills', promises: 'the same 16 nodes while serve is killed with -9 twenty times', show: kills },
  {
    name: 'storms',
    promises: '100 seeded storms on the twin with kills, strangers and silent schedulers: the checkers find nothing',
    show: storms,
  },
  {
    name: 'scale',
    promises: 'T(N)/T(1) with ten 1-second steps a node at 1, 1,000 and 10,000 nodes',
    show: () => command('npm', ['run', '-s', 'bench:scale', '--', '--nodes', '1,1000,10000', '--json'], HOME),
  },
];

/** The README's picture: the return curve of the demo, as it came out. */
async function picture(): Promise<string> {
  const retro = JSON.parse(await command('npm', ['start', '--silent', '--', '--json'], HOME)) as Retro;
  const nowMin = (retro.lastAt - (retro.timeZero ?? retro.lastAt)) / 60_000;
  const title = `${retro.returned} of ${retro.baseline} simulated nodes back from a new host image`;
  writeFileSync(
    PICTURE,
    curveSvg({ title, points: retro.curve, capacity: retro.capacity.filter(([min]) => min >= 0), total: retro.baseline, nowMin }),
  );
  return title;
}

async function freshClone(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'pitstop-clone-'));
  try {
    await command('git', ['clone', '--quiet', HOME, join(folder, 'pitstop')], folder);
    await command('npm', ['ci'], join(folder, 'pitstop'));
    const said = await command('npm', ['start'], join(folder, 'pitstop'));
    if (!said.includes('## Stragglers')) throw new Error(`npm start did not end with its retro:\n${said.slice(-2_000)}`);
    return 'npm ci && npm start ended with the retro';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The whole loop as an operator types it. With `write`, the transcript becomes the guide. */
async function maintenance(nodes: number, write: boolean): Promise<string> {
  await using site = await Site.open({ nodes, bootSeconds: 2, faults: [{ node: 'n5', fault: 'neverBack' }] }, policyFor(nodes));
  await site.busy(20);
  const { fleetYaml, changeYaml, policyYaml, folder } = site.testbed;
  await expectCode(site.pitstop('fleet', 'import', 'slurm', '--conf', join(folder, 'slurm.conf'), '-o', join(folder, 'imported.yaml')), 0);
  await expectCode(site.pitstop('doctor', '--fleet', fleetYaml), 0);
  await expectCode(site.pitstop('plan', '--fleet', fleetYaml, '--change', changeYaml, '--policy', policyYaml, '-o', site.plan), 0);
  await site.makeChild('catalogue.host-os.steps.activate.timeout=40s');
  await expectCode(site.pitstop('run', site.plan, '--fleet', fleetYaml, '--dry-run'), 0);
  await expectCode(site.pitstop('run', site.plan, '--fleet', fleetYaml, '--yes'), 0);
  const run = 'image-1';
  const view = await site.until(run, 'settled', ({ state }) => state === 'settled', 300);
  await expectCode(site.pitstop('status', run), 0);
  await expectCode(site.pitstop('retro', run), 0);
  if (write) writeFileSync(GUIDE, guide(site.transcript, folder));
  const retro = await site.retro(run);
  const wrong = [...site.versions()].filter(
    ([node, version]) => version !== '2025.07' && !view.stragglers.some(({ target }) => target === node),
  );
  if (wrong.length > 0) throw new Error(`neither updated nor named: ${wrong.map(([node]) => node).join(',')}`);
  const violations = await site.check(run, true);
  if (violations.length > 0) throw new Error(showViolations(violations));
  const gates = retro.gates.map(({ gate, verdict, atMin }) => `${gate} ${verdict} at ${((atMin ?? 0) * 60).toFixed(0)} s`).join(', ');
  return `${view.returned} of ${view.baseline} back, named: ${view.stragglers.map(({ target }) => target).join(',')}; ${gates}; ${retro.jobs.endedOnTheirOwn.length} jobs ended on their own, none was ended; checkers found nothing`;
}

async function kills(): Promise<string> {
  await using site = await Site.open({ nodes: 16, bootSeconds: 2, faults: [{ node: 'n5', fault: 'neverBack' }] }, policyFor(16));
  await site.busy();
  await site.makePlan('catalogue.host-os.steps.activate.timeout=40s');
  const run = await site.begin();
  const killed = await site.killServer(run, 20, Date.now() % 1_000_000);
  const view = await site.until(run, 'settled', ({ state }) => state === 'settled', 300);
  const violations = await site.check(run, true);
  if (violations.length > 0) throw new Error(showViolations(violations));
  return `killed ${killed} times; ${view.returned} of ${view.baseline} back, named: ${view.stragglers.map(({ target }) => target).join(',')}; checkers found nothing`;
}

async function storms(): Promise<string> {
  let killed = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const report = await storm(seed, 12);
    killed += report.crashes;
    if (report.violations.length > 0 || report.wrong.length > 0)
      throw new Error(`seed ${seed}: ${report.wrong.join('; ')} ${showViolations(report.violations)}`);
  }
  return `100 storms of 12 nodes, ${killed} kills`;
}

function policyFor(nodes: number): string {
  return `canary: "n1"\ngates: {returned: ${nodes > 16 ? 95 : 90}%, soak: 3s}\njobs: {then: wait}\n`;
}

async function expectCode(said: Promise<Said>, code: number): Promise<void> {
  const done = await said;
  if (done.code !== code) throw new Error(`${done.command}: exit ${done.code}\n${done.stdout}\n${done.stderr}`);
}

/** The transcript as a guide: each command with what it printed, folders of this machine left out. */
function guide(transcript: readonly Said[], folder: string): string {
  const clean = (text: string): string => text.replaceAll(`${folder}/`, '').replaceAll(folder, '.').trimEnd();
  const shown = transcript.filter(({ command: line }) => !/--json|--parent/.test(line));
  const parts = shown.map(
    (said) =>
      `\`\`\`console\n$ ${clean(said.command)}\n${clean([said.stderr, said.stdout].filter((text) => text !== '').join('\n'))}\n\`\`\``,
  );
  return `# The first maintenance: sixteen nodes, one of them dead for good

A transcript of real slurmctld, slurmds and sshds (\`npm run testbed -- --nodes 16\`), written by \`npm run prove -- spine testbed-16\`. Four training jobs
run on the nodes when it begins; those still there when the turn of their nodes comes are waited for. n5 never comes back from its reboot.
Time limits are shortened so that the dead node is named within a minute.

${parts.join('\n\n')}
`;
}
