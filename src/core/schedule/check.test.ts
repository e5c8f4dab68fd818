// The checker must find every error that is planted in a valid schedule.
import { describe, expect, it } from 'vitest';
import { checkSchedule } from './check.ts';
import type { Project, Schedule } from './problem.ts';

const project: Project = {
  fromMin: 100,
  objective: 'weighted completion',
  resources: [
    {
      name: 'crew',
      capacity: [
        [100, 2],
        [160, 0],
        [200, 1],
      ],
    },
    { name: 'bench', capacity: [[0, 1]] },
  ],
  activities: [
    { name: 'open', modes: [{ durationMin: 30, demands: [1, 0] }], successors: [1], weight: 2 },
    {
      name: 'swap',
      modes: [
        { durationMin: 30, demands: [2, 1] },
        { durationMin: 50, demands: [1, 1] },
      ],
      successors: [2],
      weight: 1,
    },
    { name: 'sign', modes: [{ durationMin: 0, demands: [9, 9] }], successors: [] },
    { name: 'test', modes: [{ durationMin: 25.5, demands: [1, 1] }], successors: [], releaseMin: 200 },
  ],
};

const valid: Schedule = { startMin: [100, 130, 160, 200], modes: [0, 0, 0, 0], makespanMin: 125.5, cost: 2 * 30 + 60 };

function rules(change: Partial<Schedule>, of: Project = project): string[] {
  return [...new Set(checkSchedule(of, { ...valid, ...change }).map(({ rule }) => rule))];
}

describe('checkSchedule', () => {
  it('valid: nothing to say, and rounding is no error', () => {
    expect(checkSchedule(project, valid)).toEqual([]);
    expect(rules({ startMin: [100, 130 - 1e-9, 160, 200 - 1e-9] })).toEqual([]);
  });

  it('shape: a start or a mode that is missing or is none', () => {
    expect(rules({ startMin: [100, 130, 160] })).toEqual(['shape']);
    expect(rules({ modes: [0, 2, 0, 0] })).toEqual(['shape']);
    expect(rules({ startMin: [100, Number.NaN, 160, 200] })).toEqual(['shape']);
  });

  it('release: before its own, or before the project', () => {
    expect(rules({ startMin: [100, 130, 160, 190] })).toContain('release');
    expect(rules({ startMin: [99, 130, 160, 200], cost: 2 * 29 + 60 })).toContain('release');
  });

  it('precedence: a start before the predecessor has finished, without duration too', () => {
    expect(rules({ startMin: [100, 129, 160, 200], cost: 60 + 59 })).toContain('precedence');
    expect(rules({ startMin: [100, 130, 159, 200] })).toEqual(['precedence']);
  });

  it('resource: too much at once, across a blackout, before the first step, in a mode that takes longer', () => {
    expect(rules({ startMin: [100, 205, 235, 200], makespanMin: 135, cost: 60 + 135 })).toEqual(['resource']);
    expect(rules({ startMin: [131, 161, 191, 200], cost: 2 * 61 + 91 })).toEqual(['resource']);
    const later = { ...project, resources: project.resources.map((each) => ({ ...each, capacity: [[101, 2] as const] })) };
    expect(rules({}, later)).toEqual(['resource']);
    expect(rules({ modes: [0, 1, 0, 0], startMin: [100, 130, 180, 200], cost: 60 + 80 })).toEqual(['resource']);
  });

  it('figures: a makespan or a cost that the starts do not give', () => {
    expect(rules({ makespanMin: 125 })).toEqual(['figures']);
    expect(rules({ cost: 119 })).toEqual(['figures']);
    expect(rules({}, { ...project, objective: 'makespan' })).toEqual(['figures']);
    expect(rules({ cost: 125.5 }, { ...project, objective: 'makespan' })).toEqual([]);
  });
});
