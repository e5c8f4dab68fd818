// The search: optimal where the optimum is known, unmoved by what does not change a project, the same for the same seed, and honest where
// there is no schedule.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backwards, leastCost, randomProject, renumbered, shuffled, stretched } from '../../../test/schedule-projects.ts';
import { lowerBound } from './bounds.ts';
import { checkSchedule } from './check.ts';
import { compile } from './network.ts';
import type { Network } from './network.ts';
import type { Activity, Project, Schedule } from './problem.ts';
import { search } from './search.ts';
import type { Found } from './search.ts';

function networkOf(project: Project): Network {
  const compiled = compile(project);
  if (!compiled.ok) throw new Error('the project is impossible');
  return compiled.network;
}

/** The schedule found, which is checked on the way. */
function scheduled(project: Project, schedulesMax: number, seed = 1): Schedule {
  const network = networkOf(project);
  const found = search(network, { seed, schedulesMax, lowerBound: lowerBound(network).value });
  if (!found.ok) throw new Error('no schedule');
  expect(checkSchedule(project, found.schedule)).toEqual([]);
  return found.schedule;
}

function activity(name: string, durationMin: number, demands: readonly number[], successors: readonly number[] = []): Activity {
  return { name, modes: [{ durationMin, demands }], successors };
}

describe('search', () => {
  it.each(['makespan', 'weighted completion'] as const)('%s: the optimum of tiny projects (modes, calendars, releases)', (objective) => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), fc.boolean(), (seed, several, calendars) => {
        const project = randomProject(seed, { activities: several ? 4 : 5, modes: several ? 2 : 1, calendars, objective });
        expect(scheduled(project, 1_000).cost).toBe(leastCost(project));
      }),
      { numRuns: 60 },
    );
  });

  it('transforms: backwards, renumbered and stretched projects have the same optimum', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const project = randomProject(seed, { activities: 6, resources: 3 });
        const { cost } = scheduled(project, 2_000);
        expect(scheduled(backwards(project), 2_000).cost).toBe(cost);
        expect(scheduled(renumbered(project, seed), 2_000).cost).toBe(cost);
        expect(scheduled(stretched(project, 7), 2_000).cost).toBe(7 * cost);
        expect(scheduled(stretched(project, 1.3), 2_000).cost).toBeCloseTo(1.3 * cost, 6);
      }),
      { numRuns: 15 },
    );
  });

  it('seed: equal seeds and schedules give equal results, and more schedules never a worse one', () => {
    const project = randomProject(7, { activities: 40, resources: 3, durationMax: 9, calendars: true });
    const again = [1, 2].map(() => scheduled(project, 900, 5));
    expect(again[0]).toEqual(again[1]);
    const network = networkOf(project);
    const first = search(network, { seed: 5, schedulesMax: 1 });
    expect(first.ok && first.schedule.cost).toBeGreaterThanOrEqual(again[0]?.cost ?? Infinity);
  });

  it('budget: a callback ends it, after one schedule at the earliest; a bound that is reached ends it too', () => {
    const project = randomProject(3, { activities: 30, durationMax: 9 });
    const network = networkOf(project);
    let asked = 0;
    const short = search(network, { seed: 1, spent: () => asked++ / 50 });
    expect(short.ok && short.schedules).toBeLessThanOrEqual(50 * 103);
    const none = search(network, { seed: 1, spent: () => 1 });
    expect(none.ok && checkSchedule(project, none.schedule)).toEqual([]);
    const bounded = search(network, { seed: 1, schedulesMax: 1e6, lowerBound: 1e6 });
    expect(bounded).toMatchObject({ ok: true, optimal: true, schedules: 3 });
    expect(() => search(network, { seed: 1 })).toThrow('limit');
  });

  it('small spaces: ends when there is nothing else to find', () => {
    const network = networkOf({ ...randomProject(1, { activities: 2 }), objective: 'weighted completion' });
    const found: Found = search(network, { seed: 1, schedulesMax: 1e9 });
    expect(found).toMatchObject({ ok: true, optimal: false });
  });

  it('empty: a project without activities is done at once', () => {
    expect(scheduled({ fromMin: 5, objective: 'makespan', resources: [], activities: [] }, 10)).toMatchObject({
      makespanMin: 0,
      startMin: [],
    });
  });

  it('modes: takes more at once where that is shorter, and fewer where it has to share', () => {
    // Four targets at once take 60 minutes, two take 100; the image server has four places.
    const modes = [
      { durationMin: 60, demands: [4] },
      { durationMin: 100, demands: [2] },
    ];
    const waves = (count: number): Project => ({
      fromMin: 0,
      objective: 'makespan',
      resources: [{ name: 'image server', capacity: [[0, 4]] }],
      activities: Array.from({ length: count }, (_, j) => ({ name: `w${j}`, modes, successors: [] })),
    });
    expect(scheduled(waves(1), 200)).toMatchObject({ makespanMin: 60, modes: [0] });
    expect(scheduled(waves(2), 400)).toMatchObject({ makespanMin: 100, modes: [1, 1] });
    expect(scheduled(waves(3), 800).makespanMin).toBe(160);
  });

  it('modes: a schedule is not taken for another one whose starts and modes look alike', () => {
    const project = randomProject(1133, { activities: 4, modes: 2 });
    for (const seed of [1, 2, 3]) expect(scheduled(project, 1_000, seed).cost).toBe(5);
  });

  it('weighted: what keeps away the most capacity for its time goes first', () => {
    const project: Project = {
      fromMin: 1_000,
      objective: 'weighted completion',
      resources: [{ name: 'crew', capacity: [[0, 1]] }],
      activities: [10, 20, 30].map((durationMin, j) => ({ ...activity(`a${j}`, durationMin, [1]), weight: [1, 6, 6][j] ?? 0 })),
    };
    expect(scheduled(project, 200)).toMatchObject({ startMin: [1_050, 1_000, 1_020], cost: 60 + 6 * 20 + 6 * 50 });
  });

  it('calendars that end: an order is found in which all fits, whatever the numbering', () => {
    // Nights of 60 minutes; only the right partners fill them, and there is no fourth night.
    const capacity = [0, 1, 2].flatMap((night) => [[night * 100, 1] as const, [night * 100 + 60, 0] as const]);
    const durations = shuffled(6, 3).map((i) => [10, 50, 20, 40, 25, 35][i] as number);
    const project: Project = {
      fromMin: 0,
      objective: 'makespan',
      resources: [{ name: 'night crew', capacity }],
      activities: durations.map((durationMin, j) => activity(`a${j}`, durationMin, [1])),
    };
    expect(scheduled(project, 3_000).makespanMin).toBe(260);
  });

  it('calendars that end: what finds no place beside the others is named, as not proven', () => {
    const capacity = [[0, 1] as const, [60, 0] as const];
    const long = (name: string, later: readonly number[] = []): Activity => activity(name, 40, [1, 1], later);
    const project: Project = {
      fromMin: 0,
      objective: 'makespan',
      resources: [
        { name: 'crew', capacity: [[0, 2]] },
        { name: 'night permission', capacity },
      ],
      activities: [long('one', [1]), activity('after', 5, [1, 0]), long('two', [3]), activity('after two', 5, [1, 0])],
    };
    const found = search(networkOf(project), { seed: 1, schedulesMax: 600 });
    if (found.ok) throw new Error('there is no room for both');
    expect(found.impossible).toHaveLength(1);
    expect(found.impossible[0]).toMatchObject({ resource: 'night permission', proven: false });
    expect(['one', 'two']).toContain(found.impossible[0]?.activity);
    expect(found.impossible[0]?.reason).toMatch(/fits alone, but none of \d+ schedules has a place for it/);
  });
});
