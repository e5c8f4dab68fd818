// What a model's numbers are about, small enough to travel beside them.
import { must } from '../../std/assert.ts';
import type { PlanLaws } from '../laws/plan-laws.ts';
import type { SimModel } from '../model.ts';
import type { ModelAbout } from './asking.ts';

const MINUTE_MS = 60_000;

export function aboutOf({ program, counted, laws, basis, notes }: SimModel): ModelAbout {
  const perCluster = new Int32Array(program.clusters.length);
  for (const target of counted) {
    const cluster = program.clusterOf[target] as number;
    perCluster[cluster] = (perCluster[cluster] as number) + 1;
  }
  const limitName = (limit: number): string => must(program.limits[limit], 'a limit').name;
  return {
    counted: counted.length,
    targets: program.targets.length,
    simulated: program.targets.length,
    clusters: program.clusters.map(({ name, customer }, cluster) => ({ name, customer, counted: perCluster[cluster] as number })),
    steps: program.steps.map(({ id, chain: index, name, limits }) => {
      const chain = must(program.chains[index], 'a chain');
      const taken = id === chain.entry ? chain.entryLimits : limits;
      return {
        procedure: chain.id,
        step: name,
        forward: id >= chain.first && id < chain.end,
        limits: taken.map(limitName),
        medianMin: (id === chain.drain ? drainMs(laws, id) : timeMs(laws, id)) / MINUTE_MS,
      };
    }),
    limits: program.limits.map(({ name }) => name),
    basis,
    notes,
  };
}

function timeMs(laws: PlanLaws, step: number): number {
  return must(laws.steps[step], 'the law of a step').time.medianMs;
}

/** Where at least every other node carries a job, the usual drain ends with one. */
function drainMs(laws: PlanLaws, step: number): number {
  const { jobs } = laws;
  return jobs && jobs.busy >= 0.5 ? Math.max(jobs.remaining.medianMs, timeMs(laws, step)) : timeMs(laws, step);
}
