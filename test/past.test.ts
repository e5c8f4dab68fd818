// Past maintenances through the real bin: what is imported is there once, bad input writes nothing, and everything that lists or reviews
// runs says where they come from.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunView } from '../src/api/contract/schemas.ts';
import type { Retro } from '../src/core/retro/retro.ts';
import { Desk } from './pitstop.ts';

const WINDOWS = `id,planned_start,planned_end,actual_start,actual_end,what,why_late
june,2031-06-03T09:00,2031-06-03T17:00,2031-06-03T09:00,2031-06-04T01:30,switch firmware,ports that did not come back
july,2031-07-08T09:00,2031-07-08T17:00,2031-07-08T09:00,2031-07-08T15:00,image,
`;
const CURVE = 'time,nodes_back\n2031-06-03T12:00,40\n2031-06-03T18:00,96\n2031-06-04T01:30,100\n';
const FLEET = 'fleet: lab\nclusters: [{name: lab, nodes: "n[1-4]", gpusPerNode: 8, drivers: {scheduler: slurm}}]\n';
const NODES = 'node,left,back\n"n[1-3]",2031-07-08T09:00,2031-07-08T10:00\nn4,2031-07-08T09:30,2031-07-08T11:30\n';

async function desk(): Promise<Desk> {
  const made = new Desk();
  made.write({ 'windows.csv': WINDOWS, 'curve.csv': CURVE, 'fleet.yaml': FLEET, 'july.csv': NODES });
  return made;
}

describe('runs import', () => {
  it('windows with a curve: runs, status and retro know them, and say that they are imported', async () => {
    await using d = await desk();
    const args = [
      'runs',
      'import',
      'windows.csv',
      '--nodes',
      'june=100',
      '--curve',
      'june=curve.csv',
      '--timezone',
      'America/Phoenix',
      '--json',
    ];
    const { exit, stdout } = await d.pitstop(...args);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      runs: [
        { run: 'windows-june', already: false },
        { run: 'windows-july', already: false },
      ],
      remarks: [],
      notes: [],
    });
    const again = await d.pitstop(...args);
    expect(JSON.parse(again.stdout)).toMatchObject({ runs: [{ already: true }, { already: true }] });
    const runs = JSON.parse((await d.pitstop('runs', '--json')).stdout) as RunView[];
    expect(runs.map(({ run, state, origin, originWords, createdAt }) => [run, state, origin, originWords, createdAt])).toEqual([
      ['windows-june', 'settled', 'import', 'imported from windows.csv', '2031-06-03T16:00:00.000Z'],
      ['windows-july', 'settled', 'import', 'imported from windows.csv', '2031-07-08T16:00:00.000Z'],
    ]);
    expect((await d.pitstop('runs')).stdout).toContain('switch firmware (imported from windows.csv)');
    expect((await d.pitstop('status', 'windows-june')).stdout).toContain('switch firmware, imported from windows.csv');
    const retro = JSON.parse((await d.pitstop('retro', 'windows-june', '--json')).stdout) as Retro;
    expect(retro).toMatchObject({ baseline: 100, returned: 100, marks: { '50': 540, '95': 540, '100': 990 } });
    expect(retro.window).toMatchObject({ planned: { min: 480 }, actual: { min: 990 }, overrunMin: 510 });
    const text = (await d.pitstop('retro', 'windows-june')).stdout;
    expect(text).toContain('planned 8 h, took 16.5 h, 8.5 h longer');
    expect(text).toContain('imported from windows.csv; nothing was carried out from here');
    expect(text).not.toContain('## Gates');
  });

  it('nodes of a fleet: GPU-hours are counted, and a real run may have the same nodes', async () => {
    await using d = await desk();
    expect((await d.pitstop('runs', 'import', 'july.csv', '--fleet', 'fleet.yaml', '--name', 'kernel-july')).stdout).toBe('kernel-july\n');
    const retro = JSON.parse((await d.pitstop('retro', 'kernel-july', '--json')).stdout) as Retro;
    expect(retro).toMatchObject({ baseline: 4, returned: 4, marks: { '50': 60, '100': 150 }, gpuHoursNotReturned: 8 * (3 * 1 + 2) });
  });

  it.each([
    ['a node that is not in the fleet', ['july.csv', '--fleet', 'other.yaml'], /^july.csv:1:1: n4: not in fleet lab; /],
    ['a line that is wrong', ['bad.csv'], /^bad.csv:3:6: tomorrow: does not begin with a date; write 2031-07-08 or 2031-07-08T09:00/],
    ['no file', ['nowhere.csv'], /^nowhere.csv:1:1: there is no such file/],
    ['a zone that is none', ['july.csv', '--timezone', 'Mars/Olympus'], /^--timezone:1:1: Mars\/Olympus: is no time zone; /],
    [
      'a name that cannot be one',
      ['july.csv', '--name', 'july run'],
      /^--name:1:1: july run: cannot be the name of a run; .* such as july-run/,
    ],
    ['nodes that are none', ['windows.csv', '--nodes', 'n[1-'], /^--nodes:1:2: \[1-: /],
  ])('bad input: %s: exit 2, its place, and nothing is written', async (_, args, says) => {
    await using d = await desk();
    d.write({ 'bad.csv': 'node,left,back\nn[1-2],2031-07-08T09:00,\n"n3",tomorrow,\n', 'other.yaml': FLEET.replace('n[1-4]', 'n[1-3]') });
    const { exit, stdout, stderr } = await d.pitstop('runs', 'import', ...args);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toMatch(says);
    expect(existsSync(join(d.state, 'journal.db'))).toBe(false);
  });

  it('words to a run of the past: refused', async () => {
    await using d = await desk();
    await d.pitstop('runs', 'import', 'july.csv');
    const { exit, stderr } = await d.pitstop('abort', 'july', '--reason', 'too late');
    expect(stderr).toContain('run july has ended');
    expect(exit).toBe(2);
  });

  it('a journal: printed, and taken in elsewhere', async () => {
    await using d = await desk();
    await d.pitstop('runs', 'import', 'july.csv', '--name', 'kernel');
    d.write({ 'kernel.json': (await d.pitstop('events', 'kernel')).stdout });
    await using other = await desk();
    other.write({ 'kernel.json': (await d.pitstop('events', 'kernel')).stdout });
    expect((await other.pitstop('runs', 'import', 'kernel.json')).stdout).toBe('kernel\n');
    const retroOf = async (at: Desk): Promise<Retro> => JSON.parse((await at.pitstop('retro', 'kernel', '--json')).stdout) as Retro;
    const [first, second] = [await retroOf(d), await retroOf(other)];
    expect(second).toMatchObject({
      marks: first.marks,
      curve: first.curve,
      timeZero: first.timeZero,
      origin: { words: 'imported from kernel.json' },
    });
  });
});
