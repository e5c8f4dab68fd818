// A plan for a sample of its targets, with every limit of the fleet made smaller in the same measure: what a thousand nodes wait for before
// ten places, a hundred thousand wait for before a thousand. Crews and parts are lifted: their lines do not scale, and mop-up.ts sees to them.
import type { Quantity } from '../../core/change/policy.ts';
import type { Plan, Wave } from '../../core/plan/plan.ts';
import { must } from '../../std/assert.ts';
import { keyOf } from '../laws/key.ts';
import { planSize, subPlan, targetsByWave, waveSize, type WaveTargets } from '../rehearse/sub-plan.ts';
import { fractionFor } from './fraction.ts';
import { groupSample } from './group-sample.ts';

export interface ScaledPlan {
  readonly plan: Plan;
  /** In the order of the scaled plan's waves, all of which the full plan has. */
  readonly strata: readonly Stratum[];
}

/** A wave and its sample. */
export interface Stratum {
  readonly wave: string;
  /** Targets in the full plan, and of them in the sample. Equal: the wave was kept whole. */
  readonly all: number;
  readonly kept: number;
  /** Keys of chance of all targets of the wave, in the order of the plan. */
  readonly keys: Int32Array;
}

/** So many targets are kept unless told otherwise: a scenario is then off by about 0.8 %, and the mean of many by less than 0.2 % (bench/rehearse.ts). */
export const FAST_TARGETS_MIN = 600;

/** A wave this small is kept whole: a gate on three of two hundred nodes would be another gate. */
const WHOLE_MAX = 256;
/** Their stragglers have no line for crews of their own, so there must be few of them, as a part of the others. */
const WHOLE_SHARE_MAX = 0.1;
/** Fewer of a wave say too little about its gate. */
const KEPT_MIN = 100;
/** Below so many places a limit's line is another one. */
const PLACES_MIN = 8;
/** From this part on, a sample saves nothing. */
const FRACTION_MAX = 0.5;
/** More than any fleet has; still a small integer. */
const UNLIMITED = 10_000_000;
/** Beside the limits of whole waves, which keep all their places. */
const WHOLE = ' (whole)';

/** Whether a sample of the plan saves anything and keeps its limits; else only the exact engine can rehearse it. Cheap: no target is named. */
export function canSample(plan: Plan, keep = FAST_TARGETS_MIN): boolean {
  return cutOf(plan, keep) !== null;
}

/** null: see `canSample`; also where whole racks, units or feeds of the sample come to too many. */
export function scalePlan(plan: Plan, keep = FAST_TARGETS_MIN): ScaledPlan | null {
  const cut = cutOf(plan, keep);
  if (!cut) return null;
  const { sized, large, total, fraction } = cut;
  const targets = targetsByWave(plan);
  const kept = groupSample(plan, targets, new Set(large.map(({ wave }) => wave.id)), fraction);
  const keptLarge = large.reduce((sum, { wave }) => sum + (kept.get(wave.id)?.length ?? 0), 0);
  if (keptLarge >= FRACTION_MAX * total) return null;
  return { plan: scaled(plan, kept, keptLarge / total), strata: strataOf(sized, targets, kept) };
}

interface Sized {
  readonly wave: Wave;
  readonly all: number;
}

interface Cut {
  readonly sized: readonly Sized[];
  /** Those of which there is a sample. */
  readonly large: readonly Sized[];
  /** Targets of the large ones, and the part of them that the sample is to hold. */
  readonly total: number;
  readonly fraction: number;
}

function cutOf(plan: Plan, keep: number): Cut | null {
  const sized = plan.waves.map((wave) => ({ wave, all: waveSize(wave) }));
  const large = sized.filter(({ all }) => all > WHOLE_MAX);
  const total = sumOf(large);
  if (total === 0 || sumOf(sized) - total > WHOLE_SHARE_MAX * total) return null;
  const counts = scaledCounts(plan, large);
  const least = Math.max(keep / total, ...large.map(({ all }) => KEPT_MIN / all), ...counts.map((count) => PLACES_MIN / count));
  if (least >= FRACTION_MAX) return null;
  return { sized, large, total, fraction: fractionFor(least, Math.min(FRACTION_MAX, 1.5 * least), counts) };
}

function sumOf(sized: readonly Sized[]): number {
  return sized.reduce((sum, { all }) => sum + all, 0);
}

/** The counts of the fleet's limits that can make somebody wait. */
function scaledCounts(plan: Plan, large: readonly Sized[]): number[] {
  const all = planSize(plan);
  const used = new Set(Object.values(plan.procedures).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses)));
  const named = Object.entries(plan.policy.limits).flatMap(([name, { count, per }]) => (used.has(name) && scales(per) ? [count] : []));
  const most = plan.policy.unavailableAtMost;
  const fleet = [...named, ...(most.kind === 'count' ? [most.count] : [])].filter((count) => count < all);
  return [...fleet, ...large.flatMap(({ wave, all: size }) => (wave.atOnce < size ? [wave.atOnce] : []))];
}

/** Racks, units and feeds are kept or left out whole, so their limits stay. */
const scales = (per: string): boolean => per === 'fleet' || per === 'cluster' || per === 'customer';

function strataOf(sized: readonly Sized[], targets: WaveTargets, kept: WaveTargets): Stratum[] {
  return sized.flatMap(({ wave, all }) => {
    const count = kept.get(wave.id)?.length ?? 0;
    return count === 0 ? [] : [{ wave: wave.id, all, kept: count, keys: Int32Array.from(targets.get(wave.id) ?? [], keyOf) }];
  });
}

function scaled(plan: Plan, kept: WaveTargets, fraction: number): Plan {
  const part = (count: number): number => Math.max(1, Math.round(count * fraction));
  const small = subPlan(plan, kept);
  const full = new Map(plan.waves.map((wave) => [wave.id, wave]));
  const waves = small.waves.map((wave) => {
    const before = must(full.get(wave.id), `wave ${wave.id}`);
    const now = must(kept.get(wave.id), `wave ${wave.id}`).length;
    const all = waveSize(before);
    return now === all ? wave : { ...wave, atOnce: before.atOnce >= all ? now : Math.min(now, part(before.atOnce)) };
  });
  const { policy } = small;
  const limits = Object.entries(policy.limits).map(
    ([name, limit]) => [name, scales(limit.per) ? { ...limit, count: part(limit.count) } : limit] as const,
  );
  const shrink = (quantity: Quantity): Quantity => (quantity.kind === 'count' ? { ...quantity, count: part(quantity.count) } : quantity);
  return withoutMopUpLimits(
    withWholeLimits(
      plan,
      { ...small, waves, policy: { ...policy, limits: Object.fromEntries(limits), unavailableAtMost: shrink(policy.unavailableAtMost) } },
      kept,
    ),
  );
}

/** Waves that are kept whole get limits of their own with all the places: they would not fit through a part of them. */
function withWholeLimits(full: Plan, small: Plan, kept: WaveTargets): Plan {
  const whole = small.waves.filter(
    (wave) =>
      kept.get(wave.id)?.length ===
      waveSize(
        must(
          full.waves.find(({ id }) => id === wave.id),
          'a wave',
        ),
      ),
  );
  const procedures = new Set(whole.map(({ procedure }) => procedure));
  const scaledNames = new Set(Object.entries(full.policy.limits).flatMap(([name, { per }]) => (scales(per) ? [name] : [])));
  const own = [...procedures].map((id) => {
    const procedure = must(full.procedures[id], `procedure ${id}`);
    const steps = procedure.steps.map((step) => ({
      ...step,
      uses: step.uses.map((name) => (scaledNames.has(name) ? name + WHOLE : name)),
    }));
    return [id + WHOLE, { ...procedure, steps }] as const;
  });
  const limits = Object.entries(full.policy.limits).flatMap(([name, limit]) =>
    scaledNames.has(name) ? [[name + WHOLE, limit] as const] : [],
  );
  return {
    ...small,
    procedures: { ...small.procedures, ...Object.fromEntries(own) },
    policy: { ...small.policy, limits: { ...small.policy.limits, ...Object.fromEntries(limits) } },
    waves: small.waves.map((wave) => (whole.includes(wave) ? { ...wave, procedure: wave.procedure + WHOLE } : wave)),
  };
}

/** The name without what `withWholeLimits` added. */
export function plainName(name: string): string {
  return name.endsWith(WHOLE) ? name.slice(0, -WHOLE.length) : name;
}

/** A sentence without what `withWholeLimits` added to the names in it. */
export function withoutWholeNames(words: string): string {
  return words.replaceAll(WHOLE, '');
}

/** Shifts stay: a crew is not there at night, however many they are. */
function withoutMopUpLimits(plan: Plan): Plan {
  const { crew, parts } = plan.policy;
  return {
    ...plan,
    policy: {
      ...plan.policy,
      crew: Object.fromEntries(Object.entries(crew).map(([name, one]) => [name, { ...one, count: UNLIMITED }])),
      parts: Object.fromEntries(Object.entries(parts).map(([name, one]) => [name, { ...one, onSite: UNLIMITED }])),
    },
  };
}
