// The schedule search as the planner's search asks for it: a project in, the best schedule of a bounded number out.
import { lowerBound } from '../../core/schedule/bounds.ts';
import { compile } from '../../core/schedule/network.ts';
import { search } from '../../core/schedule/search.ts';
import type { Scheduler } from './project.ts';

/** A site has tens of waves; more schedules of so few find nothing that rehearsal could tell apart. */
const SCHEDULES = 5_000;

/** The same for the same seed. null: the project cannot be scheduled, and the rules' own order stands. */
export function geneticScheduler(seed: number): Scheduler {
  return (project) => {
    const compiled = compile(project);
    if (!compiled.ok) return null;
    const least = lowerBound(compiled.network);
    const found = search(compiled.network, { seed, schedulesMax: SCHEDULES, lowerBound: least.value });
    return found.ok ? found.schedule : null;
  };
}
