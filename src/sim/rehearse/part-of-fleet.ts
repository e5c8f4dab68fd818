// The forecast of some clusters of a plan, for whoever may see only those: the whole plan is rehearsed, and only their nodes are counted.
import { resolveQuantity } from '../../core/change/quantity.ts';
import { MILESTONES, type Forecast, type Milestone } from '../../core/forecast/forecast.ts';
import type { SimModel } from '../model.ts';
import { bandOf, finite, ratioOf, spreadOf } from './collect.ts';
import type { Lived } from './lived.ts';
import { quantileInterval, rising } from './order-statistics.ts';
import { momentOf } from './wave-times.ts';

export interface PartWatch {
  note(lived: Lived): void;
  /** By scenario: when that share (per cent, 1 to 100) of the nodes was back, minutes from the origin. */
  mark(percent: number): Float64Array;
  gpuHours(): Float64Array;
  /** Over what was noted, one scenario at least; one-node time, priors and notes are those of the rehearsal of the whole plan. */
  forecast(whole: Forecast): Forecast;
}

export interface Part {
  /** Names of clusters. */
  readonly clusters: ReadonlySet<string>;
  /** Unix ms from which minutes are counted; null: time zero of each scenario. */
  readonly originMs: number | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** As gpuHoursNotReturned counts them (docs/concepts.md). */
const NOT_RETURNED_HOURS_MAX = 72;
const GPUS = 8;
const PER_CENT = Array.from({ length: 100 }, (_, i) => i + 1);

export function createPartWatch(model: SimModel, { clusters, originMs }: Part): PartWatch {
  const { program, counted, plan } = model;
  const own = counted.filter((target) => clusters.has(clusterOf(model, target)?.name ?? ''));
  const all = new Returns(own);
  const each = program.clusters.flatMap(({ name, customer }, cluster) => {
    const returns = new Returns(own.filter((target) => program.clusterOf[target] === cluster));
    return returns.targets.length === 0 ? [] : [{ name, customer, returns }];
  });
  const [gate, hours, stragglers]: [number[], number[], number[]] = [[], [], []];
  const lastEndMs = Math.max(...plan.policy.windows.flatMap(({ cluster, toMin }) => (clusters.has(cluster) ? [toMin * MINUTE_MS] : [])));
  let tooLate = 0;
  return {
    note: (lived) => {
      const origin = originMs ?? lived.zeroMs;
      for (const { returns } of each) returns.note(lived, origin);
      const met = gateMin(model, all.note(lived, origin));
      gate.push(met);
      if (origin + met * MINUTE_MS > lastEndMs) tooLate++;
      hours.push(hoursOf(model, own, lived));
      stragglers.push(own.reduce((count, target) => count + (lived.fell[target] as number), 0));
    },
    mark: (percent) => all.mark(percent),
    gpuHours: () => Float64Array.from(hours),
    forecast: (whole) => ({
      ...whole,
      scenarios: gate.length,
      engine: 'exact',
      errorPct: null,
      nodes: own.length,
      windowMin: originMs === null ? whole.windowMin : originMs / MINUTE_MS,
      milestones: all.milestones(),
      ratio: ratioOf(all.milestones()['95']?.p50Min ?? null, whole.oneNodeMin.p50),
      mopUpMin: { p50: null, p90: null },
      gpuHoursNotReturned: spreadOf(Float64Array.from(hours)),
      stragglers: spreadOf(Float64Array.from(stragglers)),
      short: Number.isFinite(lastEndMs) ? tooLate / gate.length : null,
      gateMin: bandOf(Float64Array.from(gate)),
      curve: PER_CENT.map((share) => ({ share, ...momentOf(all.mark(share)) })),
      clusters: each.map(({ name, customer, returns }) => ({
        cluster: name,
        customer,
        nodes: returns.targets.length,
        milestones: returns.milestones(),
      })),
    }),
  };
}

/** The returns of some targets, scenario by scenario. */
class Returns {
  readonly targets: Int32Array;
  readonly #rows: number[][] = [];

  constructor(targets: Int32Array) {
    this.targets = targets;
  }

  /** Minutes at which they were back, rising. */
  note({ backMs }: Lived, originMs: number): Float64Array {
    const back = rising(Float64Array.from(this.targets, (target) => ((backMs[target] as number) - originMs) / MINUTE_MS));
    this.#rows.push(PER_CENT.map((percent) => back[Math.ceil((percent / 100) * back.length) - 1] ?? Infinity));
    return back;
  }

  mark(percent: number): Float64Array {
    return Float64Array.from(this.#rows, (row) => row[percent - 1] ?? Infinity);
  }

  milestones(): { [q: string]: Milestone } {
    return Object.fromEntries(MILESTONES.map((percent) => [String(percent), milestoneOf(this.mark(percent))]));
  }
}

function gateMin({ plan }: SimModel, back: Float64Array): number {
  const needed = Math.min(back.length, resolveQuantity(plan.policy.gates.returned, back.length));
  return back[needed - 1] ?? Infinity;
}

function hoursOf(model: SimModel, own: Int32Array, { enteredMs, backMs }: Lived): number {
  return own.reduce((sum, target) => {
    const entered = enteredMs[target] as number;
    if (entered === Infinity) return sum;
    const hours = (Math.min(backMs[target] as number, model.endMs) - entered) / HOUR_MS;
    return sum + (clusterOf(model, target)?.gpusPerNode ?? GPUS) * Math.min(NOT_RETURNED_HOURS_MAX, hours);
  }, 0);
}

function clusterOf({ program }: SimModel, target: number): SimModel['program']['clusters'][number] | undefined {
  return program.clusters[program.clusterOf[target] as number];
}

function milestoneOf(values: Float64Array): Milestone {
  const sorted = rising(values);
  const { low, high } = quantileInterval(sorted, 0.9);
  return {
    ...bandOf(values),
    lowMin: finite(low),
    highMin: finite(high),
    reached: sorted.filter((value) => value < Infinity).length / sorted.length,
  };
}
