// The fast engine: the exact engine on a sample of the fleet for the bulk, and the mop-up of the full fleet beside it. An approximation;
// whoever uses it holds a few scenarios against the exact one (src/sim/rehearse/fast-error.ts).
import type { Plan } from '../../core/plan/plan.ts';
import { must } from '../../std/assert.ts';
import type { SimOptions } from '../model.ts';
import { aboutOf } from '../rehearse/about.ts';
import type { ModelAbout } from '../rehearse/asking.ts';
import { exactRunner, type Runner } from '../rehearse/exact-runner.ts';
import { planSize, waveSize } from '../rehearse/sub-plan.ts';
import type { ScenarioResult } from '../result.ts';
import { Bulk } from './bulk.ts';
import { Merge } from './merge.ts';
import { MopUp } from './mop-up.ts';
import { linksPerNode } from './risks.ts';
import { plainName, scalePlan, withoutWholeNames, type ScaledPlan } from './scale.ts';
import { Stragglers } from './stragglers.ts';

/** `keep`: targets of the sample, at least; limits of few places ask for more. Where a sample would save nothing, the exact engine runs. */
export function createFastEngine(plan: Plan, { keep, ...options }: SimOptions & { readonly keep?: number }): Runner {
  const scaled = scalePlan(plan, keep);
  return scaled ? fastRunner(plan, scaled, options) : exactRunner(plan, options);
}

function fastRunner(full: Plan, { plan, strata }: ScaledPlan, options: SimOptions): Runner {
  const bulk = new Bulk(plan, options);
  const stragglers = new Stragglers(bulk, strata, linksPerNode(full, bulk.model));
  const mopUp = new MopUp(full, bulk.model);
  const countedIn = countedByCluster(full, bulk);
  const merge = new Merge(bulk, strata, countedIn);
  const { about, stepTo, limitTo } = aboutFull(full, bulk, countedIn);
  const stretch = stretchOf(bulk, strata);
  return {
    about,
    run: (scenario): ScenarioResult => {
      const { waitMin, came, limitWaitMin, events } = bulk.run(scenario);
      const fallen = stragglers.fall(scenario);
      const merged = merge.merge(fallen, mopUp.settle(fallen));
      return {
        ...merged,
        waitMin: summed(waitMin, stepTo, about.steps.length, stretch.steps),
        came: summed(came, stepTo, about.steps.length, stretch.steps),
        limitWaitMin: summed(limitWaitMin, limitTo, about.limits.length, stretch.limits),
        events: events + fallen.count,
      };
    },
  };
}

/** Counted targets of the full plan by cluster of the program; see SimModel.counted. */
function countedByCluster(full: Plan, { model }: Bulk): number[] {
  const { program } = model;
  const hasNodes = full.waves.some(({ kind, cluster }) => kind === 'node' && !isObserved(full, cluster));
  return program.clusters.map(({ name, mode }) => {
    if (mode === 'observe') return 0;
    const own = full.waves.filter(({ cluster, kind }) => cluster === name && (kind === 'node' || !hasNodes));
    return own.reduce((sum, wave) => sum + waveSize(wave), 0);
  });
}

function isObserved({ fleet }: Plan, cluster: string): boolean {
  return fleet.document.clusters.some(({ name, mode }) => name === cluster && mode === 'observe');
}

/** What the numbers are about, without the names that scaling made; where each step and limit of the sample goes in it. */
function aboutFull(
  full: Plan,
  { model }: Bulk,
  countedIn: readonly number[],
): { readonly about: ModelAbout; readonly stepTo: Int32Array; readonly limitTo: Int32Array } {
  const sample = aboutOf(model);
  const stepKeys = sample.steps.map(({ procedure, step, forward }) => `${plainName(procedure)} ${step} ${forward}`);
  const limitKeys = sample.limits.map(plainName);
  const steps = placesOf(stepKeys);
  const limits = placesOf(limitKeys);
  const about: ModelAbout = {
    counted: countedIn.reduce((sum, count) => sum + count, 0),
    targets: planSize(full),
    simulated: sample.targets,
    clusters: sample.clusters.map((cluster, i) => ({ ...cluster, counted: countedIn[i] ?? 0 })),
    steps: steps.firsts.map((first) => {
      const { procedure, limits: taken, ...rest } = must(sample.steps[first], 'a step');
      return { ...rest, procedure: plainName(procedure), limits: [...new Set(taken.map(plainName))] };
    }),
    limits: limits.firsts.map((first) => plainName(must(sample.limits[first], 'a limit'))),
    basis: distinct(
      sample.basis.map((basis) => ({ ...basis, about: withoutWholeNames(basis.about) })),
      (basis) => basis.about,
    ),
    notes: distinct(sample.notes.map(withoutWholeNames), (note) => note),
  };
  return { about, stepTo: steps.to, limitTo: limits.to };
}

/** Equal keys share a place; `firsts` has the first item of each. */
function placesOf(keys: readonly string[]): { readonly to: Int32Array; readonly firsts: readonly number[] } {
  const places = new Map<string, number>();
  const firsts: number[] = [];
  const to = Int32Array.from(keys, (key, i) => {
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, firsts.length);
    return firsts.push(i) - 1;
  });
  return { to, firsts };
}

/** By how much the sums of a step's or limit's waits must be stretched: not at all where waves were kept whole. */
function stretchOf({ model }: Bulk, strata: ScaledPlan['strata']): { readonly steps: Float64Array; readonly limits: Float64Array } {
  const sampled = strata.filter(({ all, kept }) => all !== kept);
  const sum = (of: (stratum: ScaledPlan['strata'][number]) => number): number => sampled.reduce((total, stratum) => total + of(stratum), 0);
  const factor = sum(({ all }) => all) / sum(({ kept }) => kept);
  const of = (name: string): number => (plainName(name) === name ? factor : 1);
  const { steps, chains, limits } = model.program;
  return {
    steps: Float64Array.from(steps, ({ chain }) => of(chains[chain]?.id ?? '')),
    limits: Float64Array.from(limits, ({ name }) => of(name)),
  };
}

function summed(values: Float64Array, to: Int32Array, places: number, stretch: Float64Array): Float64Array {
  const sums = new Float64Array(places);
  for (const [i, value] of values.entries()) {
    const place = to[i] as number;
    sums[place] = (sums[place] as number) + value * (stretch[i] as number);
  }
  return sums;
}

function distinct<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
