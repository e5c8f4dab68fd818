import { describe, expect, it } from 'vitest';
import type { Block } from './blocks.ts';
import { blocksOf } from './blocks.ts';
import { answerAll } from '../rehearse/asking.ts';
import { answerHere } from '../rehearse/runner.ts';
import { crewWork } from './crew-work.ts';
import { subtract } from './intervals.ts';
import { byPriorityRule, projectOf, settingsOf } from './project.ts';
import { searchExample } from './search-example.ts';

const BLOCKS: readonly Block[] = [
  { cluster: 'a', nodes: 16, modes: [mode(0.5, 100), mode(1, 60)] },
  { cluster: 'b', nodes: 48, modes: [mode(0.5, 200), mode(1, 120)] },
];

describe('the project of a plan', () => {
  const clusters = { a: { nodes: 16 }, b: { nodes: 48 } };
  const blackouts = [{ fromMin: 150, toMin: 200, why: 'evaluation' }];
  const windows = [
    { cluster: 'a', fromMin: 0, toMin: 300 },
    { cluster: 'b', fromMin: 60, toMin: 400 },
  ];
  const { rules } = searchExample({ clusters, places: 4, policy: { windows, blackouts } });
  const project = projectOf(rules, BLOCKS, 'weighted completion');
  const units = (resource: string, activity: number, at: number): number | undefined =>
    project.activities[activity]?.modes[at]?.demands[project.resources.findIndex(({ name }) => name === resource)];

  it('a part of the places is a mode of its own, longer', () => {
    expect([units('limit image-server', 0, 0), units('limit image-server', 0, 1)]).toEqual([2, 4]);
    expect(project.activities[0]?.modes.map(({ durationMin }) => durationMin)).toEqual([100, 60]);
  });

  it('each cluster needs its own window, without the blackout', () => {
    expect(project.resources.find(({ name }) => name === 'open b')?.capacity).toEqual([
      [60, 1],
      [150, 0],
      [200, 1],
      [400, 0],
    ]);
    expect([units('open a', 0, 0), units('open b', 0, 0)]).toEqual([1, 0]);
  });

  it('where no window is long enough, it says only when the work may begin', () => {
    const short = projectOf(rules, [{ cluster: 'a', nodes: 16, modes: [mode(1, 900)] }], 'makespan');
    expect(short.resources.find(({ name }) => name === 'open a')?.capacity).toEqual([[0, 1]]);
  });

  it('a schedule is carried out by its order and by how many it has at once', () => {
    const said = { makespanMin: 180, cost: 180 };
    expect(settingsOf({ ...said, startMin: [120, 0], modes: [1, 1] }, BLOCKS, null)).toEqual({ order: ['b', 'a'], clusters: 1 });
    expect(settingsOf({ ...said, startMin: [0, 10], modes: [0, 0] }, BLOCKS, null)).toEqual({ order: ['a', 'b'] });
  });

  it('without a search: by nodes over time', () => {
    expect(byPriorityRule(BLOCKS)).toEqual(['b', 'a']);
  });

  it('a table says that fewer places take longer', () => {
    const blocks = answerAll(blocksOf(rules, 1, true), answerHere());
    expect(blocks.map(({ cluster, nodes }) => [cluster, nodes])).toEqual([
      ['a', 16],
      ['b', 48],
    ]);
    for (const { modes } of blocks) expect(modes[0]?.durationMin).toBeGreaterThan(modes[1]?.durationMin ?? Infinity);
  });
});

describe('crews', () => {
  const { rules } = searchExample({ clusters: { a: { nodes: 40 } }, places: 4 });
  const [id = ''] = Object.keys(rules.procedures);
  const procedure = rules.procedures[id];
  const steps = procedure?.steps.map((step) => (step.name === 'activate' ? { ...step, fails: 0.1 } : step)) ?? [];
  const way = {
    way: 'hands',
    share: 1,
    takes: { medianMs: 3_600_000, logSd: 0, n: 1, source: 'lab' },
    tries: [],
    crew: 'hardware',
    part: null,
  };
  const mended = procedure ? { ...procedure, steps, mopUp: [way] } : procedure;
  const plan = {
    ...rules,
    procedures: mended ? { [id]: mended } : {},
    policy: { ...rules.policy, crew: { hardware: { count: 2, shifts: '06:00-22:00', timezone: 'UTC' } } },
    calendars: { 'crew:hardware': [[360, 1_320]] as const },
  };

  it('four stragglers of an hour each are two hours for two people', () => {
    expect(crewWork(plan, 'a')).toEqual([{ cluster: 'a', crew: 'hardware', people: 2, durationMin: 120 }]);
  });

  it('come after their cluster, in their shifts', () => {
    const project = projectOf(plan, [{ cluster: 'a', nodes: 40, modes: [mode(1, 60)] }], 'makespan');
    expect(project.activities.map(({ name }) => name)).toEqual(['a', 'a hardware']);
    expect(project.activities[0]?.successors).toEqual([1]);
    expect(project.resources.find(({ name }) => name === 'crew hardware')?.capacity).toEqual([
      [360, 2],
      [1_320, 0],
    ]);
  });
});

describe('subtract', () => {
  it('cuts, drops and joins', () => {
    expect(
      subtract(
        [
          [0, 10],
          [10, 20],
          [30, 40],
        ],
        [
          [5, 6],
          [30, 40],
        ],
      ),
    ).toEqual([
      [0, 5],
      [6, 20],
    ]);
  });
});

function mode(share: number, durationMin: number): Block['modes'][number] {
  return { share, durationMin };
}
