// Both kinds of profile against the plainest one there is: an array of free units for each resource and minute.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomProject, stream } from '../../../test/schedule-projects.ts';
import { must } from '../../std/assert.ts';
import { compile } from './network.ts';
import type { Network } from './network.ts';
import { ChangeProfile } from './profile-changes.ts';
import { GridProfile } from './profile-grid.ts';
import type { Project } from './problem.ts';

function compiled(project: Project): Network {
  const result = compile(project);
  if (!result.ok) throw new Error('the project is impossible');
  return result.network;
}

/** The units of each resource at each minute, by minute. */
function plain(project: Project, minutes: number): number[][] {
  return Array.from({ length: minutes }, (_, t) =>
    project.resources.map(({ capacity }) => capacity.filter(([at]) => at <= t).at(-1)?.[1] ?? 0),
  );
}

/** A project on a tick of one minute, so that ticks can be read as minutes. */
function minutely(seed: number, resources: number): Project {
  const project = randomProject(seed, { activities: 12, resources, durationMax: 4, calendars: true });
  const minute = { name: 'minute', modes: [{ durationMin: 1, demands: project.resources.map(() => 0) }], successors: [] };
  return { ...project, activities: [...project.activities, minute] };
}

describe('profiles', () => {
  it('earliest, latest and take: on the grid and as changes the same as minute by minute (one word and several)', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(2, 12), (seed, resources) => {
        const project = minutely(seed, resources);
        const network = compiled(project);
        const changes = new ChangeProfile(network);
        const profiles = GridProfile.suits(network) ? [new GridProfile(network), changes] : [changes];
        expect(profiles.length).toBe(resources === 2 ? 2 : 1);
        const chance = stream(seed);
        const lastChange = Math.max(...project.resources.flatMap(({ capacity }) => capacity.map(([at]) => at)));
        for (let round = 0; round < 2; round++) {
          const left = plain(project, 400);
          for (const [j, activity] of project.activities.entries()) {
            const { durationMin: lasts, demands } = must(activity.modes[0], 'mode');
            const fits = (start: number): boolean =>
              left.slice(start, start + lasts).every((units) => demands.every((each, r) => each <= (units[r] ?? 0)));
            const from = Math.floor(chance() * (lastChange + 1));
            let earliest = from;
            while (!fits(earliest)) earliest++;
            let latest = from;
            while (latest >= lasts && !fits(latest - lasts)) latest--;
            expect(profiles.map((profile) => profile.earliest(j, from))).toEqual(profiles.map(() => earliest));
            expect(profiles.map((profile) => profile.latest(j, from))).toEqual(profiles.map(() => (latest < lasts ? -1 : latest)));
            for (const profile of profiles) profile.take(j, earliest, earliest + lasts);
            for (const units of left.slice(earliest, earliest + lasts))
              for (const [r, each] of demands.entries()) units[r] = (units[r] ?? 0) - each;
          }
          for (const profile of profiles) profile.clear();
        }
      }),
      { numRuns: 150 },
    );
  });
});
