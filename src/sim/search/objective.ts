// What a plan is worth: how late 95 % are back in one of ten nights, and the GPU-hours that are not returned, both as parts of what the rules'
// plan has on the same scenarios.
import { quantile, rising } from '../rehearse/order-statistics.ts';
import { clusterMarkOf, curveOf, fieldOf } from '../rehearse/rows.ts';
import type { Collected } from '../rehearse/series.ts';
import { CLUSTER_MARKS } from '../result.ts';

export type Aim = 't95' | 'gpu-hours';

/**
 * Ten to one: an hour of T95 in ten is worth giving up for a plan that loses less than as many GPU-hours in one, and not for more. Cost is
 * (w1 P90(T95) / rules' + w2 GPU-hours / rules') / (w1 + w2); the rules' own plan has 1.
 */
const WEIGHTS = { t95: { t95: 10, gpuHours: 1 }, 'gpu-hours': { t95: 1, gpuHours: 10 } } as const;

/** In words, for the report. */
export const AIM_WORDS: { readonly [aim in Aim]: string } = {
  t95: 'P90 of T95 counts ten times as much as the GPU-hours not returned',
  'gpu-hours': 'the GPU-hours not returned count ten times as much as P90 of T95',
};

/** Of customers served before others: so much later than with the rules is still the same promise. */
export const LATER_PART = 0.05;
export const LATER_MIN = 2;
/** So many more nights (share) may miss the return gate in their windows. */
const SHORT_PART = 0.02;
/** From so many nights on a P90 is one, and not the latest night. */
const P90_OF_MIN = 20;

/** 1: as good as the rules' plan; less is better; Infinity: does not get there where the rules' does. Same scenarios, same engine. */
export function costOf(plan: Collected, rules: Collected, aim: Aim): number {
  const { t95, gpuHours } = WEIGHTS[aim];
  const hours = part(mean(hoursOf(plan)), mean(hoursOf(rules)));
  // Who does not get there has perhaps not begun: hours that were not lost for that reason are no gain.
  const lost = p90(t95Of(plan)) < Infinity ? hours : Math.max(1, hours);
  return (t95 * timePart(t95Of(plan), t95Of(rules)) + gpuHours * lost) / (t95 + gpuHours);
}

/** Does it keep what the rules' plan keeps: the windows, and the promise to each cluster named? */
export function keepsPromises(plan: Collected, rules: Collected, clusters: ReadonlySet<string>): boolean {
  if (mean(fieldOf(plan.rows, plan.about, 'short')) > mean(fieldOf(rules.rows, rules.about, 'short')) + SHORT_PART) return false;
  return [...clusters].every((name) => {
    const [own, before] = [clusterP90(plan, name), clusterP90(rules, name)];
    return own <= before * (1 + LATER_PART) + LATER_MIN || own === before;
  });
}

export function t95Of({ rows, about }: Collected): Float64Array {
  return curveOf(rows, about, 95);
}

export function hoursOf({ rows, about }: Collected): Float64Array {
  return fieldOf(rows, about, 'gpuHoursNotReturned');
}

export function p90(values: Float64Array): number {
  return quantile(rising(values), 0.9);
}

export function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Where neither gets there in nine of ten nights, the nights that do not count. */
function timePart(own: Float64Array, before: Float64Array): number {
  const [a, b] = [late(own), late(before)];
  if (b < Infinity) return part(a, b);
  return a < Infinity ? 0 : part(missed(own), missed(before));
}

/** P90; of fewer nights than tell one, the mean of the later half, which is steadier and ranks alike. */
function late(values: Float64Array): number {
  const sorted = rising(values);
  const later = sorted.subarray(Math.floor(sorted.length / 2));
  return sorted.length < P90_OF_MIN && quantile(sorted, 0.9) < Infinity
    ? mean(later.filter((value) => value < Infinity))
    : quantile(sorted, 0.9);
}

function part(value: number, whole: number): number {
  return whole > 0 ? value / whole : value > 0 ? Infinity : 1;
}

function missed(values: Float64Array): number {
  return mean(values.map((value) => (value < Infinity ? 0 : 1)));
}

const T95_MARK = CLUSTER_MARKS.indexOf(95);

/** Time zero is the first drain of the whole plan. 0: the plan counts nothing of the cluster. */
function clusterP90({ rows, about }: Collected, name: string): number {
  const cluster = about.clusters.findIndex((each) => each.name === name);
  if (cluster < 0 || about.clusters[cluster]?.counted === 0) return 0;
  return p90(clusterMarkOf(rows, about, cluster, T95_MARK));
}
