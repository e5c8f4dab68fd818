// Maintenances that others carried out or carry out, shown: a cluster's real windows as planned against actual, and a shell script's
// maintenance on the testbed while `pitstop watch` follows it.
import { copyFileSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RunView } from '../src/api/contract/schemas.ts';
import type { Retro } from '../src/core/retro/retro.ts';
import { Desk } from '../test/pitstop.ts';
import { maintainByHand } from '../test/real/by-hand.ts';
import { Site } from '../test/real/site.ts';
import type { Step } from './step.ts';

const WINDOWS = resolve(import.meta.dirname, '../../shared/data/maintenance-windows');
const HOUR_MIN = 60;
const NODES = ['n1', 'n2', 'n3', 'n4'];

export const watched: readonly Step[] = [
  {
    name: 'past-windows',
    promises: 'the windows of a real cluster, imported twice: planned against actual, and the return curve of the worst',
    show: pastWindows,
  },
  {
    name: 'watched-script',
    promises: "somebody's shell script maintains four of six real nodes; watch sees each leave and come back, and does nothing",
    show: watchedScript,
  },
];

async function pastWindows(): Promise<string> {
  if (!existsSync(WINDOWS)) return 'not shown: ../shared/data/maintenance-windows is not here';
  await using desk = new Desk();
  for (const file of ['windows.csv', 'return-curve.csv']) copyFileSync(join(WINDOWS, file), join(desk.folder, file));
  const args = ['runs', 'import', 'windows.csv', '--nodes', '2023-10=490', '--curve', '2023-10=return-curve.csv', '--json'];
  const takeIn = async (): Promise<{ run: string; already: boolean }[]> => {
    const { exit, stdout, stderr } = await desk.pitstop(...args);
    if (exit !== 0) throw new Error(`runs import: exit ${exit}: ${stderr}`);
    return (JSON.parse(stdout) as { runs: { run: string; already: boolean }[] }).runs;
  };
  const runs = await takeIn();
  if ((await takeIn()).some(({ already }) => !already)) throw new Error('a second import took something in again');
  const retros: Retro[] = [];
  for (const { run } of runs) retros.push(JSON.parse((await desk.pitstop('retro', run, '--json')).stdout) as Retro);
  const worst = retros.find(({ run }) => run === 'windows-2023-10');
  if (worst?.window?.planned.min !== 104 * HOUR_MIN || worst.window.actual.min !== 389 * HOUR_MIN || worst.returned !== 98)
    throw new Error(`2023-10 reads ${JSON.stringify(worst?.window)}, ${worst?.returned} back`);
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(18) : cell.padStart(10))).join('')}`;
  const rows = retros.map(({ run, window }) =>
    line([run, ...[window?.planned.min, window?.actual.min, window?.overrunMin].map((min) => hours(min ?? null))]),
  );
  const curve = [36, 98].map((count) => `${count} of ${worst.baseline} nodes after ${hours(worst.curve[count - 1]?.[0] ?? null)}`);
  return `\n${[line(['window', 'planned', 'took', 'overrun']), ...rows].join('\n')}\n  2023-10: ${curve.join(', ')}; a second import took nothing in`;
}

async function watchedScript(): Promise<string> {
  await using site = await Site.open({ nodes: 6, bootSeconds: 3 }, '');
  const { testbed } = site;
  const run = 'kernel-july';
  const began = Date.now();
  const following = site.json(
    'watch',
    'testbed',
    '--fleet',
    testbed.fleetYaml,
    '--change',
    testbed.changeYaml,
    '--name',
    run,
    '--until-quiet',
    '5s',
  );
  await site
    .until(run, 'six nodes to be watched', () => testbed.felt().filter(({ what }) => what === 'read').length >= 6)
    .catch(async (error: unknown) => {
      throw new Error(`the watch did not begin: ${JSON.stringify(await following)}`, { cause: error });
    });
  const byHand = await maintainByHand(testbed, NODES);
  const { code, document } = await following;
  const view = document as RunView;
  if (code !== 0 || view.returned !== 4 || view.baseline !== 4) throw new Error(`exit ${code}: ${JSON.stringify(view)}`);
  const retro = await site.retro(run);
  const ours = testbed.felt().filter(({ at, what }) => at >= began && ['stage', 'rollback', 'check'].includes(what));
  const reboots = testbed.felt().filter(({ what }) => what === 'reboot').length;
  if (ours.length > 0 || reboots !== 4) throw new Error(`acts that are not the script's: ${JSON.stringify(ours)}, ${reboots} reboots`);
  const lateBy = byHand.map(({ back }, i) => ((retro.timeZero ?? 0) + (retro.curve[i]?.[0] ?? 0) * 60_000 - back) / 1_000);
  const marks = Object.entries(retro.marks).map(([q, min]) => `${q} % ${seconds(min)}`);
  const phases = retro.phases.map(({ step, medianMin }) => `${step} ${seconds(medianMin)}`);
  return `${marks.join(', ')}; medians: ${phases.join(', ')}; returns seen at most ${Math.max(...lateBy).toFixed(1)} s late; ${retro.people[0]?.why}; no act of ours`;
}

const hours = (min: number | null): string => (min === null ? '-' : `${Math.round((min / HOUR_MIN) * 10) / 10} h`);
const seconds = (min: number | null): string => (min === null ? '-' : `${(min * 60).toFixed(0)} s`);
