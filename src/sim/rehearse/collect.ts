// From the rows of many scenarios to a forecast. Quantiles over scenarios are order statistics (see order-statistics.ts); what did not
// happen within the horizon is Infinity in a row and null in the forecast.
import type { Plan } from '../../core/plan/plan.ts';
import {
  MILESTONES,
  type Band,
  type ClusterForecast,
  type CurvePoint,
  type Forecast,
  type Milestone,
  type Spread,
} from '../../core/forecast/forecast.ts';
import { CLUSTER_MARKS } from '../result.ts';
import type { EngineName } from './asking.ts';
import { quantile, quantileInterval, rising } from './order-statistics.ts';
import { clusterMarkOf, curveOf, fieldOf } from './rows.ts';
import type { Collected } from './series.ts';

export interface Circumstances {
  readonly plan: Plan;
  readonly seed: number;
  readonly engine: EngineName;
  readonly errorPct: number | null;
  /** Beside those of the model. */
  readonly notes: readonly string[];
}

export function forecastOf(fleet: Collected, oneNode: Collected, circumstances: Circumstances): Forecast {
  const { plan, seed, engine, errorPct, notes } = circumstances;
  const { about, rows } = fleet;
  const mark = (percent: number): Milestone => milestoneOf(curveOf(rows, about, percent));
  const milestones = Object.fromEntries(MILESTONES.map((percent) => [String(percent), mark(percent)]));
  const oneNodeMin = spreadOf(curveOf(oneNode.rows, oneNode.about, 100));
  const short = fieldOf(rows, about, 'short');
  return {
    plan: plan.id,
    seed,
    scenarios: short.length,
    engine,
    errorPct,
    nodes: about.counted,
    windowMin: plan.policy.windows.length === 0 ? null : Math.min(...plan.policy.windows.map(({ fromMin }) => fromMin)),
    oneNodeMin,
    milestones,
    ratio: ratioOf(milestones['95']?.p50Min ?? null, oneNodeMin.p50),
    mopUpMin: spreadOf(fieldOf(rows, about, 'mopUpMin')),
    gpuHoursNotReturned: spreadOf(fieldOf(rows, about, 'gpuHoursNotReturned')),
    stragglers: spreadOf(fieldOf(rows, about, 'stragglers')),
    short: plan.policy.windows.length === 0 ? null : mean(short),
    gateMin: bandOf(fieldOf(rows, about, 'gateMin')),
    curve: Array.from({ length: 100 }, (_, i) => curvePoint(i + 1, curveOf(rows, about, i + 1))),
    clusters: clustersOf(fleet),
    basis: about.basis,
    notes: [...about.notes, ...notes],
  };
}

/** P50 and P90 in minutes; null where too many scenarios did not get there. */
export function bandOf(values: Float64Array): Band {
  const { p50, p90 } = spreadOf(values);
  return { p50Min: p50, p90Min: p90 };
}

export function spreadOf(values: Float64Array): Spread {
  const sorted = rising(values);
  return { p50: finite(quantile(sorted, 0.5)), p90: finite(quantile(sorted, 0.9)) };
}

export function ratioOf(fleetMin: number | null, oneMin: number | null): number | null {
  return fleetMin === null || oneMin === null || oneMin <= 0 ? null : fleetMin / oneMin;
}

/** JSON knows no Infinity; 1 ms is more than anybody wants to know. */
export function finite(minutes: number): number | null {
  return Number.isFinite(minutes) ? Math.round(minutes * 60_000) / 60_000 : null;
}

function milestoneOf(values: Float64Array): Milestone {
  const sorted = rising(values);
  const { low, high } = quantileInterval(sorted, 0.9);
  const reached = sorted.filter((value) => value < Infinity).length / sorted.length;
  return {
    p50Min: finite(quantile(sorted, 0.5)),
    p90Min: finite(quantile(sorted, 0.9)),
    lowMin: finite(low),
    highMin: finite(high),
    reached,
  };
}

function curvePoint(share: number, values: Float64Array): CurvePoint {
  const sorted = rising(values);
  return {
    share,
    p10Min: finite(quantile(sorted, 0.1)),
    p50Min: finite(quantile(sorted, 0.5)),
    p90Min: finite(quantile(sorted, 0.9)),
  };
}

function clustersOf({ about, rows }: Collected): ClusterForecast[] {
  return about.clusters.flatMap(({ name, customer, counted }, cluster) => {
    if (counted === 0) return [];
    const milestones = CLUSTER_MARKS.map((mark, i) => [String(mark), bandOf(clusterMarkOf(rows, about, cluster, i))] as const);
    return [{ cluster: name, customer, nodes: counted, milestones: Object.fromEntries(milestones) }];
  });
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
