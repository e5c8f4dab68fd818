// The O(1) analysis: what each limit costs, by rehearsing the plan without it on the same scenarios; which steps grow with the fleet; and
// from how many nodes on. A generator, as the rehearsal is: whoever carries it out answers its requests.
import { MILESTONES, type LimitCost, type LimitsReport } from '../../core/forecast/forecast.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { must } from '../../std/assert.ts';
import type { Asking, EngineName } from '../rehearse/asking.ts';
import { bandOf, ratioOf, spreadOf } from '../rehearse/collect.ts';
import { oneNodePlan } from '../rehearse/one-node.ts';
import { engineFor } from '../rehearse/choose-engine.ts';
import { NothingRehearsedError } from '../rehearse/rehearse.ts';
import { quantile, rising } from '../rehearse/order-statistics.ts';
import { curveOf, fieldOf } from '../rehearse/rows.ts';
import { grow, growEach, Series } from '../rehearse/series.ts';
import { eventsOf } from '../rehearse/work.ts';
import { medianDifference, NO_DIFFERENCE, pairedDifference } from './differences.ts';
import { bendOf, growthPlans } from './growth.ts';
import { registerOf, type RegisteredLimit } from './register.ts';
import { stepGrowths } from './step-growth.ts';

export interface LimitsOptions {
  readonly seed: number;
  /** Of the plan and of each plan without one limit. Absent: 200, fewer where each takes long. */
  readonly scenarios?: number;
  readonly engine?: EngineName;
  /** Leave out how the marks grow with the number of nodes. */
  readonly withoutGrowth?: boolean;
}

const SCENARIOS = 200;
const FIRST = 50;
const LEAST = 8;
/** Where nobody said how many: so many events in all, and for each point of T(N), which is a picture and no promise. */
const EVENTS_MAX = 500_000_000;
const GROWTH_EVENTS_MAX = 15_000_000;
const GROWTH_SCENARIOS = 40;

/** Yields requests; `onProgress` gets every report on the way. Throws NothingRehearsedError when it is stopped before the first. */
export function* limiting(
  plan: Plan,
  options: LimitsOptions,
  onProgress: (report: LimitsReport) => void = () => undefined,
): Asking<LimitsReport> {
  const { seed } = options;
  const engine = engineFor(plan, options.engine);
  const base = new Series({ plan, engine, seed });
  const one = new Series({ plan: must(oneNodePlan(plan), 'a target in the plan'), engine: 'exact', seed });
  // The plan's own engine: a pair must not differ by its engines.
  const lifts = registerOf(plan).map((limit): Lift => ({
    limit,
    series: limit.lifted && new Series({ plan: limit.lifted, engine, seed }),
  }));
  const lifted = lifts.flatMap(({ series }) => series ?? []);
  const sizes = options.withoutGrowth ? [] : sizesOf(plan, base);
  yield* grow([base, one], Math.min(LEAST, options.scenarios ?? LEAST));
  if (Math.min(base.count, one.count) === 0) throw new NothingRehearsedError('stopped before the first scenario was rehearsed');
  const scenarios = options.scenarios ?? affordable(base, lifted.length + 1);
  let report = reportOf(base, one, lifts, []);
  for (const count of new Set([Math.min(FIRST, scenarios), scenarios])) {
    const pictures = sizes.filter(({ series }) => series !== base);
    yield* growEach([
      ...[base, one, ...lifted].map((series) => [series, count] as const),
      ...pictures.map(({ series, scenarios: points }) => [series, Math.min(points, count)] as const),
    ]);
    report = reportOf(base, one, lifts, sizes);
    onProgress(report);
    if (base.stopped || one.stopped || lifted.some(({ stopped }) => stopped)) break;
  }
  return report;
}

/** As many scenarios of so many plans as somebody waits for, by what the first ones took. */
function affordable(base: Series, plans: number): number {
  const { about, rows } = base.collected();
  const events = Math.max(1, quantile(rising(fieldOf(rows, about, 'events')), 0.5));
  return Math.min(SCENARIOS, Math.max(LEAST, Math.floor(EVENTS_MAX / (events * plans))));
}

function sizesOf(plan: Plan, base: Series): Size[] {
  return growthPlans(plan).map(({ nodes, plan: part }) => {
    const engine = engineFor(part, base.spec.engine === 'exact' && part === plan ? 'exact' : undefined);
    const points = engine === 'fast' ? GROWTH_SCENARIOS : Math.floor(GROWTH_EVENTS_MAX / Math.max(1, eventsOf(part)));
    const scenarios = Math.min(GROWTH_SCENARIOS, Math.max(LEAST, points));
    return { nodes, scenarios, series: part === plan ? base : new Series({ plan: part, engine, seed: base.spec.seed }) };
  });
}

interface Lift {
  readonly limit: RegisteredLimit;
  /** null: lifting it cannot change anything. */
  readonly series: Series | null;
}

interface Size {
  readonly nodes: number;
  readonly scenarios: number;
  readonly series: Series;
}

function reportOf(base: Series, one: Series, lifts: readonly Lift[], sizes: readonly Size[]): LimitsReport {
  const fleet = base.collected();
  const mark = (percent: number) => bandOf(curveOf(fleet.rows, fleet.about, percent));
  const single = one.collected();
  const oneNodeMin = spreadOf(curveOf(single.rows, single.about, 100));
  const fleetMin = Object.fromEntries(MILESTONES.map((percent) => [String(percent), mark(percent)]));
  const growth = sizes.flatMap(({ nodes, series }) => {
    if (series.count === 0) return [];
    const { about, rows } = series.collected(Math.min(series.count, GROWTH_SCENARIOS));
    const at = (percent: number): number | null => bandOf(curveOf(rows, about, percent)).p50Min;
    return [{ nodes, t50Min: at(50), t95Min: at(95) }];
  });
  return {
    plan: base.spec.plan.id,
    seed: base.spec.seed,
    scenarios: base.count,
    engine: base.spec.engine,
    oneNodeMin,
    fleetMin,
    ratio: ratioOf(mark(95).p50Min, oneNodeMin.p50),
    limits: costsOf(base, lifts),
    steps: stepGrowths(fleet),
    growth,
    bendsAtNodes: bendOf(growth),
  };
}

/** Dearest first, by T95, then T99, then T100. */
function costsOf(base: Series, lifts: readonly Lift[]): LimitCost[] {
  const priced = lifts.map(({ limit, series }) => {
    const { lifted: _, ...rest } = limit;
    const both = Math.min(base.count, series?.count ?? 0);
    const gain = (percent: number) => {
      if (!series || both === 0) return { difference: NO_DIFFERENCE, median: 0 };
      const [before, after] = [base.collected(both), series.collected(both)];
      const pair = [curveOf(before.rows, before.about, percent), curveOf(after.rows, after.about, percent)] as const;
      return { difference: pairedDifference(...pair), median: medianDifference(...pair) };
    };
    const gains = new Map(MILESTONES.map((percent) => [percent, gain(percent)]));
    const gainMin = Object.fromEntries([...gains].map(([percent, { difference }]) => [String(percent), difference]));
    const order = ([95, 99, 100] as const).map((percent) => gains.get(percent)?.median ?? 0);
    return { cost: { ...rest, gainMin }, order };
  });
  return priced.toSorted((a, b) => dearer(a.order, b.order)).map(({ cost }) => cost);
}

function dearer(a: readonly number[], b: readonly number[]): number {
  for (const [i, gain] of a.entries()) {
    const other = b[i] as number;
    if (gain !== other) return gain > other ? -1 : 1;
  }
  return 0;
}
