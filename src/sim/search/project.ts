// The plan's clusters as a project with shared resources: what the schedule search puts in a row, and what a schedule says about a plan.
import type { Interval } from './intervals.ts';
import { subtract } from './intervals.ts';
import type { Activity, CapacityStep, Project, Resource, Schedule } from '../../core/schedule/problem.ts';
import { resolveQuantity } from '../../core/change/quantity.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { must } from '../../std/assert.ts';
import { sharedLimits, type Block } from './blocks.ts';
import { crewWork, type CrewWork } from './crew-work.ts';
import type { Settings } from './settings.ts';

/** What a schedule of the project is looked for by; null: there is none. `core/schedule` has the search, a list is a way without one. */
export type Scheduler = (project: Project) => Schedule | null;

/**
 * An activity a cluster, its modes the parts of the shared places; behind it one for each crew that its stragglers need. Resources: shared
 * limits, clusters at once, nodes away at once, crews in their shifts, and for each cluster its windows without the blackouts. Weights are
 * nodes: the time that a cluster is not back is lost by all of them.
 */
export function projectOf(plan: Plan, blocks: readonly Block[], objective: Project['objective']): Project {
  const fromMin = firstMinute(plan);
  const crews = blocks.map(({ cluster }) => crewWork(plan, cluster));
  const resources = resourcesOf(plan, blocks, crews, fromMin);
  const demand = (units: { readonly [resource: string]: number }): number[] => resources.map(({ name }) => units[name] ?? 0);
  const work = blocks.map((block, i): Activity => {
    const modes = block.modes.map(({ share, durationMin }) => {
      const places = sharedLimits(plan).map((name) => [limitName(name), placesOf(plan, name, share)] as const);
      return { durationMin, demands: demand({ ...Object.fromEntries(places), ...alwaysTaken(plan, blocks, block) }) };
    });
    const first = blocks.length + crews.slice(0, i).reduce((sum, own) => sum + own.length, 0);
    return { name: block.cluster, modes, successors: (crews[i] ?? []).map((_, k) => first + k), weight: block.nodes };
  });
  const mopUp = crews.flat().map(({ cluster, crew, people, durationMin }): Activity => {
    return { name: `${cluster} ${crew}`, modes: [{ durationMin, demands: demand({ [crewName(crew)]: people }) }], successors: [] };
  });
  return { fromMin, objective, resources, activities: [...work, ...mopUp] };
}

/** The plan's settings that carry a schedule out, as near as a plan can say it. */
export function settingsOf(schedule: Schedule, blocks: readonly Block[], limit: number | null): Settings {
  const placed = blocks.map(({ cluster, modes }, i) => {
    const startMin = must(schedule.startMin[i], 'a start');
    const mode = must(modes[must(schedule.modes[i], 'a mode')], 'a mode');
    return { cluster, startMin, endMin: startMin + mode.durationMin };
  });
  const order = placed.toSorted((a, b) => a.startMin - b.startMin).map(({ cluster }) => cluster);
  const together = Math.max(...placed.map(({ startMin }) => placed.filter((b) => b.startMin <= startMin && startMin < b.endMin).length));
  return { order, ...(together < Math.min(limit ?? placed.length, placed.length) && { clusters: together }) };
}

/** A list without a search: as soon as there is room, by weight over time (W. E. Smith, Naval Research Logistics 3, 1956). */
export function byPriorityRule(blocks: readonly Block[]): string[] {
  const worth = ({ nodes, modes }: Block): number => nodes / Math.max(1, modes.at(-1)?.durationMin ?? 1);
  return blocks.toSorted((a, b) => worth(b) - worth(a)).map(({ cluster }) => cluster);
}

function resourcesOf(plan: Plan, blocks: readonly Block[], crews: readonly (readonly CrewWork[])[], fromMin: number): Resource[] {
  const { policy } = plan;
  const always = (count: number): CapacityStep[] => [[fromMin, count]];
  const nodes = blocks.reduce((sum, block) => sum + block.nodes, 0);
  const clusters = policy.atOnce.clusters ?? blocks.length;
  return [
    ...sharedLimits(plan).map((name) => ({ name: limitName(name), capacity: always(policy.limits[name]?.count ?? 0) })),
    { name: 'clusters at once', capacity: always(clusters) },
    { name: 'nodes away', capacity: always(resolveQuantity(policy.unavailableAtMost, nodes)) },
    ...blocks.map((block) => ({ name: openName(block.cluster), capacity: openSteps(plan, block, fromMin) })),
    ...[...new Set(crews.flat().map(({ crew }) => crew))].map((crew) => ({
      name: crewName(crew),
      capacity: crewSteps(plan, crew, crews.flat(), fromMin),
    })),
  ];
}

function alwaysTaken({ policy }: Plan, blocks: readonly Block[], { cluster, nodes }: Block): { [resource: string]: number } {
  const all = blocks.reduce((sum, block) => sum + block.nodes, 0);
  const away = Math.min(nodes, resolveQuantity(policy.unavailableAtMost, all));
  return { 'clusters at once': 1, 'nodes away': away, [openName(cluster)]: 1 };
}

function placesOf({ policy }: Plan, name: string, share: number): number {
  return Math.max(1, Math.ceil((policy.limits[name]?.count ?? 0) * share));
}

/**
 * Windows without blackouts. Where no single one is long enough, what has begun goes on in the next: the project then only knows when the
 * cluster may begin, and the simulation knows the rest.
 */
function openSteps({ policy }: Plan, { cluster, modes }: Block, fromMin: number): CapacityStep[] {
  const windows = policy.windows.filter((window) => window.cluster === cluster).map(({ fromMin: from, toMin }): Interval => [from, toMin]);
  const open = subtract(
    windows.length === 0 ? [[fromMin, Infinity]] : windows,
    policy.blackouts.map(({ fromMin: from, toMin }) => [from, toMin]),
  );
  const needed = Math.min(...modes.map(({ durationMin }) => durationMin));
  const fits = open.some(([from, to]) => to - from >= needed);
  if (!fits) return [[Math.min(...open.map(([from]) => from), ...(open.length === 0 ? [fromMin] : [])), 1]];
  return stepsOf(open, 1);
}

/** Round the clock where somebody's work is longer than a shift: it goes on in the next one. */
function crewSteps({ policy, calendars }: Plan, crew: string, work: readonly CrewWork[], fromMin: number): CapacityStep[] {
  const count = policy.crew[crew]?.count ?? 0;
  const shifts = calendars[`crew:${crew}`];
  const longest = Math.max(0, ...work.filter((one) => one.crew === crew).map(({ durationMin }) => durationMin));
  if (!shifts || !shifts.some(([from, to]) => to - from >= longest)) return [[fromMin, count]];
  return stepsOf(shifts, count);
}

function stepsOf(intervals: readonly Interval[], units: number): CapacityStep[] {
  const steps: CapacityStep[] = [];
  for (const [from, to] of intervals) {
    // Two that touch are one: times must rise.
    if (steps.at(-1)?.[0] === from) steps.pop();
    else steps.push([from, units]);
    if (to < Infinity) steps.push([to, 0]);
  }
  return steps;
}

function firstMinute({ policy }: Plan): number {
  const { windows } = policy;
  return windows.length === 0 ? 0 : Math.min(...windows.map(({ fromMin }) => fromMin));
}

const limitName = (name: string): string => `limit ${name}`;
const openName = (cluster: string): string => `open ${cluster}`;
const crewName = (crew: string): string => `crew ${crew}`;
