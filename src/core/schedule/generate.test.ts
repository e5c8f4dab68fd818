// Schedules of arbitrary lists: valid by the independent checker, as tight as their scheme promises, never longer when justified.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomProject } from '../../../test/schedule-projects.ts';
import type { ProjectWishes } from '../../../test/schedule-projects.ts';
import { must } from '../../std/assert.ts';
import { checkSchedule } from './check.ts';
import { newTimetable, parallelForward, serialBackward, serialForward } from './generate.ts';
import type { Timetable } from './generate.ts';
import { justify } from './justify.ts';
import { compile } from './network.ts';
import type { Network } from './network.ts';
import { ChangeProfile } from './profile-changes.ts';
import { GridProfile } from './profile-grid.ts';
import type { Project, Schedule } from './problem.ts';
import { Random } from './random.ts';
import { ListSampler } from './rules.ts';

interface Case {
  readonly network: Network;
  readonly table: Timetable;
  readonly list: Uint16Array;
  readonly modes: Int32Array;
}

function caseOf(seed: number, wishes: ProjectWishes, change: (project: Project) => Project = (project) => project): Case {
  const compiled = compile(change(randomProject(seed, wishes)));
  if (!compiled.ok) throw new Error('the project is impossible');
  const { network } = compiled;
  const random = new Random(seed);
  const list = new Uint16Array(network.count);
  new ListSampler(network).sample(list, new Float64Array(network.count), 1, random);
  const { from } = network.modes;
  const modes = Int32Array.from(list, (_, j) => (from[j] as number) + random.below((from[j + 1] as number) - (from[j] as number)));
  return { network, table: newTimetable(network), list, modes };
}

function scheduleIn({ network, table, modes }: Case, last: number): Schedule {
  const { project, timed, modeIndex } = network;
  const startMin = Array.from(table.start, (tick) => project.fromMin + tick * timed.tickMin);
  return {
    startMin,
    modes: Array.from(modes, (m) => modeIndex[m] as number),
    makespanMin: last * timed.tickMin,
    cost: last * timed.tickMin,
  };
}

/** A timetable that keeps a list of changes, where a grid would do. */
function onChanges(network: Network): Timetable {
  return { ...newTimetable(network), profile: new ChangeProfile(network) };
}

/** One second more each, so that a tick is a second, and the list of changes is used. */
function broken(project: Project): Project {
  const activities = project.activities.map((activity) => ({
    ...activity,
    modes: activity.modes.map(({ durationMin, demands }) => ({ durationMin: durationMin + 1 / 60, demands })),
  }));
  return { ...project, activities };
}

const wishes: ProjectWishes = { activities: 15, resources: 3, modes: 2, calendars: true };

describe('generation schemes', () => {
  it.each([
    ['serial', serialForward],
    ['parallel', parallelForward],
  ] as const)('%s: valid for any list, modes and calendars, in whole and in broken minutes', (_, scheme) => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (seed, whole) => {
        const each = caseOf(seed, wishes, whole ? undefined : broken);
        expect(each.table.profile instanceof GridProfile).toBe(whole);
        const last = scheme(each.network, each.table, each.list, each.modes);
        expect(checkSchedule(each.network.project, scheduleIn(each, last))).toEqual([]);
      }),
    );
  });

  it('serial: on the grid and as changes the same', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { network, table, list, modes } = caseOf(seed, wishes);
        const other = onChanges(network);
        expect(serialForward(network, other, list, modes)).toBe(serialForward(network, table, list, modes));
        expect([...other.start]).toEqual([...table.start]);
        list.reverse();
        const until = Math.max(...table.finish);
        const fits = serialBackward(network, table, list, modes, until);
        expect(serialBackward(network, other, list, modes, until)).toBe(fits);
        if (fits) expect([...other.start]).toEqual([...table.start]);
      }),
    );
  });

  it('parallel: what is ready waits only while it does not fit beside what has started', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { network, table, list, modes } = caseOf(seed, { ...wishes, activities: 8, modes: 1 });
        parallelForward(network, table, list, modes);
        const { project, timed } = network;
        const starts = Array.from(table.start, (tick) => tick * timed.tickMin);
        const finishes = Array.from(table.finish, (tick) => tick * timed.tickMin);
        for (const [j, activity] of project.activities.entries()) {
          const before = project.activities.flatMap(({ successors }, i) => (successors.includes(j) ? [finishes[i] as number] : []));
          for (let t = Math.max(0, activity.releaseMin ?? 0, ...before); t < (starts[j] as number); t++) {
            const started = [...starts.keys()].filter((i) => i !== j && (starts[i] as number) <= t);
            const beside = [...started, j].map((i) => ({ ...must(project.activities[i], 'activity'), successors: [] }));
            const startMin = [...started.map((i) => starts[i] as number), t];
            const flaws = checkSchedule(
              { ...project, activities: beside },
              { startMin, modes: startMin.map(() => 0), makespanMin: 0, cost: 0 },
            );
            expect(flaws.map(({ rule }) => rule)).toContain('resource');
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('backward: valid and done by the time given, or false', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 60 }), (seed, until) => {
        const each = caseOf(seed, wishes);
        const { network, table, list, modes } = each;
        if (!serialBackward(network, table, list.reverse(), modes, until)) return;
        const last = Math.max(...table.finish);
        expect(last).toBeLessThanOrEqual(until);
        expect(checkSchedule(network.project, scheduleIn(each, last))).toEqual([]);
      }),
    );
  });

  it('blackout: what does not fit before it starts behind it', () => {
    const capacity = [
      [0, 1],
      [60, 0],
      [90, 1],
    ] as const;
    const project: Project = {
      fromMin: 0,
      objective: 'makespan',
      resources: [{ name: 'permission', capacity }],
      activities: [40, 30, 20].map((durationMin, j) => ({ name: `a${j}`, modes: [{ durationMin, demands: [1] }], successors: [] })),
    };
    const compiled = compile(project);
    if (!compiled.ok) throw new Error('the project is impossible');
    const { network } = compiled;
    for (const table of [newTimetable(network), onChanges(network)]) {
      serialForward(network, table, Uint16Array.of(0, 1, 2), Int32Array.of(0, 1, 2));
      expect(Array.from(table.start, (tick) => tick * network.timed.tickMin)).toEqual([0, 90, 40]);
    }
  });
});

describe('justify', () => {
  it('never longer, still valid, and the list gives the schedule again (calendars, releases)', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const each = caseOf(seed, wishes);
        const { network, table, list, modes } = each;
        const last = serialForward(network, table, list, modes);
        const justified = justify(network, table, list, modes, last);
        expect(justified).toBeLessThanOrEqual(last);
        expect(checkSchedule(network.project, scheduleIn(each, justified))).toEqual([]);
        const starts = [...table.start];
        expect(serialForward(network, table, list, modes)).toBe(justified);
        expect([...table.start]).toEqual(starts);
      }),
    );
  });

  it('shortens a schedule that a bad list made', () => {
    // One crew of two: the long activity last leaves a hole beside it.
    const durations = [1, 1, 1, 1, 4];
    const activities = durations.map((durationMin, j) => ({ name: `a${j}`, modes: [{ durationMin, demands: [1] }], successors: [] }));
    const compiled = compile({ fromMin: 0, objective: 'makespan', resources: [{ name: 'crew', capacity: [[0, 2]] }], activities });
    if (!compiled.ok) throw new Error('the project is impossible');
    const table = newTimetable(compiled.network);
    const list = Uint16Array.of(0, 1, 2, 3, 4);
    const modes = Int32Array.of(0, 1, 2, 3, 4);
    const last = serialForward(compiled.network, table, list, modes);
    expect([last, justify(compiled.network, table, list, modes, last)]).toEqual([6, 4]);
  });
});
