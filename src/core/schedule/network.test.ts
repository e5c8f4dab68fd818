// Compiling a project: what is impossible is named with its reason, what cannot be used is dropped, and the rest becomes numbers.
import { describe, expect, it } from 'vitest';
import { compile } from './network.ts';
import type { Compiled, Network } from './network.ts';
import type { Activity, Project, Resource } from './problem.ts';

function project(resources: readonly Resource[], activities: readonly Activity[], fromMin = 0): Project {
  return { fromMin, objective: 'makespan', resources, activities };
}

function activity(name: string, durationMin: number, demands: readonly number[], successors: readonly number[] = []): Activity {
  return { name, modes: [{ durationMin, demands }], successors };
}

function reasons(compiled: Compiled): unknown {
  return compiled.ok ? 'possible' : compiled.impossible.map(({ activity: name, resource, reason }) => [name, resource, reason]);
}

function network(of: Project): Network {
  const compiled = compile(of);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.impossible));
  return compiled.network;
}

const crew: Resource = { name: 'crew', capacity: [[0, 3]] };
const night: Resource = {
  name: 'night crew',
  capacity: [
    [100, 2],
    [160, 0],
  ],
};

describe('compile', () => {
  it('impossible: more than a resource ever has', () => {
    const compiled = compile(project([crew], [activity('swap', 5, [4])]));
    expect(reasons(compiled)).toEqual([['swap', 'crew', 'needs 4 of crew; from minute 0 of the project on there are never more than 3']]);
  });

  it('impossible: a crew that never works', () => {
    const compiled = compile(project([{ name: 'crew', capacity: [] }], [activity('swap', 5, [1])]));
    expect(reasons(compiled)).toEqual([['swap', 'crew', 'needs 1 of crew; from minute 0 of the project on there are never more than 0']]);
  });

  it('impossible: a stretch that is too short, counted from when the activity is ready', () => {
    const long = activity('long', 61, [1]);
    const late = { ...activity('late', 30, [1]), releaseMin: 140 };
    expect(reasons(compile(project([night], [long, late], 50)))).toEqual([
      ['long', 'night crew', 'needs 1 of night crew for 61 min at a stretch; from minute 0 of the project on the longest is 60 min'],
      ['late', 'night crew', 'needs 1 of night crew for 30 min at a stretch; from minute 90 of the project on the longest is 20 min'],
    ]);
  });

  it('impossible: each resource alone would do, both together never', () => {
    const day: Resource = { name: 'day crew', capacity: [[140, 1]] };
    expect(reasons(compile(project([night, day], [activity('both', 30, [1, 1])])))).toEqual([
      ['both', null, 'needs several resources for 30 min at a stretch; they are never free together so long'],
    ]);
  });

  it('impossible: what waits for it is not named again', () => {
    const compiled = compile(project([crew], [activity('first', 5, [9], [1]), activity('second', 5, [1])]));
    expect(compiled.ok ? [] : compiled.impossible.map(({ activity: name }) => name)).toEqual(['first']);
  });

  it('impossible: activities in a circle, but not those before or behind it', () => {
    const circle = [
      activity('before', 1, [0], [1]),
      activity('a', 1, [0], [2]),
      activity('b', 1, [0], [1, 3]),
      activity('behind', 1, [0]),
      { ...activity('free', 1, [0]) },
    ];
    expect(reasons(compile(project([crew], circle)))).toEqual([
      ['a', null, 'it waits for itself, by way of its successors'],
      ['b', null, 'it waits for itself, by way of its successors'],
    ]);
  });

  it('modes: those that can never be carried out are dropped, and impossible is an activity without any', () => {
    const modes = [9, 2, 4, 1].map((units) => ({ durationMin: 10, demands: [units] }));
    expect([...network(project([crew], [{ name: 'k', modes, successors: [] }])).modeIndex]).toEqual([1, 3]);
    expect(
      reasons(
        compile(project([crew], [{ name: 'k', modes: modes.filter(({ demands }) => demands[0] !== 2).slice(0, 2), successors: [] }])),
      ),
    ).toEqual([
      [
        'k',
        'crew',
        'none of its 2 modes can be carried out; in the first it needs 9 of crew; from minute 0 of the project on there are never more than 3',
      ],
    ]);
  });

  it('ticks: the greatest common divisor of all times, in whole seconds, to which durations are rounded up', () => {
    const whole = network(project([crew], [activity('a', 30, [1], [1]), activity('b', 45, [1])], 600));
    expect([whole.timed.tickMin, [...whole.duration], [...whole.head], [...whole.tail]]).toEqual([15, [2, 3], [0, 2], [3, 0]]);
    const broken = network(project([crew], [activity('a', 30.5, [1])]));
    expect([broken.timed.tickMin, [...broken.duration]]).toEqual([30.5, [1]]);
    const odd = network(project([crew], [activity('a', 20.1, [1]), activity('b', 1 / 7, [1])]));
    expect([odd.timed.tickMin, [...odd.duration]]).toEqual([9 / 60, [134, 1]]);
  });

  it('heads: wait for predecessors, release and calendar', () => {
    const late = { ...activity('late', 10, [1]), releaseMin: 155 };
    const open: Resource = { name: 'day', capacity: [...night.capacity, [300, 1]] };
    const compiled = network(project([open], [activity('a', 20, [1], [1]), activity('b', 45, [1]), late]));
    expect([...compiled.head].map((tick) => tick * compiled.timed.tickMin)).toEqual([100, 300, 300]);
  });

  it('shape: a project that contradicts itself is a bug of the caller', () => {
    const bad =
      (resource: Resource, one: Activity): (() => unknown) =>
      () =>
        compile(project([resource], [one]));
    const unsorted: Resource = {
      name: 'crew',
      capacity: [
        [5, 1],
        [5, 2],
      ],
    };
    expect(bad(unsorted, activity('a', 1, [1]))).toThrow('not sorted');
    expect(bad({ name: 'crew', capacity: [[0, 1.5]] }, activity('a', 1, [1]))).toThrow('whole number');
    expect(bad(crew, activity('a', -1, [1]))).toThrow('negative duration');
    expect(bad(crew, activity('a', 1, []))).toThrow('how many units');
    expect(bad(crew, activity('a', 1, [1], [7]))).toThrow('unknown successor');
    expect(bad(crew, { name: 'a', modes: [], successors: [] })).toThrow('no mode');
  });
});
