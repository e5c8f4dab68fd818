import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { retroOf, type Retro } from '../../core/retro/retro.ts';
import { compile } from '../../core/run/compile.ts';
import { createChronicle, record } from '../../core/run/chronicle.ts';
import { BadInputError, showProblem } from '../problem.ts';
import { parsePlan, showPlan } from '../plan-file.ts';
import { readPast, type PastRuns, type PastSources } from './read-past.ts';
import type { PastRun } from './record.ts';

const HOUR = 60;

function read(text: string, more: Partial<PastSources> = {}): PastRuns {
  return readPast({
    file: 'record.csv',
    text,
    zone: 'UTC',
    name: null,
    nodes: new Map(),
    curves: [],
    nodesMin: 2,
    fleet: null,
    plan: null,
    ...more,
  });
}

function retro({ run, plan, entries }: PastRun): Retro {
  // As the server does it: the plan goes through its file's text.
  const parsed = parsePlan(showPlan(plan), 'plan');
  const chronicle = createChronicle(compile(parsed));
  for (const entry of entries) record(chronicle, entry);
  return retroOf({ run, createdAt: 0, options: { origin: 'import', importedFrom: 'record.csv' } }, parsed, chronicle);
}

function problems(text: string, more: Partial<PastSources> = {}): string[] {
  try {
    read(text, more);
  } catch (error) {
    if (error instanceof BadInputError) return error.problems.map(showProblem);
    throw error;
  }
  return [];
}

const said = ({ remarks }: PastRuns): string[] => remarks.map(showProblem);
const nodes = (count: number) => new Map([[null, Array.from({ length: count }, (_, i) => `w${i + 1}`)]]);

describe('table of windows', () => {
  const HEAD = 'id,planned_start,planned_end,planned_h,actual_start,actual_end,actual_h,overrun_h,what,why_late\n';

  it('planned against actual, by times or by recorded hours', () => {
    const { runs } = read(`${HEAD}w1,2031-07-08T09:00,2031-07-08T17:00,,2031-07-08T10:00,2031-07-08T20:30,,,image,a switch\n`);
    expect(runs.map(({ run }) => run)).toEqual(['record-w1']);
    const [first] = runs;
    expect(first && retro(first)).toMatchObject({
      change: 'image',
      baseline: 0,
      state: 'settled',
      window: { planned: { min: 8 * HOUR }, actual: { min: 10.5 * HOUR }, overrunMin: 2.5 * HOUR, whyLate: 'a switch' },
    });
  });

  it('a day is the whole of it in the zone given, and recorded hours say how much of the last one was used', () => {
    const text = `${HEAD}w1,2031-07-08,2031-07-09,,2031-07-08T20:00,2031-07-09,17,,x,\n`;
    const window = (zone: string) => {
      const [run] = read(text, { zone }).runs;
      return run ? retro(run).window : null;
    };
    expect(window('UTC')).toMatchObject({
      planned: { from: Date.UTC(2031, 6, 8), to: Date.UTC(2031, 6, 10), min: 48 * HOUR },
      actual: { to: Date.UTC(2031, 6, 9, 13), min: 17 * HOUR },
    });
    expect(window('America/Phoenix')).toMatchObject({ planned: { from: Date.UTC(2031, 6, 8, 7) } });
  });

  it('words in a date: the date is read and the words are remarked; without a date it is not known', () => {
    const runs = read(`${HEAD}w1,2031-07-08 09:00,"2031-07-09 (end of day, or so)",,soon,,,,x,\n`);
    expect(said(runs)).toEqual([
      'record.csv:2:21: 2031-07-09 (end of day, or so): read as 2031-07-09, the whole day; the words behind it are not',
      'record.csv:2:55: soon: does not begin with a date, so it counts as not known; write 2031-07-08 or 2031-07-08T09:00',
    ]);
    expect(runs.runs).toHaveLength(1);
  });

  it('a row that says no time: skipped with a word', () => {
    const runs = read(`${HEAD}w1,,,,,,,,x,\nw2,2031-07-08,,,,,,,y,\n`);
    expect(runs.runs.map(({ run }) => run)).toEqual(['record-w2']);
    expect(said(runs)).toEqual(['record.csv:2:1: w1: skipped: nothing says when it was; fill in planned_start or actual_start']);
  });

  it('hours that contradict the times: taken as recorded, and remarked', () => {
    const runs = read(`${HEAD}w1,2031-07-08T09:00,2031-07-08T17:00,9,,,,,x,\n`);
    expect(said(runs)).toEqual(['record.csv:2:38: 9: its times are 8.0 h apart; the hours are taken as recorded']);
    expect(runs.runs[0] && retro(runs.runs[0]).window?.planned.min).toBe(9 * HOUR);
  });

  it.each([
    [
      'ends before it began',
      `${HEAD}w1,2031-07-08T09:00,2031-07-07T17:00,,,,,,x,\n`,
      'record.csv:2:21: 2031-07-07T17:00: ends before it began; check planned_start too',
    ],
    [
      'an id twice',
      `${HEAD}w1,2031-07-08,,,,,,,x,\nw1,2031-07-09,,,,,,,x,\n`,
      'record.csv:3:1: w1: two windows are called w1; give each an id of its own',
    ],
    ['no id', `${HEAD},2031-07-08,,,,,,,x,\n`, 'record.csv:2:1: a window without id; give it one: its run is named after it'],
    ['no id column', 'planned_start,what\n2031-07-08,x\n', 'record.csv:1:1: there is no column id; add it, and its name to the first line'],
    ['a column twice', 'id,planned_start,id\n', 'record.csv:1:18: id: two columns of this name; name each column once'],
    [
      'a comma too much',
      `${HEAD}w1,2031-07-08,,,,,,,x, y,z\n`,
      'record.csv:2:26: z: the row has 11 cells, the head 10; put cells with commas in double quotes',
    ],
    [
      'a file of another form',
      'host,from,to\n',
      'record.csv:1:1: host,from,to: the first line is of no form that is known; give a table of windows (id,planned_start,planned_end,...), of nodes (node,left,back), the output of sacctmgr -P show event, or of pitstop events',
    ],
  ])('bad input: %s', (_, text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });

  it('return curve: who is back when, the rest named, other columns told as notes', () => {
    const curve = {
      id: 'w1',
      file: 'curve.csv',
      text: 'local_time,nodes_back,cores,note\n2031-07-08T20:00,2,,first ones\n2031-07-08T21:00,3,64,\n2031-07-08T23:00,,96,~\n',
    };
    const { runs } = read(`${HEAD}w1,2031-07-08T09:00,2031-07-08T17:00,,2031-07-08T09:00,2031-07-08T20:00,,,image,\n`, {
      nodes: nodes(4),
      curves: [curve],
    });
    const seen = runs[0] && retro(runs[0]);
    expect(seen).toMatchObject({ baseline: 4, returned: 3, marks: { '50': 11 * HOUR, '75': 12 * HOUR, '95': null }, short: false });
    expect(seen?.stragglers.map(({ target }) => target)).toEqual(['w4']);
    expect(seen?.people.map(({ by, why }) => `${by}: ${why}`)).toEqual([
      'curve.csv: first ones',
      'curve.csv: cores 64',
      'curve.csv: cores 96; ~',
    ]);
  });

  it('return curve that falls: what did not last is not counted', () => {
    const curve = { id: null, file: 'curve.csv', text: 'time,nodes_back\n2031-07-08T20:00,3\n2031-07-08T21:00,1\n2031-07-08T22:00,4\n' };
    const { runs } = read(`${HEAD}w1,2031-07-08T09:00,,,2031-07-08T10:00,,,,image,\n`, { nodes: nodes(4), curves: [curve] });
    expect(runs[0] && retro(runs[0]).curve.map(([min]) => min / HOUR)).toEqual([10, 12, 12, 12]);
  });

  it.each([
    [
      'without the number of nodes',
      { curves: [{ id: null, file: 'c.csv', text: '' }] },
      '--curve:1:1: c.csv: a return curve needs to know how many nodes there were in all; add --nodes N, or --nodes "SET"',
    ],
    [
      'of no window',
      { nodes: nodes(2), curves: [{ id: 'w9', file: 'c.csv', text: '' }] },
      '--curve:1:1: w9: no window of this id; known here: w1',
    ],
    [
      'without a column',
      { nodes: nodes(2), curves: [{ id: null, file: 'c.csv', text: 'time,n\n' }] },
      'c.csv:1:1: there is no column nodes_back; add it, and its name to the first line',
    ],
    [
      'with more nodes than there are',
      { nodes: nodes(2), curves: [{ id: null, file: 'c.csv', text: 'time,nodes_back\n2031-07-08T20:00,3\n' }] },
      'c.csv:2:18: 3: more nodes than there are: 2; give all of them with --nodes',
    ],
    [
      'out of order',
      { nodes: nodes(2), curves: [{ id: null, file: 'c.csv', text: 'time,nodes_back\n2031-07-08T20:00,1\n2031-07-08T19:00,2\n' }] },
      'c.csv:3:1: 2031-07-08T19:00: comes before the row above it; put the rows in order of time',
    ],
    [
      'with a date in words',
      { nodes: nodes(2), curves: [{ id: null, file: 'c.csv', text: 'time,nodes_back\n2031-07-08T20:00 or so,1\n' }] },
      'c.csv:2:1: 2031-07-08T20:00 or so: has words behind the time; write 2031-07-08 or 2031-07-08T09:00',
    ],
  ])('bad curve: %s', (_, more, problem) => {
    expect(problems(`${HEAD}w1,2031-07-08T09:00,,,,,,,image,\n`, more)).toEqual([problem]);
  });
});

describe('table of nodes', () => {
  it('with steps: each column is the end of one, and the last way is the return', () => {
    const { runs } = read(
      'node,left,drained,rebooted,back,why\n"n[1-2]",2031-07-08T09:00,2031-07-08T09:10,2031-07-08T09:40,2031-07-08T10:00,image\nn3,2031-07-08T09:05,2031-07-08T09:20,,,image\n',
    );
    const seen = runs[0] && retro(runs[0]);
    expect(seen).toMatchObject({ run: 'record', change: 'image', baseline: 3, returned: 2 });
    expect(seen?.phases.map(({ step, medianMin, ended }) => `${step} ${medianMin} (${ended})`)).toEqual([
      'drained 10 (3)',
      'rebooted 30 (2)',
      'return 20 (2)',
    ]);
    expect(seen?.stragglers).toMatchObject([{ target: 'n3', step: 'rebooted', cause: 'not back by the end of the record (image)' }]);
  });

  it('a step whose end is not known of all: its column is left out, and remarked', () => {
    const runs = read(
      'node,left,back,drained\nn1,2031-07-08T09:00,2031-07-08T10:00,\nn2,2031-07-08T09:00,2031-07-08T10:00,2031-07-08T09:10\n',
    );
    expect(said(runs)).toEqual([
      'record.csv:2:38: drained: its end is not known of a node that went on, so the column is not read; fill it in',
    ]);
    expect(runs.runs[0] && retro(runs.runs[0]).phases.map(({ step }) => step)).toEqual(['outage']);
  });

  it.each([
    [
      'a node twice',
      'node,left,back\nn1,2031-07-08T09:00,\n"n[1-2]",2031-07-08T09:00,\n',
      'record.csv:3:1: n[1-2]: n1 has a row already; one row a node: from its first leaving to its last return',
    ],
    [
      'back before it left',
      'node,left,back\nn1,2031-07-08T09:00,2031-07-08T08:00\n',
      'record.csv:2:21: 2031-07-08T08:00: comes before what must have come earlier on this node; check the row',
    ],
    ['no time', 'node,left,back\nn1,,2031-07-08T08:00\n', 'record.csv:2:4: nothing says when it left service; fill in left'],
    ['a day', 'node,left,back\nn1,2031-07-08,\n', 'record.csv:2:4: 2031-07-08: is a day without a time; write 2031-07-08T09:00'],
    ['no node', 'node,left,back\n,2031-07-08T09:00,\n', 'record.csv:2:1: a row without node; name it, or a folded set such as n[1-4]'],
    ['nothing', 'node,left,back\n', 'record.csv:1:1: no node follows; write a row for each node'],
    [
      'an hour that comes twice',
      'node,left,back\nn1,2026-11-01T01:30,\n',
      'record.csv:2:4: 2026-11-01T01:30: this hour comes twice in America/Los_Angeles: the clocks go back; write it with an offset such as -07:00',
    ],
  ])('bad input: %s', (_, text, problem) => {
    expect(problems(text, { zone: 'America/Los_Angeles' })).toEqual([problem]);
  });
});

/** As sacctmgr 22.05.8 printed it for drains, reboots by somebody else, a resume, and a node set down with another reason. */
const EVENTS = `Cluster|NodeName|TimeStart|TimeEnd|State|Reason|User
testbed||2026-11-22T10:15:35|Unknown||Cluster Registered TRES|
testbed|n1|2026-11-22T10:15:47|2026-11-22T10:15:50|DRAIN|kernel update | july|root(0)
testbed|n1|2026-11-22T10:15:50|2026-11-22T10:15:54|DRAIN|kernel update | july|root(0)
testbed|n2|2026-11-22T10:15:41|2026-11-22T10:15:50|DRAIN|kernel update | july|root(0)
testbed|n2|2026-11-22T10:15:50|2026-11-22T10:15:54|DRAIN|kernel update | july|root(0)
testbed|n3|2026-11-22T10:15:41|2026-11-22T10:15:56|DRAIN|kernel update | july|root(0)
testbed|n3|2026-11-22T10:15:56|Unknown|DRAIN|dead disk|root(0)
testbed|n4|2026-11-22T10:15:48|2026-11-22T10:15:51|BOOT^|fw : reboot issued|root(0)
`;

describe("events of Slurm's accounting", () => {
  it('as sacctmgr prints them: one maintenance, a bar in its reason, the open end named, single nodes left out with a word', () => {
    const { runs, notes } = read(EVENTS, { file: 'events.txt' });
    expect(runs.map(({ run }) => run)).toEqual(['events-2026-11-22']);
    const seen = runs[0] && retro(runs[0]);
    expect(seen).toMatchObject({ change: 'kernel update | july', baseline: 3, returned: 2, timeZero: Date.UTC(2026, 10, 22, 10, 15, 41) });
    expect(seen?.curve.map(([min]) => min * 60)).toEqual([13, 13]);
    expect(seen?.stragglers.map(({ target }) => target)).toEqual(['n3']);
    expect(notes).toEqual(['outages that fewer than 2 nodes shared are no maintenance: n4 (--least 1 takes them)']);
  });

  it.each([
    [
      'a time that is none',
      EVENTS.replace('2026-11-22T10:15:47', 'yesterday'),
      'record.csv:3:12: yesterday: does not begin with a date; write 2031-07-08 or 2031-07-08T09:00',
    ],
    [
      'a line that was cut',
      EVENTS.replace('|DRAIN|dead disk|root(0)', ''),
      'record.csv:8:32: Unknown: the line has 4 parts, the head 7; use the output as it was printed',
    ],
    [
      'no times asked for',
      'NodeName|State|Reason\nn1|DRAIN|x\n',
      'record.csv:1:1: there is no column timestart; add it, and its name to the first line',
    ],
  ])('bad input: %s', (_, text, problem) => {
    expect(problems(text)[0]).toBe(problem);
  });
});

describe('other forms', () => {
  it.each([
    [
      'nodes of a table that names its own',
      'node,left,back\nn1,2031-07-08T09:00,\n',
      { nodes: nodes(4) },
      '--nodes:1:1: is for a table of windows, and this is a table of nodes; leave it out',
    ],
    [
      'a plan for events',
      EVENTS,
      { plan: { file: 'p', text: '' } },
      "--plan:1:1: is for a journal, and this is the output of Slurm's accounting; leave it out",
    ],
    [
      'nodes of no window',
      'id,planned_start\na,2031-07-08\n',
      { nodes: new Map([['b', ['n1']]]) },
      '--nodes:1:1: b: no window of this id; known here: a',
    ],
    [
      'a curve of one of two',
      'id,planned_start\na,2031-07-08\nb,2031-07-09\n',
      { nodes: nodes(4), curves: [{ id: null, file: 'c.csv', text: '' }] },
      '--curve:1:1: c.csv: the record has 2 windows; say of which this is the curve: --curve ID=c.csv; known here: a, b',
    ],
  ])('an option that has no use here: %s', (_, text, more, problem) => {
    expect(problems(text, more)).toEqual([problem]);
  });

  it('equal content has one id, whatever it is called', () => {
    const [a] = read(EVENTS).runs;
    const [b] = read(EVENTS, { name: 'other', file: 'elsewhere.txt' }).runs;
    const [c] = read(EVENTS.replace('10:15:54', '10:15:55')).runs;
    expect(b?.run).toBe('other');
    expect(b?.contentId).toBe(a?.contentId);
    expect(c?.contentId).not.toBe(a?.contentId);
  });
});

const WYNTON = resolve(import.meta.dirname, '../../../../shared/data/maintenance-windows');

describe.skipIf(!existsSync(WYNTON))(
  `what really happened at a research cluster${existsSync(WYNTON) ? '' : ' (skipped: ../shared/data/maintenance-windows is not here)'}`,
  () => {
    const text = (name: string): string => readFileSync(join(WYNTON, name), 'utf8');
    const all = () =>
      read(text('windows.csv'), {
        file: 'windows.csv',
        nodes: nodes(490),
        curves: [{ id: '2023-10', file: 'return-curve.csv', text: text('return-curve.csv') }],
      });

    it('every window is read, and every oddity remarked', () => {
      const { runs, remarks } = all();
      expect(runs.map(({ run }) => run)).toEqual(
        ['2020-12', '2023-02', '2023-05', '2023-10', '2024-04', '2020-11'].map((id) => `windows-${id}`),
      );
      expect(remarks.filter(({ why }) => why.startsWith('read as'))).toHaveLength(4);
    });

    it('planned against actual, in hours', () => {
      const hours = all().runs.map((run) => {
        const { window } = retro(run);
        return [
          run.run.slice('windows-'.length),
          ...[window?.planned.min, window?.actual.min, window?.overrunMin].map((min) => (min ?? null) && (min ?? 0) / HOUR),
        ];
      });
      expect(hours).toEqual([
        ['2020-12', 48, 30, 0],
        ['2023-02', 20, 17, -3],
        ['2023-05', 20, 379, 359],
        ['2023-10', 104, 389, 285],
        ['2024-04', 336, 519.5, 183.5],
        ['2020-11', null, 283, null],
      ]);
    });

    it('the return curve of 2023-10: 36 of 490 when it was declared over, 98 a day later, the rest not known', () => {
      const run = all().runs.find(({ run: name }) => name === 'windows-2023-10');
      const seen = run && retro(run);
      expect(seen).toMatchObject({ baseline: 490, returned: 98, short: true, marks: { '50': null } });
      const backAt = (min: number): number => seen?.curve.filter(([at]) => at <= min).length ?? 0;
      expect([389 * HOUR, 390 * HOUR, 415 * HOUR].map(backAt)).toEqual([0, 36, 98]);
      expect(seen?.people.map(({ why }) => why)).toContain('cpu_cores_back 15000; ~');
    });
  },
);
