// Planning and rehearsing shown: the figures of the benches, the engine against the runner, a site of three clusters from plan to proposal,
// and forecasts against what then happened, on the twin and on real Slurm.
import { command, HOME } from './command.ts';
import { fastAgainstExact } from './fast-exact.ts';
import { siteShown } from './site.ts';
import type { Step } from './step.ts';
import { testbedForecasts } from './testbed-forecasts.ts';
import { twinForecasts } from './twin-forecasts.ts';
import { watched } from './watched.ts';

const PSPLIB = '../shared/data/psplib';

export const rehearse: readonly Step[] = [
  {
    name: 'equality',
    promises: 'the exact engine and the runner on the twin live through the same events at the same milliseconds',
    show: () => lastLines(command('npx', ['vitest', 'run', 'test/equality.test.ts'], HOME), 5),
  },
  {
    name: 'engines',
    promises: 'events a second against SimPy, waits against Erlang C, a forecast of 100,000 nodes, T(N) under the limits of others',
    show: () => command('npm', ['run', '-s', 'bench:rehearse', '--', '--quick', '--peers'], HOME),
  },
  {
    name: 'fast-exact',
    promises: 'the fast engine against the exact one at T50, T75, T95 and T99 on 20 different plans',
    show: fastAgainstExact,
  },
  {
    name: 'schedule',
    promises: 'schedule search on PSPLIB within a second of CPU time, gap to the best known',
    show: () => bench('bench:schedule', PSPLIB, '--seconds', '1', '--best', `${PSPLIB}/best-known.csv`),
  },
  {
    name: 'honesty',
    promises: 'a claimed P90 of a learned duration and of a mark holds in 88 to 92 of 100 simulated truths',
    show: () => command('npm', ['run', '-s', 'bench:honesty', '--', '--json'], HOME),
  },
  {
    name: 'site',
    promises: 'three clusters of 1,024, 2,048 and 4,096 nodes: plan, limits, questions, proposal, and better than the naive plans',
    show: siteShown,
  },
  {
    name: 'twin-200',
    promises: '200 maintenances on the twin, forecast from those before: k of n inside P90',
    show: () => twinForecasts(200),
  },
  {
    name: 'testbed-20',
    promises: '20 maintenances of 64 real slurmds, forecast from those before: at least 15 inside P90',
    show: () => testbedForecasts(64, 20, 15),
  },
  ...watched,
];

/** The bench's summary; the list of instances is long. */
async function bench(name: string, ...args: string[]): Promise<string> {
  const document = JSON.parse(await command('npm', ['run', '-s', name, '--', ...args], HOME)) as { summary: unknown };
  return JSON.stringify(document.summary);
}

async function lastLines(said: Promise<string>, count: number): Promise<string> {
  return (await said).split('\n').slice(-count).join('\n');
}
