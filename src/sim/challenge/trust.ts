// Questions about what the plan rests on: a step that nobody here has measured, and work without a way back.
import type { Prior } from '../../core/change/procedure.ts';
import type { MergedProcedure, Plan } from '../../core/plan/plan.ts';
import { quantile, rising } from '../rehearse/order-statistics.ts';
import { curveOf } from '../rehearse/rows.ts';
import type { Collected } from '../rehearse/series.ts';
import { waveSize } from '../rehearse/sub-plan.ts';
import { shareOfT95, tidy, type Kind, type Variant } from './kind.ts';
import { minutes, nodes } from './words.ts';

/** How far a median is known once somebody has measured it: two nights still differ. */
const ONCE_MEASURED = 0.15;
/** Below this share of T95 a measurement is not worth a morning. */
const WORTH_ASKING = 0.02;
/** Steps tried, longest first. */
const STEPS_MAX = 6;

export const neverSeen: Kind = {
  id: 'never-seen-here',
  variants: (plan) => unseen(plan).map(({ id, step, takes }) => measured(plan, id, step, takes)),
  ask: (facts, outcomes) => {
    const before = spread(facts.collected);
    const [best] = outcomes
      .map((outcome) => ({ outcome, narrowerMin: before - spread(outcome.collected) }))
      .toSorted((a, b) => b.narrowerMin - a.narrowerMin);
    if (!best || !Number.isFinite(before) || !(shareOfT95(best.narrowerMin, facts) >= WORTH_ASKING)) return null;
    return {
      about: best.outcome.about,
      text: `Nobody here has measured ${best.outcome.about} (n = 0). P50 and P90 of 95 % lie ${minutes(before)} apart; were it measured, ${minutes(best.narrowerMin)} less. Measure it on the canary, or on one node today?`,
      numbers: { spreadMin: tidy(before), spreadOnceMeasuredMin: tidy(before - best.narrowerMin), narrowerMin: tidy(best.narrowerMin) },
      sets: [],
      worth: shareOfT95(best.narrowerMin, facts),
    };
  },
};

export const noWayBack: Kind = {
  id: 'no-way-back',
  variants: (plan) => (without(plan).length === 0 ? [] : [{ plan, about: 'the way back', sets: [] }]),
  ask: (facts) => {
    const [first] = without(facts.plan).toSorted((a, b) => b.targets - a.targets);
    if (!first) return null;
    const { p50, p90 } = facts.mark(95);
    const finish =
      p90 === null ? 'and 95 % is not sure within the horizon' : `and 95 % is back after ${minutes(p90)} in nine nights of ten`;
    return {
      about: first.procedure,
      text: `From ${first.step} on there is no way back for ${nodes(first.targets)}: who starts must finish, ${finish}. What is done when the new version is bad?`,
      numbers: { targets: first.targets, step: first.step, t95P50Min: p50, t95P90Min: p90 },
      sets: [],
      worth: 0.01,
    };
  },
};

interface Unseen {
  readonly id: string;
  readonly step: string;
  readonly takes: Prior;
}

function unseen(plan: Plan): Unseen[] {
  const found = Object.entries(plan.procedures).flatMap(([id, { steps }]) =>
    steps.flatMap((step): Unseen[] => (step.takes?.n === 0 && !step.early ? [{ id, step: step.name, takes: step.takes }] : [])),
  );
  return found.toSorted((a, b) => b.takes.medianMs - a.takes.medianMs).slice(0, STEPS_MAX);
}

function measured(plan: Plan, id: string, name: string, takes: Prior): Variant {
  const procedure = plan.procedures[id] as MergedProcedure;
  const known: Prior = { ...takes, between: ONCE_MEASURED };
  const steps = procedure.steps.map((step) => (step.name === name ? { ...step, takes: known } : step));
  return { plan: { ...plan, procedures: { ...plan.procedures, [id]: { ...procedure, steps } } }, about: `${id} ${name}`, sets: [] };
}

function spread({ rows, about }: Collected): number {
  const times = rising(curveOf(rows, about, 95));
  return quantile(times, 0.9) - quantile(times, 0.5);
}

/** Procedures that destroy something and have no way back, with how many targets they are for. */
function without(plan: Plan): { readonly procedure: string; readonly step: string; readonly targets: number }[] {
  return Object.entries(plan.procedures).flatMap(([procedure, { back, steps }]) => {
    const step = steps.find(({ destructive }) => destructive);
    const targets = plan.waves.filter((wave) => wave.procedure === procedure).reduce((sum, wave) => sum + waveSize(wave), 0);
    return back || !step || targets === 0 ? [] : [{ procedure, step: step.name, targets }];
  });
}
