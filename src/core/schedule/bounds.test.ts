// A bound must never lie above the optimum, and should say which argument gave it.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leastCost, randomProject, stretched } from '../../../test/schedule-projects.ts';
import { lowerBound } from './bounds.ts';
import type { Bound } from './bounds.ts';
import { compile } from './network.ts';
import type { Activity, CapacityStep, Project } from './problem.ts';

function boundOf(project: Project): Bound {
  const compiled = compile(project);
  if (!compiled.ok) throw new Error('the project is impossible');
  return lowerBound(compiled.network);
}

function crewProject(
  units: number,
  work: readonly (readonly [durationMin: number, units: number])[],
  calendar?: readonly CapacityStep[],
): Project {
  return {
    fromMin: 0,
    objective: 'makespan',
    resources: [{ name: 'crew', capacity: calendar ?? [[0, units]] }],
    activities: work.map(([durationMin, taken], j): Activity => ({
      name: `a${j}`,
      modes: [{ durationMin, demands: [taken] }],
      successors: [],
    })),
  };
}

describe('lowerBound', () => {
  it.each(['makespan', 'weighted completion'] as const)('%s: never above the optimum (modes, calendars, releases)', (objective) => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), fc.boolean(), (seed, several, calendars) => {
        const project = randomProject(seed, { activities: several ? 4 : 5, modes: several ? 2 : 1, calendars, objective });
        const optimum = leastCost(project);
        expect(boundOf(project).value).toBeLessThanOrEqual(optimum + 1e-9);
        expect(boundOf(stretched(project, 1.1)).value).toBeLessThanOrEqual(optimum * 1.1 + 1e-6);
      }),
      { numRuns: 150 },
    );
  });

  it('critical path: a chain', () => {
    const chain = crewProject(5, [
      [10, 1],
      [20, 1],
      [30, 1],
    ]);
    const activities = chain.activities.map((activity, j) => ({ ...activity, successors: j < 2 ? [j + 1] : [] }));
    expect(boundOf({ ...chain, activities })).toEqual({ value: 60, kind: 'critical path' });
  });

  it('resource: work through a capacity that opens late', () => {
    const calendar: CapacityStep[] = [
      [0, 0],
      [100, 2],
    ];
    expect(
      boundOf(
        crewProject(
          2,
          Array.from({ length: 9 }, () => [10, 1] as const),
          calendar,
        ),
      ),
    ).toEqual({ value: 150, kind: 'resource' });
  });

  it('disjunctive: three of five do not go side by side', () => {
    expect(
      boundOf(
        crewProject(5, [
          [10, 3],
          [10, 3],
          [10, 3],
        ]),
      ),
    ).toEqual({ value: 30, kind: 'disjunctive' });
  });

  it('energetic: what must happen in the middle', () => {
    // Within less than 14 the long ones overlap in the middle, and leave no room for the one that is tied to it.
    const base = crewProject(3, [
      [9, 1],
      [9, 1],
      [4, 2],
      [3, 0],
      [3, 0],
    ]);
    const successors = [[], [], [4], [2], []];
    const project = { ...base, activities: base.activities.map((activity, j) => ({ ...activity, successors: successors[j] ?? [] })) };
    expect(boundOf(project)).toEqual({ value: 14, kind: 'energetic' });
  });

  it('weighted: one after the other in the order of weight per work', () => {
    const weights = [1, 5, 3];
    const base = crewProject(1, [
      [10, 1],
      [10, 1],
      [20, 1],
    ]);
    const activities = base.activities.map((activity, j) => ({ ...activity, weight: weights[j] ?? 0 }));
    const bound = boundOf({ ...base, objective: 'weighted completion', activities });
    expect(bound.kind).toBe('resource');
    expect(bound.value).toBeCloseTo(5 * 10 + 3 * 30 + 40);
  });
});
