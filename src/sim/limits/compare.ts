// Two plans over the same scenarios: what the second one gains or loses, and how far that is sure.
import { MILESTONES, type Comparison } from '../../core/forecast/forecast.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Asking, EngineName } from '../rehearse/asking.ts';
import { engineFor } from '../rehearse/choose-engine.ts';
import { NothingRehearsedError } from '../rehearse/rehearse.ts';
import { curveOf, fieldOf } from '../rehearse/rows.ts';
import { grow, Series, type Collected } from '../rehearse/series.ts';
import { eventsOf } from '../rehearse/work.ts';
import { meanDifference, pairedDifference, pairingRatio } from './differences.ts';

export interface CompareOptions {
  readonly seed: number;
  /** Absent: 300, fewer where each takes long. */
  readonly scenarios?: number;
  readonly engine?: EngineName;
}

const SCENARIOS = 300;
const FIRST = 100;
/** Where nobody said how many: so many exact events in all, but never fewer scenarios than this. */
const EVENTS_MAX = 300_000_000;
const LEAST = 20;

/** Yields requests; throws NothingRehearsedError when it is stopped before the first scenario. Both plans are rehearsed by the same engine. */
export function* comparing(
  first: Plan,
  second: Plan,
  { seed, scenarios: wanted, engine }: CompareOptions,
  onProgress: (comparison: Comparison) => void = () => undefined,
): Asking<Comparison> {
  // A pair must not differ by its engines, so both are fast or none.
  const by = [first, second].some((plan) => engineFor(plan, engine) === 'exact') ? 'exact' : 'fast';
  const scenarios = wanted ?? (by === 'fast' ? SCENARIOS : affordable(eventsOf(first) + eventsOf(second)));
  const [before, after] = [first, second].map((plan) => new Series({ plan, engine: by, seed })) as [Series, Series];
  for (const count of new Set([Math.min(FIRST, scenarios), scenarios])) {
    yield* grow([before, after], count);
    if (Math.min(before.count, after.count) === 0) throw new NothingRehearsedError('stopped before the first scenario was rehearsed');
    onProgress(comparisonOf(before, after));
    if (before.stopped || after.stopped) break;
  }
  return comparisonOf(before, after);
}

function affordable(events: number): number {
  return Math.min(SCENARIOS, Math.max(LEAST, Math.floor(EVENTS_MAX / Math.max(1, events))));
}

function comparisonOf(before: Series, after: Series): Comparison {
  const scenarios = Math.min(before.count, after.count);
  const [a, b] = [before.collected(scenarios), after.collected(scenarios)];
  const pair = (percent: number) => [curveOf(b.rows, b.about, percent), curveOf(a.rows, a.about, percent)] as const;
  const hours = (of: Collected) => fieldOf(of.rows, of.about, 'gpuHoursNotReturned');
  return {
    seed: before.spec.seed,
    scenarios,
    engine: before.spec.engine,
    milestones: Object.fromEntries(MILESTONES.map((percent) => [String(percent), pairedDifference(...pair(percent))])),
    gpuHours: meanDifference(hours(b), hours(a)),
    pairing: pairingRatio(...pair(95)),
  };
}
