// The driver of a rehearsal: a first answer from a hundred scenarios, then refined until the number of scenarios leaves less than 2 % to the
// P90 of the mark that matters, or somebody stops it. Pure: whoever carries it out answers its requests.
import type { Forecast } from '../../core/forecast/forecast.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { must } from '../../std/assert.ts';
import { FAST_TARGETS_MIN } from '../fast/scale.ts';
import type { Asking, EngineName, Spec } from './asking.ts';
import { engineFor } from './choose-engine.ts';
import { forecastOf } from './collect.ts';
import { fastError } from './fast-error.ts';
import { oneNodePlan } from './one-node.ts';
import { quantile, quantileInterval, rising } from './order-statistics.ts';
import { curveOf } from './rows.ts';
import { grow, Series } from './series.ts';
import { eventsOf } from './work.ts';

export interface RehearseOptions {
  readonly seed: number;
  /** Exactly so many; absent: as many as the tolerance wants, at most `scenariosMax`. */
  readonly scenarios?: number;
  /** Absent: exact for small plans, else fast, which gives way to exact where it errs. */
  readonly engine?: EngineName;
  /** Width of the 95 % interval of the P90 of T95, as a share of it. */
  readonly tolerance?: number;
  readonly scenariosMax?: number;
  /** Unix ms at which the run begins; absent: as its windows and crews say (SimOptions). */
  readonly startMs?: number;
}

/** Stopped before a single scenario was there. */
export class NothingRehearsedError extends Error {
  override name = 'NothingRehearsedError';
}

const FIRST = 100;
const TOLERANCE = 0.02;
const SCENARIOS_MAX = 1_000;
/** Scenarios in which the fast engine is held against the exact one, and what it may be off (per cent). */
const PAIRED = 8;
const ERROR_PCT_MAX = 1;
/** A second try of the fast engine has so many times the targets. */
const CLOSER = 4;
/** Exact scenarios of a large plan, where nobody said how many: so many events in all. */
const EXACT_EVENTS_MAX = 400_000_000;
const FIRST_EVENTS_MAX = 30_000_000;
/** Numbers of scenarios at which the interval is looked at: few looks, so that it stays nearly the interval it says it is. */
const LOOKS = [100, 200, 400, 700] as const;

/** Yields requests; `onProgress` gets every forecast on the way. Throws NothingRehearsedError. */
export function* rehearsing(
  plan: Plan,
  options: RehearseOptions,
  onProgress: (forecast: Forecast) => void = () => undefined,
): Asking<Forecast> {
  const small = must(oneNodePlan(plan), 'a target in the plan');
  const one = new Series(specOf(small, 'exact', options));
  const engine = engineFor(plan, options.engine);
  const tell = (fleet: Series, checked: Checked): Forecast => {
    const forecast = forecastIn(plan, fleet, one, checked);
    onProgress(forecast);
    return forecast;
  };
  const fleet = new Series(specOf(plan, engine, options));
  yield* grow([fleet, one], firstOf(plan, engine, options));
  if (fleet.count === 0 || one.count === 0) throw new NothingRehearsedError('stopped before the first scenario was rehearsed');
  if (isExact(fleet)) return yield* refine(fleet, one, NOT_NEEDED, options, tell);
  tell(fleet, { errorPct: null, notes: ['the fast engine is not yet checked against the exact one'] });
  const { series, checked } = yield* checkedFast(fleet, one, options);
  return yield* refine(series, one, checked, options, tell);
}

interface Checked {
  readonly errorPct: number | null;
  readonly notes: readonly string[];
}

const NOT_NEEDED: Checked = { errorPct: null, notes: [] };

/** More scenarios until they are enough. */
function* refine(
  fleet: Series,
  one: Series,
  checked: Checked,
  options: RehearseOptions,
  tell: (fleet: Series, checked: Checked) => Forecast,
): Asking<Forecast> {
  const limit = limitOf(fleet.spec.plan, fleet.spec.engine, options);
  const { scenarios, tolerance = TOLERANCE } = options;
  let forecast = tell(fleet, checked);
  const enough = (): boolean =>
    fleet.count >= limit || fleet.stopped || one.stopped || (scenarios === undefined && sureEnough(fleet, tolerance));
  while (!enough()) {
    const next = LOOKS.find((look) => look > fleet.count) ?? limit;
    yield* grow([fleet, one], Math.min(next, limit));
    forecast = tell(fleet, checked);
  }
  return forecast;
}

/** The fast series that is near enough to the exact one, or the exact one where none is. */
function* checkedFast(
  fleet: Series,
  one: Series,
  options: RehearseOptions,
): Asking<{ readonly series: Series; readonly checked: Checked }> {
  const paired = Math.min(PAIRED, fleet.count);
  const exact = new Series(specOf(fleet.spec.plan, 'exact', options));
  yield* grow([exact], paired);
  if (exact.stopped) return { series: fleet, checked: { errorPct: null, notes: ['stopped before the fast engine was checked'] } };
  const closer = new Series({ ...fleet.spec, keep: CLOSER * FAST_TARGETS_MIN });
  for (const series of [fleet, closer]) {
    if (series.count === 0) yield* grow([series], firstOf(series.spec.plan, 'fast', options));
    const both = Math.min(exact.count, series.count);
    if (series.stopped) break;
    const { biasPct, spreadPct } = fastError(series.collected(both), exact.collected(both));
    const note = `the fast engine is ${biasPct.toFixed(1)} % off the exact one in the mean of ${both} paired scenarios, ${spreadPct.toFixed(1)} % in a single one`;
    if (biasPct <= ERROR_PCT_MAX || options.engine === 'fast') return { series, checked: { errorPct: biasPct, notes: [note] } };
  }
  const note = `the fast engine was more than ${ERROR_PCT_MAX} % off in ${paired} paired scenarios, so the exact one answered`;
  yield* grow([exact, one], firstOf(exact.spec.plan, 'exact', options));
  return { series: exact, checked: { errorPct: null, notes: [note] } };
}

/** The fast engine runs every target where a sample would save nothing, and then it is exact. */
function isExact(series: Series): boolean {
  const { about } = series.collected();
  return series.spec.engine === 'exact' || about.simulated === about.targets;
}

function specOf(plan: Plan, engine: EngineName, { seed, startMs }: Pick<RehearseOptions, 'seed' | 'startMs'>): Spec {
  return { plan, engine, seed, ...(startMs !== undefined && { startMs }) };
}

function limitOf(plan: Plan, engine: EngineName, { scenarios, scenariosMax = SCENARIOS_MAX }: RehearseOptions): number {
  if (scenarios !== undefined) return scenarios;
  if (engine === 'fast') return scenariosMax;
  return Math.min(scenariosMax, Math.max(FIRST, Math.floor(EXACT_EVENTS_MAX / Math.max(1, eventsOf(plan)))));
}

/** Scenarios of the first answer: fewer where each takes long. */
function firstOf(plan: Plan, engine: EngineName, options: RehearseOptions): number {
  const quick = engine === 'fast' ? FIRST : Math.min(FIRST, Math.max(PAIRED, Math.floor(FIRST_EVENTS_MAX / Math.max(1, eventsOf(plan)))));
  return Math.min(quick, limitOf(plan, engine, options));
}

function sureEnough(fleet: Series, tolerance: number): boolean {
  const { about, rows } = fleet.collected();
  const values = rising(curveOf(rows, about, 95));
  const { low, high } = quantileInterval(values, 0.9);
  // Surely not within the horizon: more scenarios cannot make it a number.
  return low === Infinity || high - low <= tolerance * quantile(values, 0.9);
}

function forecastIn(plan: Plan, fleet: Series, one: Series, { errorPct, notes }: Checked): Forecast {
  const engine = isExact(fleet) ? 'exact' : 'fast';
  const count = Math.min(fleet.count, one.count);
  return forecastOf(fleet.collected(count), one.collected(count), { plan, seed: fleet.spec.seed, engine, errorPct, notes });
}
