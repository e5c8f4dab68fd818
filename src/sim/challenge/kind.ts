// One kind of question: which changed plans it wants rehearsed beside the plan, and what it asks of the outcome.
import type { Difference, Question, Spread } from '../../core/forecast/forecast.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Collected } from '../rehearse/series.ts';

export interface Kind {
  readonly id: string;
  /** None: the plan gives no reason to ask. */
  readonly variants: (plan: Plan) => readonly Variant[];
  /** `outcomes` are those of the variants, in their order. null: the numbers give no reason to ask. */
  readonly ask: (facts: Facts, outcomes: readonly Outcome[]) => Asked | null;
}

/** A changed plan. A kind that changes nothing rehearses the plan itself. */
export interface Variant {
  readonly plan: Plan;
  /** What is changed, in words or a name. */
  readonly about: string;
  /** The same change as `--set` words of `pitstop plan`; empty: no set says it. */
  readonly sets: readonly string[];
}

export interface Outcome extends Variant {
  readonly collected: Collected;
  /** The variant minus the plan on the same scenarios: negative = the variant is sooner. */
  readonly later: (percent: number) => Difference;
  readonly moreGpuHours: { readonly diff: number; readonly low: number; readonly high: number };
}

/** The plan as it is. */
export interface Facts {
  readonly plan: Plan;
  readonly nodes: number;
  readonly scenarios: number;
  readonly collected: Collected;
  readonly oneNodeMin: Spread;
  readonly mark: (percent: number) => Spread;
  readonly gpuHours: Spread;
  readonly past: readonly PastMark[];
}

/** A past maintenance of the same kind: minutes until 95 % were back, and what had been promised. */
export interface PastMark {
  readonly run: string;
  readonly plannedMin: number | null;
  readonly actualMin: number | null;
}

interface Asked {
  readonly about: string;
  readonly text: string;
  readonly numbers: Question['numbers'];
  readonly sets: readonly string[];
  /** How much there is to win, as a share of T95 or of the GPU-hours; only for the order of the questions. */
  readonly worth: number;
}

/**
 * Minutes that the variant wins at that mark; 0 where its 95 % interval does not lie wholly on one side, or has no end because the scenarios
 * are too few; Infinity where in most of them only the variant gets there.
 */
export function gainOf({ later, collected }: Outcome, percent: number, facts: Facts): number {
  const { diffMin, highMin } = later(percent);
  if (diffMin !== null) return highMin !== null && highMin < 0 ? -diffMin : 0;
  const wasThere = facts.mark(percent).p50 !== null;
  return !wasThere && collected.rows.length > 0 ? Number.POSITIVE_INFINITY : 0;
}

/** The mark with the largest sure gain among these; null: none. */
export function bestGain(outcome: Outcome, facts: Facts, percents: readonly number[]): { percent: number; gainMin: number } | null {
  const gains = percents.map((percent) => ({ percent, gainMin: gainOf(outcome, percent, facts) }));
  return gains.reduce<(typeof gains)[number] | null>((best, next) => (next.gainMin > (best?.gainMin ?? 0) ? next : best), null);
}

/** A gain as a share of the plan's own T95. */
export function shareOfT95(gainMin: number, facts: Facts): number {
  const t95 = facts.mark(95).p50;
  if (!Number.isFinite(gainMin)) return 1;
  return t95 === null || t95 <= 0 ? 0 : gainMin / t95;
}

/** The difference at a mark as numbers of a question: minutes won, with their interval. */
export function gainNumbers(outcome: Outcome, percent: number, gain = 'gain'): { [name: string]: number | null } {
  const { diffMin, lowMin, highMin } = outcome.later(percent);
  const won = (min: number | null): number | null => (min === null ? null : tidy(-min));
  const name = `${gain}${percent}`;
  return { [`${name}Min`]: won(diffMin), [`${name}LowMin`]: won(highMin), [`${name}HighMin`]: won(lowMin) };
}

/** Without the dust of floating point; -0 is 0. */
export function tidy(value: number): number {
  return Math.round(value * 1_000) / 1_000 + 0;
}
